using Npgsql;
using Strata.Clients;
using Strata.Clients.EntityFramework;

// Strata.Clients CONNECTION-URI efcore|dapper: runs the check, exits 0 when everything was as expected.
var uri = new Uri(args[0]);
var user = uri.UserInfo.Split(':', 2);
var connection = new NpgsqlConnectionStringBuilder
{
    Host = uri.Host,
    Port = uri.Port,
    Username = Uri.UnescapeDataString(user[0]),
    Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
    Database = uri.AbsolutePath.TrimStart('/'),
    IncludeErrorDetail = true,
};
switch (args[1])
{
    case "efcore": await EntityFrameworkCheck.RunAsync(connection); break;
    case "dapper": await DapperCheck.RunAsync(connection); break;
    default: throw new ArgumentException($"no check {args[1]}");
}
