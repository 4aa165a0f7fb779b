using Strata.Engine.Binding;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Deparsing;

/// <summary>FROM clauses of definitions. Part of a <see cref="QueryWriter"/>.</summary>
internal sealed class FromWriter(QueryWriter queries, ExpressionWriter expressions, DefinitionNames names, PrintBuffer text)
{
    private QueryNames Level => expressions.Level!;

    public void Write(List<RangeRecord> items, string keyword = " FROM ")
    {
        for (int i = 0; i < items.Count; i++)
        {
            RangeRecord item = items[i];
            if (i == 0)
            {
                text.Keyword(keyword, -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 2);
                WriteItem(item);
                continue;
            }

            text.Append(", ");
            text.AppendItem(text.Capture(() => WriteItem(item)), isFirst: false, breaks: false);
        }
    }

    private void WriteItem(RangeRecord item)
    {
        Vectors.DepthGuard.Check();
        switch (item.Syntax)
        {
            case JoinItem join:
                WriteJoin(item, join);
                return;
            case SubqueryItem { IsLateral: true } or FunctionItem { IsLateral: true } or XmlTableItem { IsLateral: true }:
            case FunctionItem or XmlTableItem when ReadsNeighbours(item):
                text.Append("LATERAL ");
                break;
        }

        bool hasAlias = item.Syntax.Alias is not null || Level.AliasesOf(item) is not null;
        string name = Level.NameOf(item)!;
        switch (item.Syntax)
        {
            case TableItem when item.Cte is not null:
                text.Append(TypeNames.QuoteIdentifier(item.Cte));
                hasAlias |= name != item.Cte;
                break;
            case TableItem table:
                text.Append(table.Relation.IncludeDescendants ? "" : "ONLY ").Append(names.Relation(item.RelationOid));
                hasAlias |= name != names.View.FindRelation(item.RelationOid)!.Name;
                break;
            case SubqueryItem:
                text.Append('(');
                queries.WriteNested(item.Query!, areNamesSeen: true);
                text.Append(')');
                hasAlias = true;
                break;
            case FunctionItem function:
                WriteFunctions(item, function);
                hasAlias = true;
                break;
            case XmlTableItem:
                new XmlWriter(expressions, text, names).Write(item.XmlTable!);
                hasAlias |= name != "xmltable";
                break;
        }

        if (hasAlias)
            text.Append(' ').Append(TypeNames.QuoteIdentifier(name));
        if (item.Syntax is FunctionItem { Functions: [var only], WithOrdinality: false } single && (single.Columns.Count > 0 || only.Columns.Count > 0))
            WriteDefinitions(single.Columns.Count > 0 ? single.Columns : only.Columns, Level.ColumnsOf(item));
        else if (Level.AliasesOf(item) is { } columns)
            queries.WriteNames("(", columns, ")");
        if (item.Syntax is TableItem { Sample: { } sample })
            WriteSample(sample);
    }

    // LATERAL goes without saying for calls, but PostgreSQL says it.
    private bool ReadsNeighbours(RangeRecord item)
    {
        bool found = false;
        foreach (Expressions.Expression argument in item.XmlTable is { } table ? XmlWriter.ArgumentsOf(table) : item.Calls)
            found |= argument.Any(part => part is Expressions.ColumnExpression column && Level.TryFind(column.Column, out _, out _));
        return found;
    }

    // Arguments are constants in all but the oddest samples, and can't name columns: what was written will do.
    private void WriteSample(TableSampleClause sample)
    {
        text.Append(" TABLESAMPLE ").Append(TypeNames.QuoteIdentifier(sample.Method.Name)).Append(" (");
        for (int i = 0; i < sample.Arguments.Count; i++)
            text.Append(i > 0 ? ", " : "").Append(Sql.SqlDeparser.Deparse(sample.Arguments[i]));
        text.Append(')');
        if (sample.Seed is { } seed)
            text.Append(" REPEATABLE (").Append(Sql.SqlDeparser.Deparse(seed)).Append(')');
    }

