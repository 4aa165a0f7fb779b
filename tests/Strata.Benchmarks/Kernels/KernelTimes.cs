using System.Diagnostics;
using System.Globalization;

namespace Strata.Benchmarks.Kernels;

/// <summary>
/// <c>kernels</c>: the shortest of many calls of each kernel of <see cref="KernelBenchmarks"/> and of its scalar twin. On a machine that does other things too this says more than a mean: a call is shorter than
/// what the system gives a thread at a time.
/// </summary>
internal static class KernelTimes
{
    private const int Warming = 200;
    private const int Calls = 1000;
    private const double Values = 1 << 20;

    public static int Run()
    {
        var kernels = new KernelBenchmarks();
        kernels.Setup();
        Console.WriteLine("| kernel | µs | GB/s | scalar twin µs | ratio |\n| --- | ---: | ---: | ---: | ---: |");
        Print("filter, 32-bit values", 4, () => kernels.Filter32(), () => kernels.Filter32Scalar());
        Print("row numbers of true bytes", 1, () => kernels.SelectTrue(), () => kernels.SelectTrueScalar());
        Print("sum, 32-bit values", 4, () => kernels.Sum32(), () => kernels.Sum32Scalar());
        Print("maximum, 32-bit values", 4, () => kernels.Maximum32(), () => kernels.Maximum32Scalar());
        Print("hash, 64-bit values", 8, () => (long)kernels.Hash64(), null);
        Print("LIKE with two parts, texts of 60 bytes", 60, () => kernels.Like(), null);
        Print("64 MB of memory", 64, () => kernels.ReadMemory(), null);
        return 0;
    }

    private static void Print(string name, int bytesPerValue, Func<long> kernel, Func<long>? twin)
    {
        double own = Shortest(kernel);
        double? other = twin is null ? null : Shortest(twin);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {own:F0} | {bytesPerValue * Values / own / 1000:F1} | {other?.ToString("F0", CultureInfo.InvariantCulture)} | {(other / own)?.ToString("F1", CultureInfo.InvariantCulture)} |"));
    }

    private static double Shortest(Func<long> kernel)
    {
        double best = double.MaxValue;
        long sum = 0;
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Warming + Calls && Stopwatch.GetElapsedTime(began).TotalSeconds < 10; i++)
        {
            long started = Stopwatch.GetTimestamp();
            sum += kernel();
            if (i >= Warming || best == double.MaxValue)
                best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }

        GC.KeepAlive(sum);
        return best;
    }
}
