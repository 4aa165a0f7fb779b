using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>Checks values against a domain's constraints.</summary>
internal sealed class DomainEvaluator(SqlType type, Evaluator operand) : Evaluator(type)
{
    private readonly Vector _result = new(type);

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector value = operand.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        IDomainChecker? checker = context.Functions.Domains;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            _result.CopyRow(value, value.Kind == VectorKind.Constant ? 0 : row, row);
            try
            {
                checker?.Check(Type, _result, row);
            }
            catch (SqlException error)
            {
                errors.Report(row, error);
                return _result;
            }
        }

        return _result;
    }

    public override void Dispose()
    {
        operand.Dispose();
        _result.Dispose();
    }
}
