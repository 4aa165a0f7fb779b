namespace Strata.Sql.Syntax;

/// <summary>A column reference <c>a</c>, <c>t.a</c>, <c>s.t.a</c>, or with <paramref name="IsStar"/> <c>*</c>, <c>t.*</c> (Names then holds the qualifier).</summary>
public sealed record ColumnReference(SyntaxList<string> Names, bool IsStar, int Position) : Expression(Position);

/// <summary><c>$n</c>.</summary>
public sealed record ParameterReference(int Number, int Position) : Expression(Position);

/// <summary>An integer constant that fits 32 bits; a preceding minus is already folded in.</summary>
public sealed record IntegerLiteral(int Value, int Position) : Expression(Position);

/// <summary>
/// A number that is not a 32-bit integer: <c>1.5</c>, <c>1e10</c>, <c>3000000000</c>; a preceding minus is already folded in.
/// An integer that fits 64 bits is <c>int8</c> (or <c>int4</c>), otherwise <c>numeric</c>.
/// </summary>
public sealed record NumericLiteral(string Text, int Position) : Expression(Position);

/// <summary>A string constant of unknown type, unescaped.</summary>
public sealed record StringLiteral(string Value, int Position) : Expression(Position);

/// <summary><c>B'0101'</c> or <c>X'1F'</c>.</summary>
public sealed record BitStringLiteral(string Digits, bool IsHexadecimal, int Position) : Expression(Position);

/// <summary><c>TRUE</c> or <c>FALSE</c>.</summary>
public sealed record BooleanLiteral(bool Value, int Position) : Expression(Position);

/// <summary><c>NULL</c>.</summary>
public sealed record NullLiteral(int Position) : Expression(Position);

/// <summary><c>DEFAULT</c> in VALUES and SET.</summary>
public sealed record DefaultLiteral(int Position) : Expression(Position);

/// <summary>A prefix operator. The position is the operator's.</summary>
public sealed record UnaryExpression(OperatorName Operator, Expression Operand, int Position) : Expression(Position);

/// <summary>A binary operator. The position is the operator's.</summary>
public sealed record BinaryExpression(OperatorName Operator, Expression Left, Expression Right, int Position) : Expression(Position);

/// <summary>Which connective a <see cref="LogicalExpression"/> is.</summary>
public enum LogicalKind
{
    /// <summary>AND.</summary>
    And,

    /// <summary>OR.</summary>
    Or,
}

/// <summary><c>a AND b AND …</c> or <c>a OR b OR …</c>; left-nested chains are flattened.</summary>
public sealed record LogicalExpression(LogicalKind Kind, SyntaxList<Expression> Operands, int Position) : Expression(Position);

/// <summary><c>NOT a</c>.</summary>
public sealed record NotExpression(Expression Operand, int Position) : Expression(Position);

/// <summary><c>a IS [NOT] NULL</c>.</summary>
public sealed record IsNullExpression(Expression Operand, bool IsNegated, int Position) : Expression(Position);

/// <summary>Truth values that <c>IS</c> tests for.</summary>
public enum TruthValue
{
    /// <summary>TRUE.</summary>
    True,

    /// <summary>FALSE.</summary>
    False,

    /// <summary>UNKNOWN.</summary>
    Unknown,
}

/// <summary><c>a IS [NOT] TRUE | FALSE | UNKNOWN</c>.</summary>
public sealed record IsTruthExpression(Expression Operand, TruthValue Value, bool IsNegated, int Position) : Expression(Position);

/// <summary><c>a IS [NOT] DISTINCT FROM b</c>.</summary>
public sealed record IsDistinctExpression(Expression Left, Expression Right, bool IsNegated, int Position) : Expression(Position);

/// <summary><c>a IS [NOT] DOCUMENT</c>.</summary>
public sealed record IsDocumentExpression(Expression Operand, bool IsNegated, int Position) : Expression(Position);

/// <summary><c>a [NOT] BETWEEN [SYMMETRIC] low AND high</c>.</summary>
public sealed record BetweenExpression(
    Expression Operand, Expression Low, Expression High, bool IsSymmetric, bool IsNegated, int Position) : Expression(Position);

/// <summary>Pattern languages.</summary>
public enum PatternKind
{
    /// <summary>LIKE; operators <c>~~</c> and <c>!~~</c>.</summary>
    Like,

    /// <summary>ILIKE; operators <c>~~*</c> and <c>!~~*</c>.</summary>
    ILike,

