using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning;

/// <summary>Keys and predicates of indexes as expressions over the columns of a scan, to be compared with its conditions.</summary>
internal static class IndexKeyExpressions
{
    /// <summary>A key of an index; null when the scan does not read all columns that it needs.</summary>
    public static Expression? Key(PlannerState state, ScanNode scan, IndexKey key)
    {
        if (key.Column > 0)
        {
            int column = ColumnOf(scan, key.Column);
            return column < 0 ? null : new ColumnExpression(column, state.Metadata[column].Type);
        }

        return Over(state, scan, key.Expression!, isCondition: false);
    }

    /// <summary>A stored expression over a table's row, with constants folded as those of conditions are; null when the scan does not read all columns that it needs.</summary>
    public static Expression? Over(PlannerState state, ScanNode scan, CatalogExpression stored, bool isCondition)
    {
        var context = new BindingContext
        {
            Catalog = state.Context.Catalog,
            SearchPath = new SearchPath([CatalogOids.CatalogSchema], 0),
            Functions = state.Context.Functions,
        };
        bool complete = true;
        Expression over = Binder.BindOverRow(stored.Syntax, scan.Relation, isCondition, context).Transform(part =>
        {
            if (part is not SlotExpression slot)
                return part;
            int column = ColumnOf(scan, (short)(slot.Slot + 1));
            complete &= column >= 0;
            return new ColumnExpression(column, slot.Type);
        });
        if (!complete)
            return null;
        using var evaluation = new EvaluationContext { Functions = state.Context.Functions };
        return ConstantFolder.Fold(over, evaluation);
    }

    /// <summary>The scan's column of an attribute, or -1.</summary>
    public static int ColumnOf(ScanNode scan, short attribute)
    {
        for (int i = 0; i < scan.Attributes.Count; i++)
        {
            if (attribute > 0 && scan.Attributes[i] == attribute)
                return scan.Columns[i];
        }

        return -1;
    }

    /// <summary>The value is the key: the same expression, whatever its type is called (varchar is text).</summary>
    public static bool IsKey(Expression value, Expression key)
    {
        if (value.Equals(key))
            return true;
        if (value is ColumnExpression mine && key is ColumnExpression theirs)
            return mine.Column == theirs.Column;
        return value is RelabelExpression relabel ? IsKey(relabel.Operand, key) : key is RelabelExpression other && IsKey(value, other.Operand);
    }
}
