using Strata.Engine.Binding;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>
/// Options of VACUUM and ANALYZE (ExecVacuum in PostgreSQL's vacuum.c). Those that say how work is to be done are checked and change nothing: rows are always frozen as far as they can be, pages are never
/// skipped by a map that could be wrong, indexes are always cleaned and TOAST is vacuumed with its table. Immutable.
/// </summary>
internal sealed record VacuumOptions
{
    private const int WorkersMax = 1024;

    public bool Full { get; private init; }

    public bool Analyze { get; private init; }

    public bool SkipLocked { get; private init; }

    /// <summary>Null when it is for the table's own setting to say.</summary>
    public bool? Truncate { get; private init; }

    /// <summary>Reads the options; throws 42601, 22023 or 0A000.</summary>
    public static VacuumOptions Of(VacuumStatement statement)
    {
        var options = new VacuumOptions { Analyze = !statement.IsVacuum };
        bool isParallel = false, processesToast = true;
        foreach (DefinitionElement element in statement.Options)
        {
            switch (element.Name)
            {
                case "verbose":
                    DefinitionValues.Flag(element);
                    break;
                case "skip_locked":
                    options = options with { SkipLocked = DefinitionValues.Flag(element) };
                    break;
                case not null when !statement.IsVacuum:
                    throw BindingErrors.At(element.Position, SqlState.SyntaxError, $"unrecognized ANALYZE option \"{element.Name}\"");
                case "analyze":
                    options = options with { Analyze = DefinitionValues.Flag(element) };
                    break;
                case "full":
                    options = options with { Full = DefinitionValues.Flag(element) };
                    break;
                case "truncate":
                    options = options with { Truncate = DefinitionValues.Flag(element) };
                    break;
                case "freeze" or "disable_page_skipping":
                    DefinitionValues.Flag(element);
                    break;
                case "index_cleanup":
                    if (element.Value is not StringLiteral text || !text.Value.Equals("auto", StringComparison.OrdinalIgnoreCase))
                        DefinitionValues.Flag(element);
                    break;
                case "process_toast":
                    processesToast = DefinitionValues.Flag(element);
                    break;
                case "parallel":
                    isParallel = Workers(element) > 0;
                    break;
                default:
                    throw BindingErrors.At(element.Position, SqlState.SyntaxError, $"unrecognized VACUUM option \"{element.Name}\"");
            }
        }

        if (options.Full && isParallel)
            throw new SqlException(SqlState.FeatureNotSupported, "VACUUM FULL cannot be performed in parallel");
        if (options.Full && !processesToast)
            throw new SqlException(SqlState.FeatureNotSupported, "PROCESS_TOAST required with VACUUM FULL");
        foreach (VacuumRelation relation in statement.Relations)
            if (!options.Analyze && relation.Columns.Count > 0)
                throw new SqlException(SqlState.FeatureNotSupported, "ANALYZE option must be specified when a column list is provided");
        return options;
    }

    private static int Workers(DefinitionElement element)
    {
        if (element.Value is null)
            throw BindingErrors.At(element.Position, SqlState.SyntaxError, $"parallel option requires a value between 0 and {WorkersMax}");
        return DefinitionValues.Integer(element) is var workers and >= 0 and <= WorkersMax
            ? workers
            : throw BindingErrors.At(element.Position, SqlState.SyntaxError, $"parallel workers for vacuum must be between 0 and {WorkersMax}");
    }
}