    /// <summary>SIMILAR TO; operators <c>~</c> and <c>!~</c> on <c>similar_to_escape(pattern)</c>.</summary>
    SimilarTo,
}

/// <summary><c>a [NOT] LIKE | ILIKE | SIMILAR TO pattern [ESCAPE e]</c>.</summary>
public sealed record PatternExpression(
    PatternKind Kind, Expression Operand, Expression Pattern, Expression? Escape, bool IsNegated, int Position) : Expression(Position);

/// <summary><c>a [NOT] IN (x, …)</c>.</summary>
public sealed record InListExpression(Expression Operand, SyntaxList<Expression> Items, bool IsNegated, int Position) : Expression(Position);

/// <summary><c>a [NOT] IN (SELECT …)</c>.</summary>
public sealed record InSubqueryExpression(Expression Operand, SelectStatement Query, bool IsNegated, int Position) : Expression(Position);

/// <summary><c>a op ANY|ALL (array)</c>. SOME is ANY. LIKE and ILIKE come as <c>~~</c>, <c>~~*</c> and their negations.</summary>
public sealed record QuantifiedArrayExpression(
    Expression Left, OperatorName Operator, bool IsAll, Expression Array, int Position) : Expression(Position);

/// <summary><c>a op ANY|ALL (SELECT …)</c>.</summary>
public sealed record QuantifiedSubqueryExpression(
    Expression Left, OperatorName Operator, bool IsAll, SelectStatement Query, int Position) : Expression(Position);

/// <summary><c>(SELECT …)</c> as a value.</summary>
public sealed record ScalarSubquery(SelectStatement Query, int Position) : Expression(Position);

/// <summary><c>EXISTS (SELECT …)</c>.</summary>
public sealed record ExistsExpression(SelectStatement Query, int Position) : Expression(Position);

/// <summary><c>ARRAY(SELECT …)</c>.</summary>
public sealed record ArraySubquery(SelectStatement Query, int Position) : Expression(Position);

/// <summary><c>WHEN condition THEN result</c>.</summary>
public sealed record CaseWhen(Expression Condition, Expression Result, int Position) : SyntaxNode(Position);

/// <summary><c>CASE [operand] WHEN … [ELSE …] END</c>.</summary>
public sealed record CaseExpression(
    Expression? Operand, SyntaxList<CaseWhen> Whens, Expression? Else, int Position) : Expression(Position);

/// <summary><c>COALESCE(…)</c>.</summary>
public sealed record CoalesceExpression(SyntaxList<Expression> Arguments, int Position) : Expression(Position);

/// <summary><c>GREATEST(…)</c> or <c>LEAST(…)</c>.</summary>
public sealed record MinMaxExpression(bool IsGreatest, SyntaxList<Expression> Arguments, int Position) : Expression(Position);

/// <summary><c>NULLIF(a, b)</c>.</summary>
public sealed record NullIfExpression(Expression Left, Expression Right, int Position) : Expression(Position);

/// <summary><c>ROW(…)</c>, or <c>(a, b)</c> without the word (<paramref name="IsExplicit"/> false).</summary>
public sealed record RowExpression(SyntaxList<Expression> Fields, bool IsExplicit, int Position) : Expression(Position);

/// <summary><c>ARRAY[…]</c>; a nested <c>[…]</c> is an ArrayExpression too, with <paramref name="IsNested"/> set.</summary>
public sealed record ArrayExpression(SyntaxList<Expression> Elements, bool IsNested, int Position) : Expression(Position);

/// <summary>A selection applied to a value: field, star, subscript or slice.</summary>
public abstract record IndirectionElement(int Position) : SyntaxNode(Position);

/// <summary><c>.name</c>.</summary>
public sealed record FieldSelection(string Name, int Position) : IndirectionElement(Position);

/// <summary><c>.*</c>.</summary>
public sealed record StarSelection(int Position) : IndirectionElement(Position);

/// <summary><c>[index]</c>.</summary>
public sealed record Subscript(Expression Index, int Position) : IndirectionElement(Position);

/// <summary><c>[lower:upper]</c>, either bound may be missing.</summary>
public sealed record SliceSubscript(Expression? Lower, Expression? Upper, int Position) : IndirectionElement(Position);

