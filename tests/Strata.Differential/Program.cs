using System.Globalization;
using Strata.Differential;

// Usage: --postgres CONNECTION --strata CONNECTION [--seed N] [--statements N] [--kinds KIND,KIND,…] [--keep N] [--out FILE]
// Connections are Npgsql connection strings. Ends with 1 when a difference was found that has no explanation.
string? Argument(string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;
int Number(string name, int otherwise) => Argument(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

if (Argument("--postgres") is not { } postgresConnection || Argument("--strata") is not { } strataConnection)
{
    Console.Error.WriteLine("usage: --postgres CONNECTION --strata CONNECTION [--seed N] [--statements N] [--kinds KIND,KIND,…] [--keep N] [--out FILE]");
    return 2;
}

// The text goes to the servers as it is.
AppContext.SetSwitch("Npgsql.EnableSqlRewriting", false);
const string Kinds = "query,query,query,tables,tables,scalar,scalar,call,call,script,script,rows,mistake,family,family,family,family,family";
const string Setup = "SET TimeZone = 'America/New_York';SET statement_timeout = '10s';SET lc_monetary = 'C'";
using var postgres = new Server("PostgreSQL", postgresConnection, Setup);
using var strata = new Server("Strata", strataConnection, Setup);
var options = new DriverOptions((ulong)Number("--seed", 1), Number("--statements", 1000), (Argument("--kinds") ?? Kinds).Split(','), Number("--keep", 3), Argument("--out"));
var driver = new Driver(postgres, strata, options);
driver.Run();
foreach ((string reason, int count) in driver.Explained)
    Console.WriteLine($"explained: {count} {reason}");
Console.WriteLine($"not supported: {string.Join("; ", driver.NotSupported)}");
if (options.OutputFile is null)
    Console.WriteLine(string.Join("\n", driver.Findings));
return driver.Differences == 0 ? 0 : 1;
