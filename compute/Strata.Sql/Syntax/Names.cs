namespace Strata.Sql.Syntax;

/// <summary>A possibly qualified name, outermost part first: <c>catalog.schema.name</c>, <c>schema.name</c> or <c>name</c>.</summary>
public sealed record QualifiedName(SyntaxList<string> Parts, int Position) : SyntaxNode(Position)
{
    /// <summary>The last part.</summary>
    public string Name => Parts[Parts.Count - 1];

    /// <summary>The part before the last, or null.</summary>
    public string? Schema => Parts.Count > 1 ? Parts[Parts.Count - 2] : null;

    /// <summary>The parts joined by dots, unquoted, as PostgreSQL prints names in messages.</summary>
    public override string ToString() => string.Join('.', Parts.AsSpan());
}

/// <summary>
/// An operator: <c>+</c> has one part; <c>OPERATOR(pg_catalog.+)</c> has the schema first and <paramref name="IsExplicit"/> set.
/// <c>!=</c> is already <c>&lt;&gt;</c>.
/// </summary>
public sealed record OperatorName(SyntaxList<string> Parts, bool IsExplicit, int Position) : SyntaxNode(Position)
{
    /// <summary>The operator's sign.</summary>
    public string Name => Parts[Parts.Count - 1];

    /// <summary>The schema, or null.</summary>
    public string? Schema => Parts.Count > 1 ? Parts[Parts.Count - 2] : null;
}

/// <summary>How long a relation lives.</summary>
public enum RelationPersistence
{
    /// <summary>Logged, permanent.</summary>
    Permanent,

    /// <summary>Empty after a crash, not logged.</summary>
    Unlogged,

    /// <summary>Private to the session.</summary>
    Temporary,
}

/// <summary>A reference to a relation (PostgreSQL's RangeVar without alias).</summary>
public sealed record RelationName(string? Catalog, string? Schema, string Name, int Position) : SyntaxNode(Position)
{
    /// <summary>False after <c>ONLY</c>: children and partitions are left out.</summary>
    public bool IncludeDescendants { get; init; } = true;

    /// <summary>Persistence asked for where the relation is created.</summary>
    public RelationPersistence Persistence { get; init; }

    /// <summary>The parts that were given, joined by dots, unquoted.</summary>
    public override string ToString() =>
        Schema is null ? Name : Catalog is null ? Schema + "." + Name : Catalog + "." + Schema + "." + Name;
}

/// <summary>A type name with modifiers.</summary>
/// <param name="Names">
/// Name parts. SQL spellings are resolved as in PostgreSQL (<c>integer</c> is <c>pg_catalog.int4</c>), everything else is as written.
/// </param>
public sealed record TypeName(SyntaxList<string> Names, int Position) : SyntaxNode(Position)
{
    /// <summary>
    /// Modifiers as written. For intervals, as in PostgreSQL: a bit mask of <see cref="IntervalFields"/>, then optionally the precision.
    /// </summary>
    public SyntaxList<Expression> Modifiers { get; init; }

    /// <summary>One entry per dimension: its bound, or -1 if none was given. Empty for a type that is not an array.</summary>
    public SyntaxList<int> ArrayBounds { get; init; }

    /// <summary><c>SETOF</c>.</summary>
    public bool IsSetOf { get; init; }

    /// <summary><c>table.column%TYPE</c>: <see cref="Names"/> names a column.</summary>
    public bool IsColumnType { get; init; }

    /// <summary>Last part of the name.</summary>
    public string Name => Names[Names.Count - 1];

    /// <summary>Schema part of the name, or null.</summary>
    public string? Schema => Names.Count > 1 ? Names[Names.Count - 2] : null;
}

/// <summary>Field masks of <c>INTERVAL</c> types, PostgreSQL's <c>INTERVAL_MASK</c> values.</summary>
public static class IntervalFields
{
    /// <summary>MONTH.</summary>
    public const int Month = 1 << 1;

    /// <summary>YEAR.</summary>
    public const int Year = 1 << 2;

    /// <summary>DAY.</summary>
    public const int Day = 1 << 3;

    /// <summary>HOUR.</summary>
    public const int Hour = 1 << 10;

    /// <summary>MINUTE.</summary>
    public const int Minute = 1 << 11;

    /// <summary>SECOND.</summary>
    public const int Second = 1 << 12;

    /// <summary>No restriction; written where only a precision is given.</summary>
    public const int FullRange = 0x7FFF;
}

/// <summary><c>AS name (column, …)</c> of an item in FROM.</summary>
public sealed record Alias(string Name, SyntaxList<string> Columns, int Position) : SyntaxNode(Position);

/// <summary>A role in GRANT, OWNER TO and so on.</summary>
public enum RoleKind
{
    /// <summary>A role by name.</summary>
    Named,

    /// <summary><c>CURRENT_ROLE</c>.</summary>
    CurrentRole,

    /// <summary><c>CURRENT_USER</c>.</summary>
    CurrentUser,

    /// <summary><c>SESSION_USER</c>.</summary>
    SessionUser,

    /// <summary><c>PUBLIC</c>.</summary>
    Public,
}

/// <summary>A role reference; <paramref name="Name"/> is set for <see cref="RoleKind.Named"/>.</summary>
public sealed record RoleReference(RoleKind Kind, string? Name, int Position) : SyntaxNode(Position);
