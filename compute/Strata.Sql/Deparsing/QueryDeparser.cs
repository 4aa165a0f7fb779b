using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints queries and their clauses.</summary>
internal static class QueryDeparser
{
    /// <summary>Writes a query after a space.</summary>
    public static void Write(SqlWriter w, SelectStatement query)
    {
        SqlWriter.CheckDepth();
        WriteWith(w, query.With);
        switch (query.Body)
        {
            case SelectBody select:
                WriteSelect(w, select);
                break;
            case ValuesBody values:
                w.Word("VALUES").List(values.Rows, static (writer, row) => writer.Parenthesized(row, ExpressionDeparser.Write));
                break;
            case SetOperationBody operation:
                WriteOperand(w, operation.Left);
                w.Word(operation.Kind.ToString().ToUpperInvariant()).WordIf(operation.IsAll, "ALL");
                WriteOperand(w, operation.Right);
                break;
        }

        WriteOrderBy(w, query.OrderBy);
        WriteLimit(w, query);
        foreach (LockingClause locking in query.Locking)
        {
            WriteLocking(w, locking);
        }
    }

    /// <summary>Writes a WITH clause, if any.</summary>
    public static void WriteWith(SqlWriter w, WithClause? with)
    {
        if (with is not null)
        {
            w.Word("WITH").WordIf(with.IsRecursive, "RECURSIVE").List(with.Items, WriteCommonTableExpression);
        }
    }

    /// <summary>Writes ORDER BY, if any.</summary>
    public static void WriteOrderBy(SqlWriter w, SyntaxList<SortItem> items)
    {
        if (!items.IsEmpty)
        {
            w.Word("ORDER BY").List(items, WriteSortItem);
        }
    }

    /// <summary>Writes ASC, DESC and NULLS.</summary>
    public static void WriteOrdering(SqlWriter w, SortDirection direction, NullsOrder nulls)
    {
        w.WordIf(direction == SortDirection.Ascending, "ASC").WordIf(direction == SortDirection.Descending, "DESC");
        w.WordIf(nulls == NullsOrder.First, "NULLS FIRST").WordIf(nulls == NullsOrder.Last, "NULLS LAST");
    }

    /// <summary>Writes a target with its label.</summary>
    public static void WriteTarget(SqlWriter w, TargetItem target)
    {
        ExpressionDeparser.Write(w, target.Value);
        if (target.Alias is not null)
        {
            w.Word("AS").Id(target.Alias);
        }
    }

    /// <summary>Writes FROM items.</summary>
    public static void WriteFrom(SqlWriter w, string word, SyntaxList<FromItem> items)
    {
        if (!items.IsEmpty)
        {
            w.Word(word).List(items, WriteFromItem);
        }
    }

    /// <summary>Writes WHERE, if any.</summary>
    public static void WriteWhere(SqlWriter w, Expression? where)
    {
        if (where is not null)
        {
            w.Word("WHERE");
            ExpressionDeparser.Write(w, where);
        }
    }

    /// <summary>Writes a FROM item after a space.</summary>
    public static void WriteFromItem(SqlWriter w, FromItem item)
    {
        SqlWriter.CheckDepth();
        switch (item)
        {
            case TableItem table:
                w.Relation(table.Relation);
                WriteAsOf(w, table.AsOf);
                WriteAlias(w, table.Alias);
                WriteSample(w, table.Sample);
                break;
            case SubqueryItem subquery:
                w.WordIf(subquery.IsLateral, "LATERAL").Word("(");
                Write(w, subquery.Query);
                w.Raw(")");
                WriteAlias(w, subquery.Alias);
                break;
            case FunctionItem function:
                WriteFunctionItem(w, function);
                break;
            case XmlTableItem table:
                w.WordIf(table.IsLateral, "LATERAL");
                XmlDeparser.WriteTable(w, table);
                WriteAlias(w, table.Alias);
                break;
            case JoinItem join:
                WriteJoin(w, join);
                break;
        }
    }

    /// <summary>Writes the INTO table of a SELECT.</summary>
    private static void WriteInto(SqlWriter w, IntoClause? into)
    {
        if (into is not null)
        {
            w.Word("INTO");
            w.WordIf(into.Relation.Persistence == RelationPersistence.Temporary, "TEMPORARY TABLE");
            w.WordIf(into.Relation.Persistence == RelationPersistence.Unlogged, "UNLOGGED TABLE");
            w.Relation(into.Relation);
        }
    }

