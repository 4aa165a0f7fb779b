using System.Collections.Frozen;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning;

/// <summary>
/// Tells queries whose rows follow from the rows of the tables that they name, their parameters, the catalog and the settings of types alone: those whose results may be kept. Not so: what asks for the
/// time, the session or the state of the server, functions that users wrote (they may read anything, whatever they are declared as), system tables, samples, and columns that locks and freezing change.
/// </summary>
internal static class RepeatableResult
{
    // Functions that are only stable, but ask for nothing but DateStyle, TimeZone and the like, and for names in the catalog.
    private static readonly FrozenSet<string> s_stable = new[]
    {
        "array_to_json", "array_to_string", "concat", "concat_ws", "date", "date_part", "date_trunc", "extract", "format", "generate_series", "interval_pl_timestamptz", "json_agg", "json_build_array",
        "json_build_object", "json_object_agg", "jsonb_agg", "jsonb_build_array", "jsonb_build_object", "jsonb_object_agg", "quote_literal", "quote_nullable", "row_to_json", "time", "timestamp", "timestamptz",
        "timestamptz_mi_interval", "timestamptz_pl_interval", "to_char", "to_date", "to_json", "to_jsonb", "to_timestamp",
    }.Concat(Comparisons()).ToFrozenSet();

    private static readonly FrozenSet<short> s_changingColumns = new[] { SystemAttribute.Xmin, SystemAttribute.Xmax, SystemAttribute.Cmin, SystemAttribute.Cmax }.ToFrozenSet();

    private static IEnumerable<string> Comparisons()
    {
        foreach (string pair in new[] { "date_{0}_timestamptz", "timestamptz_{0}_date", "timestamp_{0}_timestamptz", "timestamptz_{0}_timestamp" })
            foreach (string comparison in new[] { "lt", "le", "eq", "ne", "gt", "ge", "cmp" })
                yield return pair.Replace("{0}", comparison, StringComparison.Ordinal);
    }

    /// <summary>Whether a statement as it was bound is such a query, and reads a table at all. That it reads no changing columns shows only later: <see cref="ReadsChangingColumns"/>.</summary>
    public static bool Check(BoundStatement statement)
    {
        if (statement.Kind != BoundStatementKind.Select || statement.IsWriting || statement.DependsOnCatalog)
            return false;
        bool reads = false, repeatable = true;
        TreeWalker.VisitNodes(statement.Root, node =>
        {
            reads |= node is ScanNode;
            repeatable &= IsRepeatable(node);
        });
        if (!reads || !repeatable)
            return false;
        TreeWalker.Visit(statement.Root, expression => repeatable &= IsRepeatable(expression));
        return repeatable;
    }

    /// <summary>Whether a tree, after columns that nobody reads have been left out of it, reads columns that change without a commit to the table.</summary>
    public static bool ReadsChangingColumns(RelationalNode root)
    {
        bool found = false;
        TreeWalker.VisitNodes(root, node => found |= node is ScanNode scan && scan.Attributes.Any(static attribute => s_changingColumns.Contains(attribute)));
        return found;
    }

    private static bool IsRepeatable(RelationalNode node) => node switch
    {
        ScanNode scan => scan.AsOf is null && IsTable(scan.Relation) && (scan.Members ?? []).All(IsTable),
        SampleNode or LockRowsNode or ModifyNode or MergeNode or FeedNode => false,
        AggregateNode aggregate => aggregate.Calls.All(static call => IsRepeatable(call.Function.Function)),
        GroupingSetsNode sets => sets.Calls.All(static call => IsRepeatable(call.Function.Function)),
        WindowNode window => window.Calls.All(static call => call.Aggregate is null || IsRepeatable(call.Aggregate.Function)) && window.Calls.SelectMany(Offsets).All(IsRepeatableTree),
        _ => true,
    };

    // Temporary tables belong to one session, and others have the same text.
    private static bool IsTable(RelationInfo relation) =>
        relation is { SystemTable: null, Persistence: not 't', Kind: RelationKind.Table or RelationKind.PartitionedTable or RelationKind.MaterializedView };

    private static IEnumerable<Expression> Offsets(WindowCall call)
    {
        if (call.Frame.StartOffset is { } start)
            yield return start;
        if (call.Frame.EndOffset is { } end)
            yield return end;
    }

    private static bool IsRepeatableTree(Expression expression)
    {
        bool repeatable = true;
        TreeWalker.Visit(expression, part => repeatable &= IsRepeatable(part));
        return repeatable;
    }

    private static bool IsRepeatable(Expression expression) => expression switch
    {
        FunctionExpression call => IsRepeatable(call.Function),
        DistinctFromExpression distinct => IsRepeatable(distinct.Equality),
        NullIfExpression nullIf => IsRepeatable(nullIf.Equality),
        ArrayComparisonExpression any => IsRepeatable(any.Operator),
        RowComparisonExpression rows => rows.Operators.All(IsRepeatable),
        SubqueryExpression { Comparison: { } comparison } => IsRepeatableTree(comparison),
        SqlValueExpression or CurrentOfExpression or DomainExpression => false,
        // Texts like 'now' and 'today' are read by the clock.
        IoCastExpression cast => TextFormVolatility.OfInput(cast.Type.Oid) == Volatility.Immutable,
        _ => expression.OwnVolatility != Volatility.Volatile,
    };

    private static bool IsRepeatable(OperatorInfo op) => op.Function is { } function && IsRepeatable(function);

    private static bool IsRepeatable(FunctionInfo function) =>
        function.Routine is null && (function.Volatility == Volatility.Immutable || (function.Volatility == Volatility.Stable && s_stable.Contains(function.Name)));
}