/// <summary>
/// Selections applied to a value. Plain dotted names are a <see cref="ColumnReference"/> up to the first subscript;
/// <c>a.b[1].c</c> is an indirection over the reference <c>a.b</c>.
/// </summary>
public sealed record IndirectionExpression(
    Expression Operand, SyntaxList<IndirectionElement> Elements, int Position) : Expression(Position);

/// <summary>How a cast was written.</summary>
public enum CastSyntax
{
    /// <summary><c>CAST(a AS t)</c>.</summary>
    Cast,

    /// <summary><c>a::t</c>.</summary>
    DoubleColon,

    /// <summary><c>t 'literal'</c>.</summary>
    TypedLiteral,

    /// <summary>Added by the grammar, as in <c>XMLSERIALIZE(… AS t)</c>.</summary>
    Implied,
}

/// <summary>A type cast. The position is that of <c>::</c>, <c>CAST</c> or the type name.</summary>
public sealed record CastExpression(Expression Operand, TypeName Type, CastSyntax Syntax, int Position) : Expression(Position);

/// <summary><c>a COLLATE name</c>.</summary>
public sealed record CollateExpression(Expression Operand, QualifiedName Collation, int Position) : Expression(Position);

/// <summary>How a function call was written, where SQL has its own syntax for it.</summary>
public enum CallSyntax
{
    /// <summary><c>name(arguments)</c>.</summary>
    Plain,

    /// <summary><c>a AT TIME ZONE z</c>: <c>pg_catalog.timezone(z, a)</c>.</summary>
    AtTimeZone,

    /// <summary><c>EXTRACT(field FROM a)</c>: <c>pg_catalog.extract('field', a)</c>.</summary>
    Extract,

    /// <summary><c>(a, b) OVERLAPS (c, d)</c>: <c>pg_catalog.overlaps(a, b, c, d)</c>.</summary>
    Overlaps,

    /// <summary><c>POSITION(a IN b)</c>: <c>pg_catalog.position(b, a)</c>.</summary>
    Position,

    /// <summary><c>SUBSTRING(a FROM b FOR c)</c>: <c>pg_catalog.substring(a, b, c)</c>.</summary>
    Substring,

    /// <summary><c>SUBSTRING(a SIMILAR b ESCAPE c)</c>: <c>pg_catalog.substring(a, b, c)</c>.</summary>
    SubstringSimilar,

    /// <summary><c>OVERLAY(a PLACING b FROM c FOR d)</c>: <c>pg_catalog.overlay(a, b, c, d)</c>.</summary>
    Overlay,

    /// <summary><c>TRIM([BOTH] …)</c>: <c>pg_catalog.btrim</c>.</summary>
    TrimBoth,

    /// <summary><c>TRIM(LEADING …)</c>: <c>pg_catalog.ltrim</c>.</summary>
    TrimLeading,

    /// <summary><c>TRIM(TRAILING …)</c>: <c>pg_catalog.rtrim</c>.</summary>
    TrimTrailing,

    /// <summary><c>NORMALIZE(a, NFC)</c>: <c>pg_catalog.normalize(a, 'NFC')</c>.</summary>
    Normalize,

    /// <summary><c>a['k'][1]</c> of jsonb: <c>pg_catalog.jsonb_extract_path(a, 'k', '1')</c>.</summary>
    JsonSubscript,

    /// <summary><c>a IS NORMALIZED</c>: <c>pg_catalog.is_normalized(a, form)</c>.</summary>
    IsNormalized,

    /// <summary><c>COLLATION FOR (a)</c>: <c>pg_catalog.pg_collation_for(a)</c>.</summary>
    CollationFor,

    /// <summary><c>XMLEXISTS(a PASSING b)</c>: <c>pg_catalog.xmlexists(a, b)</c>.</summary>
    XmlExists,

    /// <summary><c>TREAT(a AS t)</c>: a call of the function with the type's name.</summary>
    Treat,
}

/// <summary>A function, aggregate or window function call. The position is the name's.</summary>
public sealed record FunctionCall(QualifiedName Name, SyntaxList<Expression> Arguments, int Position) : Expression(Position)
{
    /// <summary><c>f(*)</c>; there are no arguments then.</summary>
    public bool IsStar { get; init; }

    /// <summary><c>f(DISTINCT …)</c>.</summary>
    public bool IsDistinct { get; init; }

    /// <summary>The last argument is marked <c>VARIADIC</c>.</summary>
    public bool IsVariadic { get; init; }