    private static void WriteSelect(SqlWriter w, SelectBody select)
    {
        if (select.IsTableCommand)
        {
            w.Word("TABLE").Relation(((TableItem)select.From[0]).Relation);
            return;
        }

        w.Word("SELECT").WordIf(select.IsDistinct, "DISTINCT");
        if (!select.DistinctOn.IsEmpty)
        {
            w.Word("ON").Parenthesized(select.DistinctOn, ExpressionDeparser.Write);
        }

        w.List(select.Targets, WriteTarget);
        WriteInto(w, select.Into);
        WriteFrom(w, "FROM", select.From);
        WriteWhere(w, select.Where);
        if (!select.GroupBy.IsEmpty)
        {
            w.Word("GROUP BY").WordIf(select.IsGroupByDistinct, "DISTINCT").List(select.GroupBy, WriteGroupingItem);
        }

        if (select.Having is not null)
        {
            w.Word("HAVING");
            ExpressionDeparser.Write(w, select.Having);
        }

        if (!select.Windows.IsEmpty)
        {
            w.Word("WINDOW").List(select.Windows, static (writer, window) =>
            {
                writer.Id(window.Name!).Word("AS");
                CallDeparser.WriteWindow(writer, window);
            });
        }
    }

    /// <summary>An operand of a set operation stands in parentheses unless it is a plain SELECT or VALUES.</summary>
    private static void WriteOperand(SqlWriter w, SelectStatement operand)
    {
        bool isPlain = operand.Body is not SetOperationBody && operand.With is null && operand.OrderBy.IsEmpty && operand.Limit is null
            && !operand.IsLimitAll && operand.Offset is null && operand.Locking.IsEmpty;
        if (isPlain)
        {
            Write(w, operand);
            return;
        }

        w.Word("(");
        Write(w, operand);
        w.Raw(")");
    }

    private static void WriteLimit(SqlWriter w, SelectStatement query)
    {
        w.WordIf(query.IsLimitAll, "LIMIT ALL");
        if (query.Limit is not null && !query.LimitWithTies)
        {
            w.Word("LIMIT");
            ExpressionDeparser.Write(w, query.Limit);
        }

        if (query.Offset is not null)
        {
            w.Word("OFFSET");
            ExpressionDeparser.Write(w, query.Offset);
        }

        if (query.Limit is not null && query.LimitWithTies)
        {
            w.Word("FETCH FIRST");
            ExpressionDeparser.WriteInParentheses(w, query.Limit);
            w.Word("ROWS WITH TIES");
        }
    }

    private static void WriteLocking(SqlWriter w, LockingClause locking)
    {
        w.Word(locking.Strength switch
        {
            LockStrength.Update => "FOR UPDATE",
            LockStrength.NoKeyUpdate => "FOR NO KEY UPDATE",
            LockStrength.Share => "FOR SHARE",
            _ => "FOR KEY SHARE",
        });
        if (!locking.Relations.IsEmpty)
        {
            w.Word("OF").Relations(locking.Relations);
        }

        w.WordIf(locking.WaitPolicy == LockWaitPolicy.NoWait, "NOWAIT").WordIf(locking.WaitPolicy == LockWaitPolicy.SkipLocked, "SKIP LOCKED");
    }

    private static void WriteCommonTableExpression(SqlWriter w, CommonTableExpression item)
    {
        w.Id(item.Name).Columns(item.Columns).Word("AS");
        w.WordIf(item.Materialization == CteMaterialization.Always, "MATERIALIZED");
        w.WordIf(item.Materialization == CteMaterialization.Never, "NOT MATERIALIZED");
        w.Word("(");
        StatementDeparser.Write(w, item.Statement);
        w.Raw(")");
        if (item.Search is { } search)
        {
            w.Word(search.IsBreadthFirst ? "SEARCH BREADTH FIRST BY" : "SEARCH DEPTH FIRST BY").NameList(search.Columns);
            w.Word("SET").Id(search.SequenceColumn);
        }

        if (item.Cycle is { } cycle)
        {
            w.Word("CYCLE").NameList(cycle.Columns).Word("SET").Id(cycle.MarkColumn);
            if (cycle.MarkValue is not null)
            {
                w.Word("TO");
                ExpressionDeparser.Write(w, cycle.MarkValue);
                w.Word("DEFAULT");
                ExpressionDeparser.Write(w, cycle.MarkDefault!);
            }

            w.Word("USING").Id(cycle.PathColumn);
        }
    }

