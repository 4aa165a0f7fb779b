namespace Strata.Sql.Syntax;

/// <summary>Modes of function parameters.</summary>
public enum ParameterMode
{
    /// <summary>Not given: IN.</summary>
    Default,

    /// <summary>IN.</summary>
    In,

    /// <summary>OUT.</summary>
    Out,

    /// <summary>INOUT.</summary>
    InOut,

    /// <summary>VARIADIC.</summary>
    Variadic,

    /// <summary>A column of RETURNS TABLE.</summary>
    Table,
}

/// <summary>A parameter of a function.</summary>
public sealed record FunctionParameter(
    string? Name, ParameterMode Mode, TypeName Type, Expression? Default, int Position) : SyntaxNode(Position);

/// <summary>
/// CREATE FUNCTION or PROCEDURE. Options: <c>as</c> (a <see cref="ValueList"/> of one or two strings), <c>language</c>, <c>volatility</c>,
/// <c>strict</c>, <c>security</c>, <c>leakproof</c>, <c>cost</c>, <c>rows</c>, <c>support</c>, <c>parallel</c>, <c>window</c>,
/// <c>transform</c>, <c>set</c> (a <see cref="SetStatement"/>).
/// </summary>
public sealed record CreateFunctionStatement(
    QualifiedName Name, SyntaxList<FunctionParameter> Parameters, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position)
{
    /// <summary>PROCEDURE.</summary>
    public bool IsProcedure { get; init; }

    /// <summary>OR REPLACE.</summary>
    public bool OrReplace { get; init; }

    /// <summary>RETURNS type; null without RETURNS and for RETURNS TABLE (see the parameters of mode Table).</summary>
    public TypeName? ReturnType { get; init; }

    /// <summary><c>RETURN expression</c> or <c>BEGIN ATOMIC … END</c>.</summary>
    public RoutineBody? Body { get; init; }
}

/// <summary>A body in SQL syntax: one RETURN expression, or statements.</summary>
public sealed record RoutineBody(Expression? Return, SyntaxList<Statement> Statements, int Position) : SyntaxNode(Position);

/// <summary>A <c>RETURN expression</c> statement inside BEGIN ATOMIC.</summary>
public sealed record ReturnStatement(Expression Value, int Position) : Statement(Position);

