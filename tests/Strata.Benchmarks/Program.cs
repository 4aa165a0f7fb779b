using Strata.Benchmarks.Analytics;

if (args is ["wide", ..])
    return await WideTable.RunAsync(args);
BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