    /// <summary>ORDER BY inside the parentheses, or that of WITHIN GROUP.</summary>
    public SyntaxList<SortItem> OrderBy { get; init; }

    /// <summary><see cref="OrderBy"/> came from <c>WITHIN GROUP (ORDER BY …)</c>.</summary>
    public bool IsWithinGroup { get; init; }

    /// <summary><c>FILTER (WHERE …)</c>.</summary>
    public Expression? Filter { get; init; }

    /// <summary><c>OVER …</c>.</summary>
    public WindowDefinition? Over { get; init; }

    /// <summary>How the call was written; the arguments are already in the function's order.</summary>
    public CallSyntax Syntax { get; init; }
}

/// <summary><c>name =&gt; value</c> (or <c>:=</c>) among the arguments of a call.</summary>
public sealed record NamedArgument(string Name, Expression Value, int Position) : Expression(Position);

/// <summary>The keyword functions without parentheses.</summary>
public enum SqlValueFunctionKind
{
    /// <summary>CURRENT_DATE.</summary>
    CurrentDate,

    /// <summary>CURRENT_TIME [(n)].</summary>
    CurrentTime,

    /// <summary>CURRENT_TIMESTAMP [(n)].</summary>
    CurrentTimestamp,

    /// <summary>LOCALTIME [(n)].</summary>
    LocalTime,

    /// <summary>LOCALTIMESTAMP [(n)].</summary>
    LocalTimestamp,

    /// <summary>CURRENT_ROLE.</summary>
    CurrentRole,

    /// <summary>CURRENT_USER.</summary>
    CurrentUser,

    /// <summary>USER.</summary>
    User,

    /// <summary>SESSION_USER.</summary>
    SessionUser,

    /// <summary>CURRENT_CATALOG.</summary>
    CurrentCatalog,

    /// <summary>CURRENT_SCHEMA.</summary>
    CurrentSchema,
}

/// <summary>A keyword function; <paramref name="Precision"/> is the number in parentheses, or -1.</summary>
public sealed record SqlValueFunction(SqlValueFunctionKind Kind, int Precision, int Position) : Expression(Position);

/// <summary><c>GROUPING(a, …)</c>.</summary>
public sealed record GroupingExpression(SyntaxList<Expression> Arguments, int Position) : Expression(Position);

/// <summary><c>WHERE CURRENT OF cursor</c>.</summary>
public sealed record CurrentOfExpression(string CursorName, int Position) : Expression(Position);

/// <summary>The XML functions with their own syntax.</summary>
public enum XmlExpressionKind
{
    /// <summary>XMLCONCAT.</summary>
    Concat,

    /// <summary>XMLELEMENT.</summary>
    Element,

    /// <summary>XMLFOREST.</summary>
    Forest,

    /// <summary>XMLPARSE.</summary>
    Parse,

    /// <summary>XMLPI.</summary>
    ProcessingInstruction,

    /// <summary>XMLROOT.</summary>
    Root,

    /// <summary>XMLSERIALIZE.</summary>
    Serialize,
}

/// <summary>STANDALONE clause of XMLROOT.</summary>
public enum XmlStandalone
{
    /// <summary>No clause.</summary>
    Omitted,

    /// <summary>YES.</summary>
    Yes,

    /// <summary>NO.</summary>
    No,

    /// <summary>NO VALUE.</summary>
    NoValue,
}

/// <summary>An XML function.</summary>
public sealed record XmlExpression(XmlExpressionKind Kind, int Position) : Expression(Position)
{
    /// <summary>Element or instruction name.</summary>
    public string? Name { get; init; }

    /// <summary>XMLATTRIBUTES of an element, or the items of XMLFOREST.</summary>
    public SyntaxList<TargetItem> NamedArguments { get; init; }

    /// <summary>Unnamed arguments. XMLROOT: value and version (a NULL literal for NO VALUE).</summary>
    public SyntaxList<Expression> Arguments { get; init; }

    /// <summary>DOCUMENT (true) or CONTENT of XMLPARSE and XMLSERIALIZE.</summary>
    public bool IsDocument { get; init; }

    /// <summary><c>PRESERVE WHITESPACE</c>.</summary>
    public bool PreserveWhitespace { get; init; }

    /// <summary>STANDALONE of XMLROOT.</summary>
    public XmlStandalone Standalone { get; init; }

    /// <summary>Result type of XMLSERIALIZE.</summary>
    public TypeName? Type { get; init; }
}
