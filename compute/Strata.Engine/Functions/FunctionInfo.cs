using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>pg_proc.prokind.</summary>
public enum FunctionKind : byte
{
    Function = (byte)'f',
    Procedure = (byte)'p',
    Aggregate = (byte)'a',
    Window = (byte)'w',
}

/// <summary>pg_proc.provolatile.</summary>
public enum Volatility : byte
{
    Immutable = (byte)'i',
    Stable = (byte)'s',
    Volatile = (byte)'v',
}

/// <summary>One row of pg_proc: a built-in function, or one that the catalog describes. Immutable.</summary>
public sealed class FunctionInfo
{
    public required uint Oid { get; init; }

    public required string Name { get; init; }

    public uint NamespaceOid { get; init; } = 11;

    public FunctionKind Kind { get; init; } = FunctionKind.Function;

    /// <summary>Types of the input arguments; a VARIADIC one counts as its array type.</summary>
    public required uint[] ArgumentTypes { get; init; }

    public required uint ReturnType { get; init; }

    /// <summary>Element type of a VARIADIC last argument; 0 without; "any" for VARIADIC "any".</summary>
    public uint VariadicElementType { get; init; }

    /// <summary>How many of the last input arguments have defaults.</summary>
    public int DefaultCount { get; init; }

    /// <summary>pg_get_function_arguments text of functions with defaults, or null.</summary>
    public string? ArgumentsText { get; init; }

    public bool ReturnsSet { get; init; }

    public bool IsStrict { get; init; } = true;

    public bool IsLeakProof { get; init; }

    public Volatility Volatility { get; init; } = Volatility.Volatile;

    /// <summary>All arguments with OUT and TABLE ones, or empty when there are only IN arguments.</summary>
    public uint[] AllArgumentTypes { get; init; } = [];

    /// <summary>i, o, b, v, t per entry of <see cref="AllArgumentTypes"/>.</summary>
    public string ArgumentModes { get; init; } = "";

    public string[] ArgumentNames { get; init; } = [];

    /// <summary>pg_proc.prosrc: the name under which the implementation of a built-in stands.</summary>
    public required string Symbol { get; init; }

    /// <summary>12 internal, 13 C, 14 SQL.</summary>
    public uint LanguageOid { get; init; } = 12;

    public double EstimatedRows { get; init; }

    /// <summary>In units of cpu_operator_cost.</summary>
    public double Cost { get; init; } = 1;

    /// <summary>The catalog entry of a function that a user created; null for built-in ones.</summary>
    public Catalog.RoutineInfo? Routine { get; init; }

    public bool IsVariadic => VariadicElementType != 0;

    /// <summary>Names and types of the result's columns: OUT and TABLE arguments, empty when the result is a plain value.</summary>
    public IReadOnlyList<(string Name, uint Type)> ResultColumns
    {
        get
        {
            var columns = new List<(string, uint)>();
            for (int i = 0; i < AllArgumentTypes.Length && i < ArgumentModes.Length; i++)
            {
                if (ArgumentModes[i] is 'o' or 'b' or 't')
                    columns.Add((i < ArgumentNames.Length && ArgumentNames[i].Length > 0 ? ArgumentNames[i] : $"column{columns.Count + 1}", AllArgumentTypes[i]));
            }

            return columns;
        }
    }
}
