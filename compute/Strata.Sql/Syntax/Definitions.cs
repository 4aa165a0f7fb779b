namespace Strata.Sql.Syntax;

/// <summary>ADD, SET or DROP before an option of ALTER … OPTIONS.</summary>
public enum DefinitionAction
{
    /// <summary>Nothing was written.</summary>
    Unspecified,

    /// <summary>SET.</summary>
    Set,

    /// <summary>ADD.</summary>
    Add,

    /// <summary>DROP.</summary>
    Drop,
}

/// <summary>
/// A <c>name [= value]</c> option, PostgreSQL's DefElem. <paramref name="Value"/> is null if none was given, else one of
/// <see cref="StringLiteral"/> (also for plain words), <see cref="IntegerLiteral"/>, <see cref="NumericLiteral"/>,
/// <see cref="BooleanLiteral"/>, <see cref="TypeName"/>, <see cref="OperatorName"/>, <see cref="QualifiedName"/>,
/// <see cref="NameList"/>, <see cref="StarSelection"/>, <see cref="RoleReference"/> or an expression, as the statement says.
/// </summary>
public sealed record DefinitionElement(string Name, SyntaxNode? Value, int Position) : SyntaxNode(Position)
{
    /// <summary>Qualifier of the name, as in <c>toast.fillfactor</c>.</summary>
    public string? Namespace { get; init; }

    /// <summary>ADD, SET or DROP.</summary>
    public DefinitionAction Action { get; init; }
}

/// <summary>A list of identifiers as an option's value.</summary>
public sealed record NameList(SyntaxList<string> Names, int Position) : SyntaxNode(Position);

/// <summary>A list of options as an option's value.</summary>
public sealed record ValueList(SyntaxList<SyntaxNode> Values, int Position) : SyntaxNode(Position);

/// <summary>CASCADE or RESTRICT.</summary>
public enum DropBehavior
{
    /// <summary>RESTRICT, the default.</summary>
    Restrict,

    /// <summary>CASCADE.</summary>
    Cascade,
}

/// <summary>Kinds of objects that DROP, COMMENT, GRANT, ALTER … RENAME and others name.</summary>
public enum ObjectKind
{
    /// <summary>ACCESS METHOD.</summary>
    AccessMethod,

    /// <summary>AGGREGATE.</summary>
    Aggregate,

    /// <summary>CAST.</summary>
    Cast,

    /// <summary>COLLATION.</summary>
    Collation,

    /// <summary>COLUMN, or ATTRIBUTE of a composite type.</summary>
    Column,

    /// <summary>CONSTRAINT of a table.</summary>
    TableConstraint,

    /// <summary>CONSTRAINT of a domain.</summary>
    DomainConstraint,

    /// <summary>CONVERSION.</summary>
    Conversion,

    /// <summary>DATABASE.</summary>
    Database,

    /// <summary>DOMAIN.</summary>
    Domain,

    /// <summary>EVENT TRIGGER.</summary>
    EventTrigger,

    /// <summary>EXTENSION.</summary>
    Extension,

    /// <summary>FOREIGN DATA WRAPPER.</summary>
    ForeignDataWrapper,

    /// <summary>FOREIGN SERVER.</summary>
    ForeignServer,

    /// <summary>FOREIGN TABLE.</summary>
    ForeignTable,

    /// <summary>FUNCTION.</summary>
    Function,

    /// <summary>INDEX.</summary>
    Index,

    /// <summary>LANGUAGE.</summary>
    Language,

    /// <summary>LARGE OBJECT.</summary>
    LargeObject,

    /// <summary>MATERIALIZED VIEW.</summary>
    MaterializedView,

    /// <summary>OPERATOR.</summary>
    Operator,

    /// <summary>OPERATOR CLASS.</summary>
    OperatorClass,

    /// <summary>OPERATOR FAMILY.</summary>
    OperatorFamily,

    /// <summary>PARAMETER (a setting, in GRANT).</summary>
    Parameter,

    /// <summary>POLICY.</summary>
    Policy,

