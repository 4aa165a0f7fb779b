using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>
/// A bound, typed scalar expression. Immutable. Structural equality ignores <see cref="Position"/>. Binder and planner may derive
/// further nodes, as long as none of them reaches <see cref="CompiledExpression"/>.
/// </summary>
public abstract class Expression : IEquatable<Expression>
{
    /// <summary>Type, modifier and collation of the value.</summary>
    public abstract SqlType Type { get; }

    /// <summary>UTF-16 offset in the statement, or -1.</summary>
    public int Position { get; init; } = -1;

    /// <summary>
    /// Where the text of the expression begins, as PostgreSQL's exprLocation tells it: calls, operators and casts at the leftmost of their own place and their operands'; -1 when unknown.
    /// </summary>
    public int StartPosition
    {
        get
        {
            int start = Position;
            if (this is CaseExpression or ArrayExpression or RowExpression or CoalesceExpression or MinMaxExpression)
                return start;
            foreach (Expression child in Children)
            {
                // The first operand whose place is known.
                int first = child.StartPosition;
                if (first >= 0)
                    return start < 0 ? first : Math.Min(start, first);
            }

            return start;
        }
    }

    /// <summary>Direct operands, left to right.</summary>
    public virtual IReadOnlyList<Expression> Children => [];

    /// <summary>The same node with other operands (as many).</summary>
    public virtual Expression WithChildren(IReadOnlyList<Expression> children) => this;

    /// <summary>The worst volatility of this node alone.</summary>
    public virtual Volatility OwnVolatility => Volatility.Immutable;

    /// <summary>True when this node is a set-returning call.</summary>
    public virtual bool ReturnsSet => false;

    /// <summary>Applies <paramref name="map"/> to each operand and rebuilds the node when one changed.</summary>
    public Expression MapChildren(Func<Expression, Expression> map)
    {
        Vectors.DepthGuard.Check();
        IReadOnlyList<Expression> children = Children;
        Expression[]? mapped = null;
        for (int i = 0; i < children.Count; i++)
        {
            Expression child = map(children[i]);
            if (mapped is null && !ReferenceEquals(child, children[i]))
                mapped = [.. children];
            if (mapped is not null)
                mapped[i] = child;
        }

        return mapped is null ? this : WithChildren(mapped);
    }

    /// <summary>Rebuilds bottom-up: operands first, then <paramref name="map"/> on the node.</summary>
    public Expression Transform(Func<Expression, Expression> map) => map(MapChildren(child => child.Transform(map)));

    /// <summary>True when this node or one below satisfies the condition.</summary>
    public bool Any(Func<Expression, bool> condition)
    {
        Vectors.DepthGuard.Check();
        if (condition(this))
            return true;
        foreach (Expression child in Children)
        {
            if (child.Any(condition))
                return true;
        }

        return false;
    }

    /// <summary>Worst volatility of the whole tree.</summary>
    public Volatility Volatility
    {
        get
        {
            Vectors.DepthGuard.Check();
            Volatility worst = OwnVolatility;
            foreach (Expression child in Children)
            {
                Volatility other = child.Volatility;
                if (Rank(other) > Rank(worst))
                    worst = other;
            }

            return worst;

            static int Rank(Volatility v) => v switch { Volatility.Immutable => 0, Volatility.Stable => 1, _ => 2 };
        }
    }

    public bool IsVolatile => Volatility == Volatility.Volatile;

    public bool ContainsSet => Any(static e => e.ReturnsSet);

    /// <summary>Equality of what this node itself says, operands aside; <paramref name="other"/> has the same class.</summary>
    protected abstract bool EqualsOwn(Expression other);

    /// <summary>Hash of what this node itself says.</summary>
    protected abstract int OwnHash { get; }

    public bool Equals(Expression? other)
    {
        Vectors.DepthGuard.Check();
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || other.GetType() != GetType() || !Type.Equals(other.Type) || !EqualsOwn(other))
            return false;
        IReadOnlyList<Expression> mine = Children, theirs = other.Children;
        if (mine.Count != theirs.Count)
            return false;
        for (int i = 0; i < mine.Count; i++)
        {
            if (!mine[i].Equals(theirs[i]))
                return false;
        }

        return true;
    }

    public sealed override bool Equals(object? obj) => Equals(obj as Expression);

    public sealed override int GetHashCode()
    {
        Vectors.DepthGuard.Check();
        var hash = new HashCode();
        hash.Add(GetType().Name.Length);
        hash.Add(Type.Oid);
        hash.Add(OwnHash);
        foreach (Expression child in Children)
            hash.Add(child.GetHashCode());
        return hash.ToHashCode();
    }
}
