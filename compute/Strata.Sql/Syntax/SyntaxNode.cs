namespace Strata.Sql.Syntax;

/// <summary>
/// A node of the syntax tree. Trees are immutable and may be shared between threads.
/// Equality is structural and ignores positions, so two texts that mean the same compare equal.
/// </summary>
/// <param name="Position">
/// Offset of the node's token in the source text, in UTF-16 code units from 0, or -1 if there is none.
/// The token is the one that PostgreSQL points at (an operator's sign, a function's name).
/// <see cref="SourcePosition.ToCharacter(string, int)"/> turns it into the 1-based character that the wire protocol reports.
/// </param>
public abstract record SyntaxNode(int Position)
{
    /// <summary>Two nodes are equal if they have the same type and equal parts; derived records add their parts.</summary>
    public virtual bool Equals(SyntaxNode? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.Name.Length;
}

/// <summary>A value expression, as PostgreSQL's <c>a_expr</c>.</summary>
public abstract record Expression(int Position) : SyntaxNode(Position);

/// <summary>A complete SQL statement.</summary>
public abstract record Statement(int Position) : SyntaxNode(Position);
