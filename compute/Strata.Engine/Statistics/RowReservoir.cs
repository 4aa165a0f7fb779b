using Strata.Engine.Storage.Heap;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Platform;

namespace Strata.Engine.Statistics;

/// <summary>
/// So many of the rows that are offered, all equally likely (Vitter 1985, with Li's geometric skips of 1994): rows that are passed over cost nothing, chosen ones are copied as they are stored and
/// decoded later, since most of them give way to others. For one thread at a time.
/// </summary>
internal sealed unsafe class RowReservoir(int wanted, IRandom random) : IDisposable
{
    private readonly Arena _bytes = new();
    private readonly List<HeapRowPointer> _rows = [];
    private readonly List<int> _capacities = [];
    private double _weight;
    private double _skip;

    /// <summary>Rows offered so far.</summary>
    public double Seen { get; private set; }

    /// <summary>The rows that are kept, in no order. They live as long as the reservoir.</summary>
    public IReadOnlyList<HeapRowPointer> Rows => _rows;

    /// <summary>Offers the visible rows of a page, which may go afterwards.</summary>
    public void Offer(ReadOnlySpan<HeapRowPointer> rows)
    {
        Seen += rows.Length;
        int next = 0;
        while (next < rows.Length && _rows.Count < wanted)
        {
            ref readonly HeapRowPointer row = ref rows[next++];
            _rows.Add(Copy(row, _bytes.Allocate(row.LengthBytes)));
            _capacities.Add(row.LengthBytes);
            if (_rows.Count == wanted)
            {
                _weight = Math.Exp(Math.Log(NextDouble()) / wanted);
                _skip = NextSkip();
            }
        }

        while (next < rows.Length)
        {
            if (_skip >= rows.Length - next)
            {
                _skip -= rows.Length - next;
                return;
            }

            next += (int)_skip;
            Replace(rows[next++]);
            _weight *= Math.Exp(Math.Log(NextDouble()) / wanted);
            _skip = NextSkip();
        }
    }

    private void Replace(in HeapRowPointer row)
    {
        int place = random.Next(wanted);
        byte* target = _rows[place].Address;
        if (_capacities[place] < row.LengthBytes)
        {
            target = _bytes.Allocate(row.LengthBytes);
            _capacities[place] = row.LengthBytes;
        }

        _rows[place] = Copy(row, target);
    }

    private static HeapRowPointer Copy(in HeapRowPointer row, byte* target)
    {
        row.Bytes.CopyTo(new Span<byte>(target, row.LengthBytes));
        return new HeapRowPointer(target, row.LengthBytes, row.Tid);
    }

    /// <summary>
    /// Rows of two reservoirs over different rows, all rows of both equally likely, at most as many as one of them wanted: how many come from each is drawn without replacement from the rows that were
    /// offered, and which ones from those that it kept.
    /// </summary>
    public static HeapRowPointer[] Merge(RowReservoir first, RowReservoir second, int wanted, IRandom random)
    {
        if (first._rows.Count + second._rows.Count <= wanted)
            return [.. first._rows, .. second._rows];
        double firstLeft = first.Seen, secondLeft = second.Seen;
        int fromFirst = 0;
        for (int i = 0; i < wanted; i++)
        {
            if (NextDouble(random) * (firstLeft + secondLeft) < firstLeft)
            {
                fromFirst++;
                firstLeft--;
            }
            else
            {
                secondLeft--;
            }
        }

        return [.. first.Choose(fromFirst), .. second.Choose(wanted - fromFirst)];
    }

    private Span<HeapRowPointer> Choose(int count)
    {
        Invariant.Check(count <= _rows.Count);
        HeapRowPointer[] rows = [.. _rows];
        for (int i = 0; i < count; i++)
        {
            int other = i + random.Next(rows.Length - i);
            (rows[i], rows[other]) = (rows[other], rows[i]);
        }

        return rows.AsSpan(0, count);
    }

    /// <summary>Rows to pass over until the next one that comes in.</summary>
    private double NextSkip() => Math.Floor(Math.Log(NextDouble()) / Math.Log(1 - _weight));

    private double NextDouble() => NextDouble(random);

    /// <summary>Uniform between 0 and 1, both excluded.</summary>
    internal static double NextDouble(IRandom random) => ((random.NextUInt64() >> 11) + 0.5) * (1.0 / (1UL << 53));

    public void Dispose() => _bytes.Dispose();
}
