using System.Runtime.InteropServices;
using System.Text;
using BenchmarkDotNet.Attributes;
using Strata.Engine.Functions.Kernels;
using Strata.Engine.Vectors;

namespace Strata.Benchmarks.Kernels;

/// <summary>
/// Kernels over a million values in batches of 2,048, as queries run them, each beside its scalar twin. Bytes per second are those of the values read: 4,000,000 (8,000,000 for hashes) by the time
/// per call. <see cref="ReadMemory"/> reads 64 MB, more than the caches hold: the memory's bandwidth for one core.
/// </summary>
public unsafe class KernelBenchmarks
{
    private const int Count = 1 << 20;
    private const int BatchRows = Batch.RowsMax;
    private const int MemoryBytes = 64 << 20;

    private readonly LikePattern _pattern = LikePattern.Compile("%special%requests%"u8);
    private int* _integers;
    private long* _bigints;
    private int* _rows;
    private byte* _flags;
    private ByteView* _texts;
    private byte* _memory;
    private byte* _bytes;

    [GlobalSetup]
    public void Setup()
    {
        _integers = (int*)NativeMemory.AlignedAlloc(Count * sizeof(int), 64);
        _bigints = (long*)NativeMemory.AlignedAlloc(Count * sizeof(long), 64);
        _rows = (int*)NativeMemory.AlignedAlloc((BatchRows + SelectionKernels.Slack) * sizeof(int), 64);
        _flags = (byte*)NativeMemory.AlignedAlloc(Count, 64);
        _texts = (ByteView*)NativeMemory.AlignedAlloc((nuint)Count * (nuint)sizeof(ByteView), 64);
        _memory = (byte*)NativeMemory.AlignedAlloc(MemoryBytes, 64);
        new Span<byte>(_memory, MemoryBytes).Fill(1);
        byte[] text = Encoding.UTF8.GetBytes("carefully special packages sleep; furiously final requests wake");
        _bytes = (byte*)NativeMemory.Alloc((nuint)text.Length);
        text.CopyTo(new Span<byte>(_bytes, text.Length));
        uint state = 1;
        for (int i = 0; i < Count; i++)
        {
            state = (state * 1_664_525) + 1_013_904_223;
            _integers[i] = (int)(state >> 8) % 1000;
            _bigints[i] = (long)state * state;
            _flags[i] = (byte)(state >> 31);
            _texts[i] = new ByteView(_bytes + (state >> 30), text.Length - 3);
        }
    }

    [Benchmark]
    public int Filter32()
    {
        int kept = 0;
        for (int i = 0; i < Count; i += BatchRows)
            kept += SelectionKernels.Select<int, ComparisonKernels.Less>(_integers + i, 500, BatchRows, _rows);
        return kept;
    }

    [Benchmark]
    public int Filter32Scalar()
    {
        int kept = 0;
        for (int i = 0; i < Count; i += BatchRows)
            kept += SelectionKernels.SelectScalar<int, ComparisonKernels.Less>(_integers + i, 500, 0, BatchRows, _rows);
        return kept;
    }

    [Benchmark]
    public int SelectTrue()
    {
        int kept = 0;
        for (int i = 0; i < Count; i += BatchRows)
            kept += SelectionKernels.SelectTrue(_flags + i, BatchRows, _rows);
        return kept;
    }

    [Benchmark]
    public int SelectTrueScalar()
    {
        int kept = 0;
        for (int i = 0; i < Count; i += BatchRows)
            kept += SelectionKernels.SelectTrueScalar(_flags + i, 0, BatchRows, _rows);
        return kept;
    }

    [Benchmark]
    public long Sum32()
    {
        long sum = 0;
        for (int i = 0; i < Count; i += BatchRows)
            sum += SumKernels.Sum(_integers + i, BatchRows);
        return sum;
    }

    [Benchmark]
    public long Sum32Scalar()
    {
        long sum = 0;
        for (int i = 0; i < Count; i += BatchRows)
            sum += SumKernels.SumScalar(_integers + i, BatchRows);
        return sum;
    }

    [Benchmark]
    public int Maximum32()
    {
        int best = 0;
        for (int i = 0; i < Count; i += BatchRows)
            best = Math.Max(best, SumKernels.Extreme(_integers + i, BatchRows, isMax: true));
        return best;
    }

    [Benchmark]
    public int Maximum32Scalar()
    {
        int best = 0;
        for (int i = 0; i < Count; i += BatchRows)
            best = Math.Max(best, SumKernels.ExtremeScalar(_integers + i, BatchRows, isMax: true, best));
        return best;
    }

    [Benchmark]
    public ulong Hash64()
    {
        ulong mixed = 0;
        for (int i = 0; i < Count; i++)
            mixed ^= VectorHash.Int64((ulong)_bigints[i]);
        return mixed;
    }

    [Benchmark]
    public int Like()
    {
        int found = 0;
        for (int i = 0; i < Count; i++)
            found += _pattern.Matches(_texts[i].Span, CancellationToken.None) ? 1 : 0;
        return found;
    }

    /// <summary>64 MB, so its bytes per second are the bandwidth of memory.</summary>
    [Benchmark]
    public long ReadMemory()
    {
        long sum = 0;
        for (int i = 0; i < MemoryBytes / sizeof(int); i += BatchRows)
            sum += SumKernels.Sum((int*)_memory + i, BatchRows);
        return sum;
    }
}
