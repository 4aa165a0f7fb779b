using System.CommandLine;
using System.Text.Json.Nodes;

namespace Strata.Host.Commands;

/// <summary><c>strata project | branch | endpoint | restore</c>: a thin client of the API.</summary>
internal static class ApiCommands
{
    private static readonly string[] s_projectColumns = ["id", "name", "created_at"];
    private static readonly string[] s_branchColumns = ["name", "id", "parent_id", "parent_lsn", "state", "created_at", "connection_uri"];
    private static readonly string[] s_endpointColumns = ["id", "branch_id", "state", "sessions", "durable_lsn", "connection_uri"];

    private static readonly Option<string> s_api = new("--api") { Description = "URL of the API", DefaultValueFactory = _ => "http://127.0.0.1:5480", Recursive = true };
    private static readonly Option<bool> s_json = new("--json") { Description = "print JSON", Recursive = true };
    private static readonly Option<string> s_project = new("--project") { Description = "id of the project", DefaultValueFactory = _ => "default", Recursive = true };
    private static readonly Argument<string> s_name = new("name") { Description = "its name or id" };

    public static IEnumerable<Command> All() => [Project(), Branch(), Endpoint(), Restore()];

    private static Command Project()
    {
        Command group = Group("project", "Projects", withProject: false);
        Add(group, "list", "Lists the projects", [], _ => new Call(HttpMethod.Get, "/v1/projects", null, s_projectColumns));
        Add(group, "create", "Creates a project; prints its connection string with the password, once", [s_name],
            parsed => new Call(HttpMethod.Post, "/v1/projects", new JsonObject { ["name"] = parsed.GetValue(s_name) }));
        Add(group, "show", "Shows a project", [s_name], parsed => new Call(HttpMethod.Get, $"/v1/projects/{Escaped(parsed, s_name)}"));
        Add(group, "delete", "Deletes a project with all its branches", [s_name],
            parsed => new Call(HttpMethod.Delete, $"/v1/projects/{Escaped(parsed, s_name)}"));
        return group;
    }

    private static Command Branch()
    {
        Option<string?> parent = new("--parent") { Description = "branch to start from; the default branch when absent" };
        Option<string?> lsn = new("--lsn") { Description = "start at this position of the parent" };
        Option<DateTimeOffset?> time = new("--time") { Description = "start at this time of the parent, e.g. 2026-11-21T10:00:00Z" };
        Command group = Group("branch", "Branches of a project", withProject: true);
        Add(group, "list", "Lists the branches", [], parsed => new Call(HttpMethod.Get, Branches(parsed), null, s_branchColumns));
        Add(group, "create", "Creates a branch: at the head of its parent, at an LSN or at a time", [s_name, parent, lsn, time],
            parsed => new Call(HttpMethod.Post, Branches(parsed),
                NewBranch(parsed.GetValue(s_name)!, parsed.GetValue(parent), parsed.GetValue(lsn), parsed.GetValue(time))));
        Add(group, "delete", "Deletes a branch", [s_name], parsed => new Call(HttpMethod.Delete, $"{Branches(parsed)}/{parsed.GetValue(s_name)}"));
        return group;
    }

    private static Command Endpoint()
    {
        Argument<string> id = new("id") { Description = "the endpoint's id" };
        Option<string?> branch = new("--branch") { Description = "branch to serve; the default branch when absent" };
        Command group = Group("endpoint", "Endpoints of a project", withProject: true);
        Add(group, "list", "Lists the endpoints", [], parsed => new Call(HttpMethod.Get, Endpoints(parsed), null, s_endpointColumns));
        Add(group, "create", "Creates an endpoint", [branch],
            parsed => new Call(HttpMethod.Post, Endpoints(parsed), new JsonObject { ["branch"] = parsed.GetValue(branch) }));
        Add(group, "show", "Shows an endpoint", [id], parsed => new Call(HttpMethod.Get, $"{Endpoints(parsed)}/{Escaped(parsed, id)}"));
        Add(group, "suspend", "Closes the endpoint's compute until the next connection", [id],
            parsed => new Call(HttpMethod.Post, $"{Endpoints(parsed)}/{Escaped(parsed, id)}/suspend"));
        Add(group, "restart", "Closes the endpoint's compute and opens it again", [id],
            parsed => new Call(HttpMethod.Post, $"{Endpoints(parsed)}/{Escaped(parsed, id)}/restart"));
        Add(group, "delete", "Deletes an endpoint", [id], parsed => new Call(HttpMethod.Delete, $"{Endpoints(parsed)}/{Escaped(parsed, id)}"));
        return group;
    }

    private static Command Restore()
    {
        Option<string?> branch = new("--branch") { Description = "branch to restore from; the default branch when absent" };
        Option<string?> lsn = new("--lsn") { Description = "position to restore to" };
        Option<DateTimeOffset?> time = new("--time") { Description = "time to restore to" };
        Command command = new("restore", "Restores a past state as a new branch; the original stays as it is") { s_name, branch, lsn, time, s_api, s_json, s_project };
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(lsn) is null && parsed.GetValue(time) is null)
                throw new HostException("restore needs --lsn or --time");
            return await RunAsync(parsed, new Call(HttpMethod.Post, Branches(parsed),
                NewBranch(parsed.GetValue(s_name)!, parsed.GetValue(branch), parsed.GetValue(lsn), parsed.GetValue(time))));
        });
        return command;
    }

    private static JsonObject NewBranch(string name, string? parent, string? lsn, DateTimeOffset? time) =>
        new() { ["name"] = name, ["parent"] = parent, ["lsn"] = lsn, ["time"] = time?.ToString("O") };

    private static string Branches(ParseResult parsed) => $"/v1/projects/{Uri.EscapeDataString(parsed.GetValue(s_project)!)}/branches";

    private static string Endpoints(ParseResult parsed) => $"/v1/projects/{Uri.EscapeDataString(parsed.GetValue(s_project)!)}/endpoints";

    private static string Escaped(ParseResult parsed, Argument<string> argument) => Uri.EscapeDataString(parsed.GetValue(argument)!);

    private static Command Group(string name, string description, bool withProject)
    {
        Command group = new(name, description) { s_api, s_json };
        if (withProject)
            group.Options.Add(s_project);
        return group;
    }

    private static void Add(Command group, string name, string description, IEnumerable<Symbol> symbols, Func<ParseResult, Call> call)
    {
        Command command = new(name, description);
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)symbol);
        }
        command.SetAction((parsed, _) => RunAsync(parsed, call(parsed)));
        group.Subcommands.Add(command);
    }

    private static async Task<int> RunAsync(ParseResult parsed, Call call)
    {
        using ApiClient client = new(parsed.GetValue(s_api)!, parsed.GetValue(s_json));
        return await client.RunAsync(call.Method, call.Path, call.Body, call.Columns ?? []);
    }

    private sealed record Call(HttpMethod Method, string Path, JsonObject? Body = null, string[]? Columns = null);
}