/// <summary>ALTER FUNCTION, PROCEDURE or ROUTINE with options.</summary>
public sealed record AlterFunctionStatement(
    ObjectKind Kind, FunctionObject Function, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>
/// CREATE AGGREGATE, OPERATOR, TYPE (base or shell), COLLATION or TEXT SEARCH …: a name and options.
/// An operator's name is a <see cref="OperatorName"/>'s parts.
/// </summary>
public sealed record DefineStatement(
    ObjectKind Kind, QualifiedName Name, SyntaxList<DefinitionElement> Definition, int Position) : Statement(Position)
{
    /// <summary>OR REPLACE (aggregates).</summary>
    public bool OrReplace { get; init; }

    /// <summary>IF NOT EXISTS (collations).</summary>
    public bool IfNotExists { get; init; }

    /// <summary>Arguments of an aggregate; null in the old style (basetype among the options).</summary>
    public AggregateArguments? Arguments { get; init; }

    /// <summary>CREATE COLLATION a FROM b.</summary>
    public QualifiedName? From { get; init; }

    /// <summary>Parentheses were written: tells <c>CREATE TYPE t</c> (shell) from an empty list.</summary>
    public bool HasDefinition { get; init; }
}

/// <summary>ALTER OPERATOR … SET (…).</summary>
public sealed record AlterOperatorStatement(OperatorObject Operator, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>ALTER TYPE … SET (…).</summary>
public sealed record AlterTypeStatement(QualifiedName Name, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>CREATE TYPE name AS (…).</summary>
public sealed record CreateCompositeTypeStatement(QualifiedName Name, SyntaxList<ColumnDefinition> Columns, int Position) : Statement(Position);

/// <summary>CREATE TYPE name AS ENUM (…).</summary>
public sealed record CreateEnumStatement(QualifiedName Name, SyntaxList<string> Labels, int Position) : Statement(Position);

/// <summary>CREATE TYPE name AS RANGE (…).</summary>
public sealed record CreateRangeStatement(QualifiedName Name, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>ALTER TYPE … ADD VALUE, or RENAME VALUE where <paramref name="OldLabel"/> is set.</summary>
public sealed record AlterEnumStatement(QualifiedName Name, string? OldLabel, string NewLabel, int Position) : Statement(Position)
{
    /// <summary>The label before or after which it goes.</summary>
    public string? Neighbor { get; init; }

    /// <summary>AFTER rather than BEFORE.</summary>
    public bool IsAfter { get; init; }

    /// <summary>IF NOT EXISTS.</summary>
    public bool IfNotExists { get; init; }
}

/// <summary>CREATE DOMAIN.</summary>
public sealed record CreateDomainStatement(
    QualifiedName Name, TypeName Type, QualifiedName? Collation, SyntaxList<Constraint> Constraints, int Position) : Statement(Position);

/// <summary>Forms of ALTER DOMAIN.</summary>
public enum AlterDomainKind
{
    /// <summary>SET DEFAULT or DROP DEFAULT.</summary>
    Default,

    /// <summary>SET NOT NULL.</summary>
    SetNotNull,

    /// <summary>DROP NOT NULL.</summary>
    DropNotNull,

    /// <summary>ADD constraint.</summary>
    AddConstraint,

    /// <summary>DROP CONSTRAINT.</summary>
    DropConstraint,

    /// <summary>VALIDATE CONSTRAINT.</summary>
    ValidateConstraint,
}

/// <summary>ALTER DOMAIN.</summary>
public sealed record AlterDomainStatement(AlterDomainKind Kind, QualifiedName Name, int Position) : Statement(Position)
{
    /// <summary>New default; null is DROP DEFAULT.</summary>
    public Expression? Default { get; init; }

    /// <summary>Constraint to add.</summary>
    public Constraint? Constraint { get; init; }

    /// <summary>Constraint to drop or validate.</summary>
    public string? ConstraintName { get; init; }

    /// <summary>IF EXISTS of DROP CONSTRAINT.</summary>
    public bool IfExists { get; init; }

    /// <summary>CASCADE or RESTRICT.</summary>
    public DropBehavior Behavior { get; init; }
}

/// <summary>Contexts in which a cast applies.</summary>
public enum CastContext
{
    /// <summary>Only explicitly.</summary>
    Explicit,

    /// <summary>AS ASSIGNMENT.</summary>
    Assignment,

    /// <summary>AS IMPLICIT.</summary>
    Implicit,
}

/// <summary>CREATE CAST; no function and not InOut is WITHOUT FUNCTION.</summary>
public sealed record CreateCastStatement(
    TypeName Source, TypeName Target, FunctionObject? Function, bool IsInOut, CastContext Context, int Position) : Statement(Position);

/// <summary>CREATE TRANSFORM.</summary>
public sealed record CreateTransformStatement(
    TypeName Type, string Language, FunctionObject? FromSql, FunctionObject? ToSql, bool OrReplace, int Position) : Statement(Position);

/// <summary>CREATE LANGUAGE.</summary>
public sealed record CreateLanguageStatement(string Name, int Position) : Statement(Position)
{
    /// <summary>OR REPLACE.</summary>
    public bool OrReplace { get; init; }

    /// <summary>TRUSTED.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>HANDLER; null is the short form.</summary>
    public QualifiedName? Handler { get; init; }

    /// <summary>INLINE.</summary>
    public QualifiedName? Inline { get; init; }

    /// <summary>VALIDATOR.</summary>
    public QualifiedName? Validator { get; init; }
}

/// <summary>CREATE CONVERSION.</summary>
public sealed record CreateConversionStatement(
    QualifiedName Name, string SourceEncoding, string TargetEncoding, QualifiedName Function, bool IsDefault, int Position) : Statement(Position);

/// <summary>CREATE ACCESS METHOD.</summary>
public sealed record CreateAccessMethodStatement(string Name, bool IsIndex, QualifiedName Handler, int Position) : Statement(Position);

/// <summary>CREATE OPERATOR CLASS.</summary>
public sealed record CreateOperatorClassStatement(
    QualifiedName Name, bool IsDefault, TypeName Type, string AccessMethod, QualifiedName? Family, SyntaxList<OperatorClassItem> Items, int Position)
    : Statement(Position);

/// <summary>CREATE OPERATOR FAMILY.</summary>
public sealed record CreateOperatorFamilyStatement(QualifiedName Name, string AccessMethod, int Position) : Statement(Position);

/// <summary>ALTER OPERATOR FAMILY … ADD or DROP.</summary>
public sealed record AlterOperatorFamilyStatement(
    QualifiedName Name, string AccessMethod, bool IsDrop, SyntaxList<OperatorClassItem> Items, int Position) : Statement(Position);

/// <summary>Items of operator classes.</summary>
public enum OperatorClassItemKind
{
    /// <summary>OPERATOR.</summary>
    Operator,

    /// <summary>FUNCTION.</summary>
    Function,

    /// <summary>STORAGE.</summary>
    Storage,
}

/// <summary>An item of an operator class or family.</summary>
public sealed record OperatorClassItem(OperatorClassItemKind Kind, int Number, int Position) : SyntaxNode(Position)
{
    /// <summary>The operator; operands are null when not given.</summary>
    public OperatorObject? Operator { get; init; }

    /// <summary>Sort family of FOR ORDER BY.</summary>
    public QualifiedName? OrderFamily { get; init; }

    /// <summary>The function; null when dropping.</summary>
    public FunctionObject? Function { get; init; }

    /// <summary>Operand types in parentheses.</summary>
    public SyntaxList<TypeName> Types { get; init; }

    /// <summary>STORAGE type.</summary>
    public TypeName? StorageType { get; init; }
}

/// <summary>ALTER COLLATION … REFRESH VERSION.</summary>
public sealed record AlterCollationStatement(QualifiedName Name, int Position) : Statement(Position);
