namespace Strata.Sql.Syntax;

/// <summary>When a trigger fires.</summary>
public enum TriggerTiming
{
    /// <summary>BEFORE.</summary>
    Before,

    /// <summary>AFTER.</summary>
    After,

    /// <summary>INSTEAD OF.</summary>
    InsteadOf,
}

/// <summary>Events of triggers.</summary>
[Flags]
public enum TriggerEvents
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>INSERT.</summary>
    Insert = 1,

    /// <summary>DELETE.</summary>
    Delete = 2,

    /// <summary>UPDATE.</summary>
    Update = 4,

    /// <summary>TRUNCATE.</summary>
    Truncate = 8,
}

/// <summary><c>OLD|NEW TABLE AS name</c>; ROW is parsed too and rejected later, as in PostgreSQL.</summary>
public sealed record TriggerTransition(bool IsNew, bool IsTable, string Name, int Position) : SyntaxNode(Position);

/// <summary>CREATE TRIGGER.</summary>
public sealed record CreateTriggerStatement(
    string Name, RelationName Relation, TriggerTiming Timing, TriggerEvents Events, QualifiedName Function, int Position) : Statement(Position)
{
    /// <summary>OR REPLACE.</summary>
    public bool OrReplace { get; init; }

    /// <summary>CONSTRAINT trigger.</summary>
    public bool IsConstraint { get; init; }

    /// <summary>Columns of UPDATE OF.</summary>
    public SyntaxList<string> Columns { get; init; }

    /// <summary>FROM table of a constraint trigger.</summary>
    public RelationName? ReferencedTable { get; init; }

    /// <summary>REFERENCING.</summary>
    public SyntaxList<TriggerTransition> Transitions { get; init; }

    /// <summary>FOR EACH ROW.</summary>
    public bool IsForEachRow { get; init; }

    /// <summary>WHEN.</summary>
    public Expression? When { get; init; }

    /// <summary>Arguments, as strings.</summary>
    public SyntaxList<string> Arguments { get; init; }

    /// <summary>DEFERRABLE.</summary>
    public bool IsDeferrable { get; init; }

    /// <summary>INITIALLY DEFERRED.</summary>
    public bool IsInitiallyDeferred { get; init; }
}

/// <summary><c>WHEN variable IN (values)</c> of an event trigger.</summary>
public sealed record EventTriggerFilter(string Variable, SyntaxList<string> Values, int Position) : SyntaxNode(Position);

/// <summary>CREATE EVENT TRIGGER.</summary>
public sealed record CreateEventTriggerStatement(
    string Name, string Event, SyntaxList<EventTriggerFilter> Filters, QualifiedName Function, int Position) : Statement(Position);

/// <summary>ALTER EVENT TRIGGER … ENABLE|DISABLE.</summary>
public sealed record AlterEventTriggerStatement(string Name, FiringMode Mode, int Position) : Statement(Position);

/// <summary>Events of rules.</summary>
public enum RuleEvent
{
    /// <summary>SELECT.</summary>
    Select,

    /// <summary>UPDATE.</summary>
    Update,

    /// <summary>DELETE.</summary>
    Delete,

    /// <summary>INSERT.</summary>
    Insert,
}

/// <summary>CREATE RULE; no actions is NOTHING.</summary>
public sealed record CreateRuleStatement(
    string Name, RuleEvent Event, RelationName Relation, Expression? Where, bool IsInstead, SyntaxList<Statement> Actions, bool OrReplace, int Position)
    : Statement(Position);

/// <summary>Commands of a policy.</summary>
public enum PolicyCommand
{
    /// <summary>ALL.</summary>
    All,

    /// <summary>SELECT.</summary>
    Select,

    /// <summary>INSERT.</summary>
    Insert,

    /// <summary>UPDATE.</summary>
    Update,

    /// <summary>DELETE.</summary>
    Delete,
}

/// <summary>CREATE POLICY.</summary>
public sealed record CreatePolicyStatement(
    string Name, RelationName Relation, bool IsPermissive, PolicyCommand Command, SyntaxList<RoleReference> Roles,
    Expression? Using, Expression? WithCheck, int Position) : Statement(Position);

/// <summary>ALTER POLICY.</summary>
public sealed record AlterPolicyStatement(
    string Name, RelationName Relation, SyntaxList<RoleReference> Roles, Expression? Using, Expression? WithCheck, int Position) : Statement(Position);
