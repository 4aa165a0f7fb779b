using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// One call in one expression instance: the types it was bound with, and what the function caches between rows. Not thread-safe.
/// </summary>
public sealed class FunctionSite(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
{
    public FunctionInfo Function { get; } = function;

    /// <summary>Actual types, after coercion; polymorphic ones resolved.</summary>
    public SqlType[] ArgumentTypes { get; } = argumentTypes;

    public SqlType ResultType { get; } = resultType;

    /// <summary>True when the call spelled VARIADIC before its last argument.</summary>
    public bool IsVariadicCall { get; init; }

    /// <summary>Names of the columns that a call in FROM gives, for the functions whose rows the query defines; null elsewhere.</summary>
    public IReadOnlyList<string>? ColumnNames { get; init; }

    internal Vectors.ErrorSink ConstantErrors { get; } = new();

    /// <summary>What the function remembers: a compiled pattern, a parsed format, …</summary>
    public object? State;
}