    private void WriteFunctions(RangeRecord item, FunctionItem function)
    {
        bool isUnnest = function.Functions is [{ Columns.Count: 0 }] && item.Calls.Count > 1;
        if (item.Calls.Count == 1 && (function.Functions[0].Columns.Count == 0 && function.Columns.Count == 0 || !function.WithOrdinality))
        {
            expressions.Write(item.Calls[0], showImplicit: true);
        }
        else if (isUnnest)
        {
            text.Append("UNNEST(");
            for (int i = 0; i < item.Calls.Count; i++)
            {
                if (i > 0)
                    text.Append(", ");
                expressions.Write(((Expressions.FunctionExpression)item.Calls[i]).Arguments[0], showImplicit: true);
            }

            text.Append(')');
        }
        else
        {
            text.Append("ROWS FROM(");
            for (int i = 0; i < item.Calls.Count; i++)
            {
                if (i > 0)
                    text.Append(", ");
                Expression call = item.Calls[i];
                expressions.Write(call, showImplicit: true);
                SyntaxList<ColumnDefinition> columns = i < function.Functions.Count ? function.Functions[i].Columns : default;
                if (columns.Count == 0 && item.Calls.Count == 1)
                    columns = function.Columns;
                if (columns.Count == 0)
                    continue;
                text.Append(" AS ");
                WriteDefinitions(columns, [.. columns.AsSpan().ToArray().Select(static c => c.Name)]);
            }

            text.Append(')');
        }

        if (function.WithOrdinality)
            text.Append(" WITH ORDINALITY");
    }

    private void WriteDefinitions(SyntaxList<ColumnDefinition> columns, IReadOnlyList<string> columnNames)
    {
        text.Append('(');
        for (int i = 0; i < columns.Count; i++)
        {
            SqlType type = TypeOf(columns[i].Type!);
            text.Append(i > 0 ? ", " : "").Append(TypeNames.QuoteIdentifier(columnNames[i])).Append(' ').Append(names.Type(type, type.Typmod));
            if (columns[i].Collation is { } collation)
                text.Append(" COLLATE ").Append(TypeNames.QuoteIdentifier(collation.Name));
        }

        text.Append(')');
    }

    private SqlType TypeOf(TypeName name) => names.Resolve(name);

    private void WriteJoin(RangeRecord item, JoinItem join)
    {
        Level.Enter(item);
        bool rightGrouped = text.HasFewParentheses && join.Right is JoinItem { Alias: null };
        bool grouped = !text.HasFewParentheses || join.Alias is not null;
        if (grouped)
            text.Append('(');
        WriteItem(item.Left!);
        bool hasCondition = item.On is not null || item.Using.Count > 0;
        text.Keyword(
            join.Kind switch
            {
                JoinKind.Left => " LEFT JOIN ",
                JoinKind.Right => " RIGHT JOIN ",
                JoinKind.Full => " FULL JOIN ",
                _ => hasCondition ? " JOIN " : " CROSS JOIN ",
            },
            -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, PrintBuffer.ItemIndent);
        if (rightGrouped)
            text.Append('(');
        WriteItem(item.Right!);
        if (rightGrouped)
            text.Append(')');
        if (item.Using.Count > 0)
        {
            queries.WriteNames(" USING (", item.Using.Select(merged => Level.MergedName(merged.Merged.Column)), ")");
            if (join.UsingAlias is not null)
                text.Append(" AS ").Append(TypeNames.QuoteIdentifier(join.UsingAlias.Name));
        }
        else if (item.On is not null)
        {
            text.Append(" ON ");
            text.Parenthesis('(');
            expressions.Write(item.On, showImplicit: false);
            text.Parenthesis(')');
        }
        else if (join.Kind is not (JoinKind.Inner or JoinKind.Cross))
        {
            text.Append(" ON TRUE");
        }

        if (grouped)
            text.Append(')');
        Level.Leave(item);
        if (join.Alias is null)
            return;
        text.Append(' ').Append(TypeNames.QuoteIdentifier(Level.NameOf(item)!));
        if (Level.AliasesOf(item) is { } columns)
            queries.WriteNames("(", columns, ")");
    }
}
