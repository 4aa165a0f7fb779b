using Strata.Benchmarks.Analytics;

if (args is ["wide", ..])
    return await WideTable.RunAsync(args);
if (args is ["orders", ..])
    return await JoinOrders.RunAsync(args);
BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
