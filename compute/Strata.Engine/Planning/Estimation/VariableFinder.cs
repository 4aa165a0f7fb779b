using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Statistics;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Estimation;

/// <summary>
/// Finds what is known of an expression's values: of columns through projections and WITH items down to their tables, of expressions by those that indexes and statistics objects are over. For one
/// planning.
/// </summary>
internal sealed class VariableFinder(PlannerState state)
{
    private readonly Dictionary<int, Expression> _definitions = [];
    private readonly Dictionary<int, Variable?> _columns = [];
    private readonly Dictionary<uint, List<(Expression Expression, ColumnStatistics Statistics)>> _expressions = [];
    private readonly HashSet<uint> _alone = [];
    private readonly Dictionary<int, double> _distinct = [];
    private (RelationInfo Tree, RelationInfo Member, short[] Map)? _member;

    /// <summary>Learns which columns stand for which expressions below.</summary>
    public void Learn(RelationalNode root) => TreeWalker.VisitNodes(root, node =>
    {
        switch (node)
        {
            case ScanNode { Members: null, Relation.Children.Length: > 0 } scan:
                _alone.Add(scan.Relation.Oid);
                break;
            case ProjectNode project:
                foreach (ProjectedColumn item in project.Items)
                {
                    // A column that is filled up keeps its number.
                    if (!item.IsPassThrough && !TreeWalker.ColumnsOf(item.Value).Contains(item.Column))
                        _definitions[item.Column] = item.Value;
                }

                break;
            case CteScanNode cte:
                for (int i = 0; i < cte.Columns.Count; i++)
                    _definitions[cte.Columns[i]] = new ColumnExpression(cte.SourceColumns[i], cte.Types[i]);
                break;
        }
    });

    /// <summary>A column that no table has is different in each of so many rows.</summary>
    public void LearnDistinct(int column, double rows)
    {
        _distinct[column] = rows;
        _columns.Clear();
    }

    /// <summary>While <paramref name="plan"/> runs, columns of a tree are those of one member, whose own statistics hold.</summary>
    public T WithMember<T>(RelationInfo tree, RelationInfo member, short[] map, Func<T> plan)
    {
        (RelationInfo, RelationInfo, short[])? before = _member;
        _member = (tree, member, map);
        _columns.Clear();
        try
        {
            return plan();
        }
        finally
        {
            _member = before;
            _columns.Clear();
        }
    }

    /// <summary>An expression without what changes only its type's name.</summary>
    public static Expression Unwrap(Expression operand) => operand switch
    {
        RelabelExpression relabel => Unwrap(relabel.Operand),
        // An integer of another width is the same number.
        FunctionExpression { Form: CallForm.ImplicitCast, Arguments: [ColumnExpression column] } cast when IsWidening(column.Type.Oid, cast.Type.Oid) => column,
        _ => operand,
    };

    private static bool IsWidening(uint from, uint to) =>
        from is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8 && to is TypeOid.Int4 or TypeOid.Int8 or TypeOid.Numeric or TypeOid.Float8
        || (from is TypeOid.Float4 && to is TypeOid.Float8) || (from is TypeOid.Date && to is TypeOid.Timestamp or TypeOid.TimestampTz);

    /// <summary>What is known of an expression; null when it reads no column, or columns of several tables.</summary>
    public Variable? Find(Expression operand)
    {
        Expression plain = Unwrap(operand);
        if (plain is ColumnExpression column)
            return OfColumn(column);
        if (plain.Children.Count == 0 || plain.IsVolatile || plain.Any(static part => part is SubqueryExpression))
            return null;
        Expression over = Expand(plain);
        HashSet<int> columns = TreeWalker.ColumnsOf(over);
        if (columns.Count == 0)
            return null;
        uint table = 0;
        foreach (int used in columns)
        {
            uint own = state.Metadata[used].TableOid;
            if (own == 0 || (table != 0 && own != table))
                return null;
            table = own;
        }

        if (RelationOf(table) is not { } relation)
            return null;
        Expression slots = OverSlots(over);
        foreach ((Expression known, ColumnStatistics statistics) in ExpressionsOf(relation))
        {
            if (known.Equals(slots))
                return new Variable(over, over.Type, statistics.Comparable(over.Type, state.Context.Functions), relation, RowsOf(relation), IsUniqueExpression(relation, known));
        }

        return new Variable(over, over.Type, null, relation, RowsOf(relation), false);
    }

    /// <summary>The expression in terms of the tables' columns.</summary>
    public Expression Expand(Expression expression) => expression.Transform(part =>
        part is ColumnExpression column && state.Metadata[column.Column].TableOid == 0 && _definitions.TryGetValue(column.Column, out Expression? value) && value.Type.Oid == column.Type.Oid
            && !value.Any(static inner => inner is SubqueryExpression)
            ? Expand(value)
            : part);

    /// <summary>A table's columns as slots by number, so that expressions of the catalog can be compared with those of queries.</summary>
    public Expression OverSlots(Expression expression) => expression.Transform(part =>
        part is ColumnExpression column && state.Metadata[column.Column].TableOid != 0 ? new SlotExpression(AttributeOf(column.Column) - 1, column.Type) : part);

    /// <summary>A column's number in its table, or in the tree's member that is being planned.</summary>
    public short AttributeOf(int column)
    {
        QueryColumn found = state.Metadata[column];
        return _member is { } member && member.Tree.Oid == found.TableOid && found.AttributeNumber > 0 ? member.Map[found.AttributeNumber - 1] : found.AttributeNumber;
    }

