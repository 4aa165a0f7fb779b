using Strata.Benchmarks.Analytics;
using Strata.Benchmarks.Oltp;

switch (args)
{
    case ["wide", ..]:
        return await WideTable.RunAsync(args);
    case ["kernels"]:
        return Strata.Benchmarks.Kernels.KernelTimes.Run();
    case ["orders", ..]:
        return await JoinOrders.RunAsync(args);
    case ["oltp", ..]:
        return OltpComparison.Run(args);
    case ["soak", ..]:
        return Soak.Run(args);
    default:
        BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
