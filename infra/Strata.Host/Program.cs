using System.CommandLine;
using Strata.Host;
using Strata.Host.Commands;
using Strata.Platform;

NativeHeap.Configure();
RootCommand root = new("Strata: a serverless PostgreSQL-compatible database") { UpCommand.Create() };
foreach (Command command in RoleCommands.All().Concat(ApiCommands.All()))
    root.Subcommands.Add(command);
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (HostException error)
{
    Console.Error.WriteLine($"strata: {error.Message}");
    return 1;
}
