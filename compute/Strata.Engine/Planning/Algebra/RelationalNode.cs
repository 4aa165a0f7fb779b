using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Algebra;

/// <summary>
/// A node of the logical algebra: what the binder makes and the rewrites transform. Immutable. Columns are query-wide numbers; a column that
/// no input produces is a reference to an outer query (correlation) and is bound by the operator that evaluates this tree per outer row.
/// </summary>
public abstract class RelationalNode
{
    /// <summary>The columns it produces, in order.</summary>
    public abstract IReadOnlyList<int> Columns { get; }

    /// <summary>Its inputs.</summary>
    public virtual IReadOnlyList<RelationalNode> Inputs => [];

    /// <summary>The same node over other inputs, as many as before.</summary>
    public virtual RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => this;

    /// <summary>Its own expressions (not those of inputs).</summary>
    public virtual IEnumerable<Expression> Expressions => [];

    /// <summary>The same node with each of its own expressions replaced.</summary>
    public virtual RelationalNode MapExpressions(Func<Expression, Expression> map) => this;

    /// <summary>Rewrites the inputs with <paramref name="map"/>; returns this node when nothing changed.</summary>
    public RelationalNode MapInputs(Func<RelationalNode, RelationalNode> map)
    {
        IReadOnlyList<RelationalNode> inputs = Inputs;
        RelationalNode[]? changed = null;
        for (int i = 0; i < inputs.Count; i++)
        {
            RelationalNode mapped = map(inputs[i]);
            if (changed is null && !ReferenceEquals(mapped, inputs[i]))
                changed = [.. inputs];
            if (changed is not null)
                changed[i] = mapped;
        }

        return changed is null ? this : WithInputs(changed);
    }
}