    /// <summary>PROCEDURE.</summary>
    Procedure,

    /// <summary>PUBLICATION.</summary>
    Publication,

    /// <summary>ROLE.</summary>
    Role,

    /// <summary>ROUTINE.</summary>
    Routine,

    /// <summary>RULE.</summary>
    Rule,

    /// <summary>SCHEMA.</summary>
    Schema,

    /// <summary>SEQUENCE.</summary>
    Sequence,

    /// <summary>STATISTICS.</summary>
    Statistics,

    /// <summary>SUBSCRIPTION.</summary>
    Subscription,

    /// <summary>TABLE.</summary>
    Table,

    /// <summary>TABLESPACE.</summary>
    Tablespace,

    /// <summary>TRANSFORM.</summary>
    Transform,

    /// <summary>TRIGGER.</summary>
    Trigger,

    /// <summary>TEXT SEARCH CONFIGURATION.</summary>
    TextSearchConfiguration,

    /// <summary>TEXT SEARCH DICTIONARY.</summary>
    TextSearchDictionary,

    /// <summary>TEXT SEARCH PARSER.</summary>
    TextSearchParser,

    /// <summary>TEXT SEARCH TEMPLATE.</summary>
    TextSearchTemplate,

    /// <summary>TYPE.</summary>
    Type,

    /// <summary>USER MAPPING.</summary>
    UserMapping,

    /// <summary>VIEW.</summary>
    View,
}

/// <summary>Names one object; which derived record is used depends on the <see cref="ObjectKind"/>.</summary>
public abstract record ObjectReference(int Position) : SyntaxNode(Position);

/// <summary>An object with a possibly qualified name. A column or constraint has its table in front.</summary>
public sealed record NamedObject(QualifiedName Name, int Position) : ObjectReference(Position);

/// <summary>An object that belongs to another: trigger, rule, policy, table constraint (<c>name ON owner</c>).</summary>
public sealed record DependentObject(string Name, QualifiedName Owner, int Position) : ObjectReference(Position);

/// <summary>A constraint of a domain.</summary>
public sealed record DomainConstraintObject(string Name, TypeName Domain, int Position) : ObjectReference(Position);

/// <summary>A type or domain.</summary>
public sealed record TypeObject(TypeName Type, int Position) : ObjectReference(Position);

/// <summary>A function, procedure or routine; <paramref name="HasArguments"/> is false if no argument list was given.</summary>
public sealed record FunctionObject(
    QualifiedName Name, SyntaxList<FunctionParameter> Arguments, bool HasArguments, int Position) : ObjectReference(Position);

/// <summary>An aggregate.</summary>
public sealed record AggregateObject(QualifiedName Name, AggregateArguments Arguments, int Position) : ObjectReference(Position);

/// <summary>Arguments of an aggregate; <c>(*)</c> has none. <paramref name="DirectCount"/> is -1 if there is no ORDER BY.</summary>
public sealed record AggregateArguments(SyntaxList<FunctionParameter> Parameters, int DirectCount, int Position) : SyntaxNode(Position);

/// <summary>An operator; a missing operand is <c>NONE</c>.</summary>
public sealed record OperatorObject(OperatorName Name, TypeName? Left, TypeName? Right, int Position) : ObjectReference(Position);

/// <summary>An operator class or family.</summary>
public sealed record OperatorClassObject(QualifiedName Name, string AccessMethod, int Position) : ObjectReference(Position);

/// <summary>A cast.</summary>
public sealed record CastObject(TypeName Source, TypeName Target, int Position) : ObjectReference(Position);

/// <summary>A transform.</summary>
public sealed record TransformObject(TypeName Type, string Language, int Position) : ObjectReference(Position);

/// <summary>A large object, by OID as written.</summary>
public sealed record LargeObjectReference(Expression Oid, int Position) : ObjectReference(Position);

/// <summary>A user mapping.</summary>
public sealed record UserMappingObject(RoleReference User, string Server, int Position) : ObjectReference(Position);
