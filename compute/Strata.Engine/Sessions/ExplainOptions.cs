using Strata.Engine.Ddl;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>The formats of EXPLAIN.</summary>
internal enum ExplainFormat
{
    Text,
    Json,
    Yaml,
    Xml,
}

/// <summary>The options of an EXPLAIN statement, checked as PostgreSQL does.</summary>
internal sealed record ExplainOptions
{
    public bool Analyze { get; init; }
    public bool Verbose { get; init; }
    public bool Costs { get; init; } = true;
    public bool Buffers { get; init; }
    public bool Wal { get; init; }
    public bool Timing { get; init; }
    public bool Summary { get; init; }
    public bool Settings { get; init; }
    public ExplainFormat Format { get; init; }

    /// <summary>Reads the options. Throws 42601 and 22023 with PostgreSQL's messages.</summary>
    public static ExplainOptions Of(ExplainStatement statement)
    {
        var options = new ExplainOptions();
        bool? timing = null;
        bool? summary = null;
        foreach (DefinitionElement option in statement.Options)
        {
            switch (option.Name)
            {
                case "analyze":
                    options = options with { Analyze = DefinitionValues.Flag(option) };
                    break;
                case "verbose":
                    options = options with { Verbose = DefinitionValues.Flag(option) };
                    break;
                case "costs":
                    options = options with { Costs = DefinitionValues.Flag(option) };
                    break;
                case "buffers":
                    options = options with { Buffers = DefinitionValues.Flag(option) };
                    break;
                case "settings":
                    options = options with { Settings = DefinitionValues.Flag(option) };
                    break;
                case "wal":
                    options = options with { Wal = DefinitionValues.Flag(option) };
                    break;
                case "timing":
                    timing = DefinitionValues.Flag(option);
                    break;
                case "summary":
                    summary = DefinitionValues.Flag(option);
                    break;
                case "format":
                    options = options with { Format = FormatOf(option) };
                    break;
                default:
                    throw new SqlException(SqlState.SyntaxError, $"unrecognized EXPLAIN option \"{option.Name}\"") { Position = option.Position + 1 };
            }
        }

        if (options.Wal && !options.Analyze)
            throw new SqlException(SqlState.InvalidParameterValue, "EXPLAIN option WAL requires ANALYZE");
        if (timing == true && !options.Analyze)
            throw new SqlException(SqlState.InvalidParameterValue, "EXPLAIN option TIMING requires ANALYZE");
        return options with { Timing = timing ?? options.Analyze, Summary = summary ?? options.Analyze };
    }

    private static ExplainFormat FormatOf(DefinitionElement option)
    {
        string name = (option.Value as StringLiteral)?.Value ?? "";
        return name.ToLowerInvariant() switch
        {
            "text" => ExplainFormat.Text,
            "json" => ExplainFormat.Json,
            "yaml" => ExplainFormat.Yaml,
            "xml" => ExplainFormat.Xml,
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized value for EXPLAIN option \"format\": \"{name}\"") { Position = option.Position + 1 },
        };
    }
}