    private static void WriteSortItem(SqlWriter w, SortItem item)
    {
        ExpressionDeparser.Write(w, item.Value);
        if (item.UsingOperator is not null)
        {
            w.Word("USING");
            ExpressionDeparser.WriteOperatorName(w, item.UsingOperator);
        }

        WriteOrdering(w, item.Direction, item.Nulls);
    }

    private static void WriteGroupingItem(SqlWriter w, GroupingItem item)
    {
        switch (item)
        {
            case GroupingValue value:
                ExpressionDeparser.Write(w, value.Value);
                break;
            case EmptyGroupingSet:
                w.Word("()");
                break;
            case GroupingSet set:
                w.Word(set.Kind switch
                {
                    GroupingSetKind.Rollup => "ROLLUP",
                    GroupingSetKind.Cube => "CUBE",
                    _ => "GROUPING SETS",
                }).Parenthesized(set.Items, WriteGroupingItem);
                break;
        }
    }

    private static void WriteAlias(SqlWriter w, Alias? alias)
    {
        if (alias is not null)
        {
            w.Word("AS").Id(alias.Name);
            if (!alias.Columns.IsEmpty)
            {
                w.Raw("(").NameList(alias.Columns).Raw(")");
            }
        }
    }

    private static void WriteAsOf(SqlWriter w, AsOfClause? asOf)
    {
        if (asOf is null)
        {
            return;
        }

        w.Word("AS OF").WordIf(asOf.Kind == AsOfKind.Lsn, "LSN");
        w.WordIf(asOf.Kind == AsOfKind.Timestamp && asOf.Value is StringLiteral, "TIMESTAMP");
        ExpressionDeparser.Write(w, asOf.Value);
    }

    private static void WriteSample(SqlWriter w, TableSampleClause? sample)
    {
        if (sample is null)
        {
            return;
        }

        w.Word("TABLESAMPLE").Name(sample.Method).Parenthesized(sample.Arguments, ExpressionDeparser.Write);
        if (sample.Seed is not null)
        {
            w.Word("REPEATABLE");
            ExpressionDeparser.WriteInParentheses(w, sample.Seed);
        }
    }

    private static void WriteFunctionItem(SqlWriter w, FunctionItem item)
    {
        w.WordIf(item.IsLateral, "LATERAL");
        if (item.IsRowsFrom)
        {
            w.Word("ROWS FROM").Parenthesized(item.Functions, static (writer, function) =>
            {
                ExpressionDeparser.Write(writer, function.Function);
                if (!function.Columns.IsEmpty)
                {
                    writer.Word("AS").Parenthesized(function.Columns, TableDeparser.WriteColumn);
                }
            });
        }
        else
        {
            ExpressionDeparser.Write(w, item.Functions[0].Function);
        }

        w.WordIf(item.WithOrdinality, "WITH ORDINALITY");
        WriteAlias(w, item.Alias);
        if (!item.Columns.IsEmpty)
        {
            w.WordIf(item.Alias is null, "AS").Parenthesized(item.Columns, TableDeparser.WriteColumn);
        }
    }

    private static void WriteJoin(SqlWriter w, JoinItem join)
    {
        // Parentheses are needed for an alias, and harmless otherwise around a join on the right.
        if (join.Alias is not null)
        {
            w.Word("(");
        }

        WriteFromItem(w, join.Left);
        w.WordIf(join.IsNatural, "NATURAL").Word(join.Kind switch
        {
            JoinKind.Left => "LEFT JOIN",
            JoinKind.Right => "RIGHT JOIN",
            JoinKind.Full => "FULL JOIN",
            JoinKind.Cross => "CROSS JOIN",
            _ => "JOIN",
        });
        if (join.Right is JoinItem { Alias: null } right)
        {
            w.Word("(");
            WriteFromItem(w, right);
            w.Raw(")");
        }
        else
        {
            WriteFromItem(w, join.Right);
        }

        if (!join.Using.IsEmpty)
        {
            w.Word("USING").Columns(join.Using);
            if (join.UsingAlias is not null)
            {
                w.Word("AS").Id(join.UsingAlias.Name);
            }
        }

        if (join.On is not null)
        {
            w.Word("ON");
            ExpressionDeparser.Write(w, join.On);
        }

        if (join.Alias is not null)
        {
            w.Raw(")");
            WriteAlias(w, join.Alias);
        }
    }
}
