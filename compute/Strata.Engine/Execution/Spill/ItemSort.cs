using System.Numerics;
using System.Runtime.CompilerServices;

namespace Strata.Engine.Execution.Spill;

/// <summary>
/// Sorts <see cref="SortItem"/>s by key, equal keys by row, so that the result is the same however many threads take part: quicksort (Hoare's partition around a median of a sample), which falls back on the
/// library's sort when the pivots are bad (Musser 1997). Many items are first cut into ranges, each above the one before, that threads sort by themselves. Stateless.
/// </summary>
internal static unsafe class ItemSort
{
    /// <summary>Fewer items are sorted by one thread.</summary>
    public const int ParallelMin = 1 << 15;

    private const int InsertionMax = 20;
    private const int NintherMin = 256;
    private const int RangesPerThread = 4;
    private const int SampleSize = 255;

    /// <summary>Sorts on the calling thread.</summary>
    public static void Sort(SortItem* items, int count) => Sort(items, count, 2 * BitOperations.Log2((uint)Math.Max(1, count)));

    /// <summary>Sorts with the help of up to <paramref name="helpers"/> other threads; those that are busy are not waited for.</summary>
    public static void Sort(SortItem* items, int count, QueryWorkers? workers, int helpers)
    {
        if (workers is null || helpers <= 0 || count < ParallelMin)
        {
            Sort(items, count);
            return;
        }

        var ranges = new List<(int First, int Count)> { (0, count) };
        int wanted = RangesPerThread * (Math.Min(helpers, workers.ThreadsMax) + 1);
        while (ranges.Count < wanted)
        {
            int largest = 0;
            for (int i = 1; i < ranges.Count; i++)
                largest = ranges[i].Count > ranges[largest].Count ? i : largest;
            (int first, int length) = ranges[largest];
            if (length < ParallelMin / RangesPerThread)
                break;
            int left = Partition(items + first, length, SampledPivot(items + first, length));
            ranges[largest] = (first, left);
            ranges.Add((first + left, length - left));
        }

        new Shared(items, ranges).Run(workers, helpers);
    }

    /// <summary>Ranges that threads take one by one.</summary>
    private sealed class Shared(SortItem* items, List<(int First, int Count)> ranges)
    {
        private readonly SortItem* _items = items;
        private int _next = -1;

        public void Run(QueryWorkers workers, int helpers)
        {
            using var done = new CountdownEvent(1);
            for (int i = 0; i < helpers; i++)
            {
                done.AddCount();
                if (workers.TryRun(() =>
                {
                    Work();
                    done.Signal();
                }))
                    continue;
                done.Signal();
                break;
            }

            Work();
            done.Signal();
            // The items may not go while another thread still sorts some of them: nothing can end this wait early.
            done.Wait(CancellationToken.None);
        }

        private void Work()
        {
            int range;
            while ((range = Interlocked.Increment(ref _next)) < ranges.Count)
                Sort(_items + ranges[range].First, ranges[range].Count);
        }
    }

    private static void Sort(SortItem* items, int count, int depth)
    {
        while (count > InsertionMax)
        {
            if (depth-- == 0)
            {
                new Span<SortItem>(items, count).Sort(default(SortItem.ByKey));
                return;
            }

            int left = Partition(items, count, PivotOf(items, count));
            // The smaller part first, so that the stack stays low.
            if (left < count - left)
            {
                Sort(items, left, depth);
                items += left;
                count -= left;
            }
            else
            {
                Sort(items + left, count - left, depth);
                count = left;
            }
        }

        Insert(items, count);
    }

    /// <summary>Moves items up to the pivot before those from it on; returns how many come first, neither none nor all. The pivot is one of the items, but not the greatest.</summary>
    private static int Partition(SortItem* items, int count, SortItem pivot)
    {
        SortItem* low = items - 1;
        SortItem* high = items + count;
        while (true)
        {
            do
                low++;
            while (IsLess(*low, pivot));
            do
                high--;
            while (IsLess(pivot, *high));
            if (low >= high)
                return (int)(high - items) + 1;
            (*low, *high) = (*high, *low);
        }
    }

    private static SortItem PivotOf(SortItem* items, int count)
    {
        SortItem* middle = items + ((count - 1) / 2);
        if (count < NintherMin)
            return *Median(items, middle, items + count - 2);
        int step = count / 8;
        SortItem* first = Median(items, items + step, items + (2 * step));
        SortItem* second = Median(middle - step, middle, middle + step);
        SortItem* third = Median(items + count - 2 - (2 * step), items + count - 2 - step, items + count - 2);
        return *Median(first, second, third);
    }

    private static SortItem* Median(SortItem* a, SortItem* b, SortItem* c)
    {
        if (IsLess(*a, *b))
            return IsLess(*b, *c) ? b : IsLess(*a, *c) ? c : a;
        return IsLess(*a, *c) ? a : IsLess(*b, *c) ? c : b;
    }

    /// <summary>A better pivot for the first cuts, on which the threads' shares depend.</summary>
    private static SortItem SampledPivot(SortItem* items, int count)
    {
        SortItem* sample = stackalloc SortItem[SampleSize];
        for (int i = 0; i < SampleSize; i++)
            sample[i] = items[(int)((long)i * (count - 1) / SampleSize)];
        Insert(sample, SampleSize);
        return sample[SampleSize / 2];
    }

    private static void Insert(SortItem* items, int count)
    {
        for (int i = 1; i < count; i++)
        {
            SortItem item = items[i];
            int at = i;
            for (; at > 0 && IsLess(item, items[at - 1]); at--)
                items[at] = items[at - 1];
            items[at] = item;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsLess(in SortItem a, in SortItem b) => a.Prefix != b.Prefix ? a.Prefix < b.Prefix : IsLessBehind(a, b);

    private static bool IsLessBehind(in SortItem a, in SortItem b)
    {
        int order = new ReadOnlySpan<byte>(a.Key, a.Length).SequenceCompareTo(new ReadOnlySpan<byte>(b.Key, b.Length));
        return order != 0 ? order < 0 : a.Row < b.Row;
    }
}