    /// <summary>The table that a column is estimated by: its own, or the member of the tree that is being planned.</summary>
    public RelationInfo? RelationOf(uint table)
    {
        if (_member is { } member && member.Tree.Oid == table)
            return member.Member;
        return table == 0 ? null : state.Context.Catalog.FindRelation(table);
    }

    /// <summary>True when statistics of a table mean it with its descendants.</summary>
    public bool IsWhole(RelationInfo relation) => relation.Children.Length > 0 && !_alone.Contains(relation.Oid) && (_member is null || _member.Value.Member.Oid != relation.Oid);

    /// <summary>Rows of a table, with its descendants' where these are read too.</summary>
    public double RowsOf(RelationInfo relation)
    {
        if (!IsWhole(relation) || relation.Storage == 0)
            return state.SizeOf(relation).Rows;
        double rows = state.SizeOf(relation).Rows;
        foreach (RelationInfo descendant in RelationTree.Descendants(state.Context.Catalog, relation))
            rows += descendant.Storage == 0 ? 0 : state.SizeOf(descendant).Rows;
        return rows;
    }

    private Variable? OfColumn(ColumnExpression column)
    {
        if (_columns.TryGetValue(column.Column, out Variable? known))
            return known;
        Variable? found = MakeOf(column);
        _columns[column.Column] = found;
        return found;
    }

    private Variable? MakeOf(ColumnExpression column)
    {
        QueryColumn query = state.Metadata[column.Column];
        if (query.TableOid == 0 && _distinct.TryGetValue(column.Column, out double rows))
            return new Variable(column, column.Type, null, null, Math.Max(1, rows), IsUnique: true);
        if (query.TableOid == 0)
            return _definitions.TryGetValue(column.Column, out Expression? value) && value.Type.Oid == column.Type.Oid ? Find(value) : new Variable(column, column.Type, null, null, 0, false);
        if (RelationOf(query.TableOid) is not { } relation)
            return new Variable(column, column.Type, null, null, 0, false);
        short attribute = AttributeOf(column.Column);
        if (attribute == SystemAttribute.Ctid)
            return new Variable(column, column.Type, null, relation, RowsOf(relation), IsUnique: true);
        bool isWhole = IsWhole(relation);
        ColumnStatistics? statistics = null;
        foreach (ColumnStatistics candidate in relation.Statistics)
        {
            if (candidate.Column == attribute && (candidate.IsInherited == isWhole || statistics is null))
                statistics = candidate;
        }

        return new Variable(
            column, column.Type, statistics?.Comparable(column.Type, state.Context.Functions), relation, RowsOf(relation), IsUnique(relation, attribute));
    }

    private static bool IsUnique(RelationInfo relation, short attribute)
    {
        if (relation.SystemTable is not null && attribute > 0 && relation.Columns[attribute - 1].Name == "oid")
            return true;
        foreach (IndexInfo index in relation.Indexes)
        {
            if (index.IsUnique && index.KeyCount == 1 && index.Keys[0].Column == attribute && attribute > 0 && index.Predicate is null)
                return true;
        }

        return false;
    }

    private bool IsUniqueExpression(RelationInfo relation, Expression known)
    {
        foreach (IndexInfo index in relation.Indexes)
        {
            if (index.IsUnique && index.KeyCount == 1 && index.Predicate is null && index.Keys[0].Expression is { } expression && Bind(expression, relation).Equals(known))
                return true;
        }

        return false;
    }

    private List<(Expression Expression, ColumnStatistics Statistics)> ExpressionsOf(RelationInfo relation)
    {
        if (_expressions.TryGetValue(relation.Oid, out List<(Expression, ColumnStatistics)>? known))
            return known;
        known = [];
        foreach (IndexInfo index in relation.Indexes)
            for (int i = 0; i < index.KeyCount; i++)
            {
                if (index.Keys[i].Expression is not { } expression || state.Context.Catalog.FindRelation(index.Oid) is not { } entry)
                    continue;
                foreach (ColumnStatistics statistics in entry.Statistics)
                    if (statistics.Column == i + 1)
                        known.Add((Bind(expression, relation), statistics));
            }

        foreach (CatalogObject entry in ExtendedStatistics.On(state.Context.Catalog, relation.Oid))
        {
            if (entry.Row[8].IsNull || ExtendedStatistics.DataOf(state.Context.Catalog, entry.Oid, IsWhole(relation)) is not { Expressions: { } found })
                continue;
            CatalogExpression[] expressions = ExtendedStatistics.Of(entry).Expressions;
            for (int i = 0; i < expressions.Length && i < found.Length; i++)
                known.Add((Bind(expressions[i], relation), found[i]));
        }

        _expressions.Add(relation.Oid, known);
        return known;
    }

    /// <summary>A catalog's expression over slots by column number.</summary>
    public Expression Bind(CatalogExpression expression, RelationInfo relation) => Binder.BindOverRow(expression.Syntax, relation, isCondition: false, new BindingContext
    {
        Catalog = state.Context.Catalog,
        SearchPath = new SearchPath([CatalogOids.CatalogSchema], 0),
        Functions = state.Context.Functions,
    }).Transform(part => Rewrites.ConstantFolding.Fold(part, state.Context.Functions));
}
