using Strata.Engine.Expressions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Estimation;

/// <summary>
/// Values of a statement's parameters that its planner may look at for its estimates, though the plan must be right for any values; and what it found to depend on them. For one planning.
/// </summary>
/// <remarks>Oracle calls it bind peeking. <see cref="Probes"/> tell for which other values the plan would be chosen too.</remarks>
/// <param name="values">Values of $1, $2, …</param>
/// <param name="types">Their types.</param>
internal sealed class ParameterPeek(Datum[] values, SqlType[] types)
{
    private readonly List<ParameterProbe> _probes = [];

    /// <summary>The numbers that the plan was chosen by.</summary>
    public ParameterProbe[] Probes => [.. _probes.Where(probe => !_probes.Exists(probe.IsPartOf))];

    /// <summary>An estimate depended on values in a way that no probe measures.</summary>
    public bool IsOpaque { get; set; }

    /// <summary>How often an estimate by values was noted.</summary>
    public int Notes { get; private set; }

    /// <summary>Whether an expression reads a parameter of the statement.</summary>
    public bool Mentions(Expression expression) => expression.Any(part => part is ParameterExpression parameter && parameter.Index < values.Length);

    /// <summary>The expression with the values in place of the parameters.</summary>
    public Expression Resolve(Expression expression) => expression.Transform(part =>
        part is ParameterExpression parameter && parameter.Index < values.Length ? new ConstantExpression(parameter.Type, values[parameter.Index]) : part);

    /// <summary>A comparison of a variable with the value of an expression.</summary>
    public ProbeTerm Term(ProbeComparison comparison, Expression value) => new(comparison, new ParameterValue(VariableFinder.Unwrap(value), types));

    /// <summary>An estimate that will be noted together with others.</summary>
    public void NotePart() => Notes++;

    /// <summary>An estimate of the rows that meet comparisons of which one mentions a parameter.</summary>
    public void Note(Variable variable, ProbeTerm[] terms, double share) => Add(new ParameterProbe(variable, terms, share));

    /// <summary>A count of rows or elements.</summary>
    public void NoteCount(Expression expression, ConstantExpression value) => Add(new ParameterProbe(new ParameterValue(expression, types), ParameterProbe.CountOf(value)));

    private void Add(ParameterProbe probe)
    {
        Notes++;
        if (!_probes.Exists(probe.IsSameAs))
            _probes.Add(probe);
    }
}
