using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>What a statement is bound with. Immutable.</summary>
public sealed record BindingContext
{
    /// <summary>The catalog as the statement sees it.</summary>
    public required CatalogView Catalog { get; init; }

    /// <summary>Where unqualified names are looked up.</summary>
    public required SearchPath SearchPath { get; init; }

    /// <summary>Settings and services that the input functions of literals need.</summary>
    public required IFunctionContext Functions { get; init; }

    /// <summary>The statement's text: positions in errors are characters of it. Empty when there is none.</summary>
    public string Text { get; init; } = "";

    /// <summary>For whom row security policies are applied; null for statements of the engine itself, which see all rows.</summary>
    public RowSecurityContext? Security { get; init; }

    /// <summary>Parameter types given by Parse or PREPARE; null entries (and missing ones) are inferred.</summary>
    public IReadOnlyList<SqlType?> ParameterTypes { get; init; } = [];

    /// <summary>What stands for $1, $2, … where their values are known already; null where they are parameters.</summary>
    public IReadOnlyList<Sql.Syntax.Expression>? ParameterValues { get; init; }

    /// <summary>The query is a cursor's: the addresses of the table rows behind its rows are wanted, for WHERE CURRENT OF.</summary>
    public bool KeepRowAddresses { get; init; }

    /// <summary>What was bound is kept for printing (<see cref="BindingRecorder"/>), and nothing is put in the place of calls.</summary>
    internal bool IsRecorded { get; init; }

    /// <summary>Nothing comes of the binding but its errors: what PostgreSQL looks for only when it plans may be missing.</summary>
    internal bool IsUnplanned { get; init; }

    /// <summary>False for contexts without parameters (DDL expressions, simple queries): $1 is then an error.</summary>
    public bool AllowParameters { get; init; } = true;

    /// <summary>True where there are no parameters but those of <see cref="ParameterTypes"/>.</summary>
    public bool HasFixedParameters { get; init; }

    /// <summary>Names of the parameters of the function whose body this is; a column of the same name comes first.</summary>
    public IReadOnlyList<string> ParameterNames { get; init; } = [];

    /// <summary>Name of the function whose body this is, which may qualify its parameters; null elsewhere.</summary>
    public string? RoutineName { get; init; }
}
