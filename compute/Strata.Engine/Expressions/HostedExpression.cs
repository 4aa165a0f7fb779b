using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>An expression that the executor evaluates itself (a subplan). To the evaluator it is a leaf.</summary>
public abstract class HostedExpression : Expression
{
    /// <summary>State for one execution at a time.</summary>
    public abstract HostedEvaluation CreateEvaluation();
}

/// <summary>Evaluates a <see cref="HostedExpression"/>. Not thread-safe.</summary>
public abstract class HostedEvaluation : IDisposable
{
    /// <summary>
    /// Writes the selected rows of <paramref name="result"/>, which it resets itself, and reports failing rows. It does not throw
    /// <see cref="Types.SqlException"/> for errors that belong to a row.
    /// </summary>
    public abstract void Evaluate(EvaluationContext context, Batch batch, Selection selection, Vector result, ErrorSink errors);

    public abstract void Dispose();
}
