using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Sessions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Options of CREATE and ALTER FUNCTION and PROCEDURE. Null is what was not given.</summary>
internal sealed class RoutineOptions(DdlContext context, bool isProcedure)
{
    private readonly List<SetStatement> _settings = [];

    public string? Source { get; private set; }
    public string? Library { get; private set; }
    public string? Language { get; private set; }
    public bool IsWindow { get; private set; }
    public Volatility? Volatility { get; private set; }
    public bool? IsStrict { get; private set; }
    public bool? IsSecurityDefiner { get; private set; }
    public bool? IsLeakProof { get; private set; }
    public float? Cost { get; private set; }
    public float? Rows { get; private set; }
    public char? Parallel { get; private set; }
    public uint? Support { get; private set; }

    /// <summary>Reads the options. Throws 42601 for conflicting ones, 42P13 for wrong values.</summary>
    public void Read(SyntaxList<DefinitionElement> options)
    {
        var seen = new HashSet<string>();
        foreach (DefinitionElement option in options)
        {
            if (option.Name != "set" && !seen.Add(option.Name))
                throw new SqlException(SqlState.SyntaxError, "conflicting or redundant options") { Position = context.Position(option.Position) };
            if (isProcedure && option.Name is "volatility" or "strict" or "leakproof" or "cost" or "rows" or "support" or "parallel" or "window" && isProcedure)
                throw new SqlException(SqlState.InvalidFunctionDefinition, "invalid attribute in procedure definition") { Position = context.Position(option.Position) };
            ReadOne(option);
        }
    }

    private void ReadOne(DefinitionElement option)
    {
        switch (option.Name)
        {
            case "as":
                SyntaxList<SyntaxNode> parts = ((ValueList)option.Value!).Values;
                Source = ((StringLiteral)parts[0]).Value;
                Library = parts.Count > 1 ? ((StringLiteral)parts[1]).Value : null;
                break;
            case "language":
                Language = ((StringLiteral)option.Value!).Value;
                break;
            case "window":
                IsWindow = true;
                break;
            case "volatility":
                Volatility = ((StringLiteral)option.Value!).Value switch
                {
                    "immutable" => Functions.Volatility.Immutable,
                    "stable" => Functions.Volatility.Stable,
                    _ => Functions.Volatility.Volatile,
                };
                break;
            case "strict":
                IsStrict = Flag(option);
                break;
            case "security":
                IsSecurityDefiner = Flag(option);
                break;
            case "leakproof":
                IsLeakProof = Flag(option);
                if (IsLeakProof == true && !context.Session.IsSuperuser)
                    throw new SqlException(SqlState.InsufficientPrivilege, "only superuser can define a leakproof function");
                break;
            case "cost":
                Cost = Number(option);
                if (Cost <= 0)
                    throw new SqlException(SqlState.InvalidParameterValue, "COST must be positive");
                break;
            case "rows":
                Rows = Number(option);
                if (Rows <= 0)
                    throw new SqlException(SqlState.InvalidParameterValue, "ROWS must be positive");
                break;
            case "parallel":
                Parallel = ((StringLiteral)option.Value!).Value switch
                {
                    "safe" => 's',
                    "restricted" => 'r',
                    "unsafe" => 'u',
                    _ => throw new SqlException(SqlState.SyntaxError, "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE"),
                };
                break;
            case "set":
                _settings.Add((SetStatement)option.Value!);
                break;
            case "support":
                var name = (QualifiedName)option.Value!;
                Support = BuiltinNames.Find("pg_proc", "proname", name.Name)
                    ?? throw new SqlException(SqlState.UndefinedFunction, $"function {name}(internal) does not exist");
                break;
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"option {option.Name} of a function is not supported yet");
        }
    }

    private static bool Flag(DefinitionElement option) => ((BooleanLiteral)option.Value!).Value;

    private static float Number(DefinitionElement option) => option.Value switch
    {
        IntegerLiteral integer => integer.Value,
        NumericLiteral number => float.Parse(number.Text, CultureInfo.InvariantCulture),
        _ => throw new SqlException(SqlState.SyntaxError, $"{option.Name} requires a numeric value"),
    };

    /// <summary>The routine with what was given.</summary>
    public RoutineInfo Apply(RoutineInfo routine) => routine with
    {
        Volatility = Volatility ?? routine.Volatility,
        IsStrict = IsStrict ?? routine.IsStrict,
        IsSecurityDefiner = IsSecurityDefiner ?? routine.IsSecurityDefiner,
        IsLeakProof = IsLeakProof ?? routine.IsLeakProof,
        Cost = Cost ?? routine.Cost,
        Rows = Rows ?? routine.Rows,
        Parallel = Parallel ?? routine.Parallel,
        SupportOid = Support ?? routine.SupportOid,
        Settings = Settings(routine.Settings),
    };

    private string[]? Settings(string[]? before)
    {
        if (_settings.Count == 0)
            return before;
        var items = new List<string>(before ?? []);
        foreach (SetStatement set in _settings)
        {
            if (set.Kind == SetKind.ResetAll)
            {
                items.Clear();
                continue;
            }

            string name = Sessions.Settings.SessionSettings.Definition(set.Name!).Name;
            int at = items.FindIndex(item => item.StartsWith(name + "=", StringComparison.OrdinalIgnoreCase));
            string? value = set.Kind switch
            {
                SetKind.Reset or SetKind.Default => null,
                SetKind.FromCurrent => context.Session.Settings.Show(name),
                _ => SettingCommands.ValueText(name, set.Values),
            };
            if (value is not null)
                Sessions.Settings.SettingValues.Normalize(Sessions.Settings.SessionSettings.Definition(name), value);
            if (at >= 0)
                items.RemoveAt(at);
            if (value is not null)
                items.Insert(at >= 0 ? at : items.Count, $"{name}={value}");
        }

        return items.Count == 0 ? null : [.. items];
    }
}
