using System.Globalization;
using Strata.Engine.Binding;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;
using RowExpression = Strata.Engine.Expressions.RowExpression;

namespace Strata.Engine.Deparsing;

/// <summary>Bound queries as SQL, laid out as PostgreSQL's ruleutils do. Not thread-safe.</summary>
internal sealed class QueryWriter
{
    private readonly DefinitionNames _names;
    private readonly PrintBuffer _text;
    private readonly BindingRecorder _recorder;
    private readonly QueryMetadata _metadata;
    private readonly ExpressionWriter _expressions;
    private readonly FromWriter _from;
    private readonly ModificationWriter _modifications;

    public QueryWriter(DefinitionNames names, PrintBuffer text, BindingRecorder recorder, QueryMetadata metadata, Func<int, string?>? nameOfColumn = null)
    {
        _names = names;
        _text = text;
        _recorder = recorder;
        _metadata = metadata;
        _expressions = new ExpressionWriter(names, text, recorder) { Queries = this, NameOfColumn = nameOfColumn };
        _from = new FromWriter(this, _expressions, names, text);
        _modifications = new ModificationWriter(this, _from, names, text);
    }

    /// <summary>Writes expressions of the query.</summary>
    public ExpressionWriter Expressions => _expressions;

    /// <summary>Writes a whole query; <paramref name="columnNames"/> are what its columns are called outside, null for their own names.</summary>
    public void Write(QueryRecord query, IReadOnlyList<string>? columnNames, bool isView, int indent = 0, bool areNamesSeen = true) => WriteLevel(query, columnNames, areNamesSeen, isView, indent);

    /// <summary>Writes a query inside the one that is being written.</summary>
    public void WriteNested(QueryRecord query, bool areNamesSeen) => WriteLevel(query, null, areNamesSeen, isView: false, _text.IndentLevel);

    private void WriteLevel(QueryRecord query, IReadOnlyList<string>? columnNames, bool areNamesSeen, bool isView, int indent)
    {
        DepthGuard.Check();
        QueryNames? outer = _expressions.Level;
        int outerIndent = _text.IndentLevel;
        _expressions.Level = new QueryNames(query, _metadata, _names.View, outer, isView);
        _text.IndentLevel = indent;
        WriteWith(query);
        if (query.Modification is { } modification)
        {
            _modifications.Write(modification);
            if (query.Targets.Count > 0)
            {
                _text.Keyword(" RETURNING", -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 1);
                WriteTargets(query, null, areNamesSeen);
            }
        }
        else
        {
            WriteClauses(query, columnNames, areNamesSeen);
        }

        _expressions.Level = outer;
        _text.IndentLevel = outerIndent;
    }

    private void WriteClauses(QueryRecord query, IReadOnlyList<string>? columnNames, bool areNamesSeen)
    {
        bool isSet = query.Syntax.Body is SetOperationBody;
        if (query.Syntax.Body is SetOperationBody set)
            WriteSet(set, query.Output, columnNames, areNamesSeen);
        else
            WriteBody(query, columnNames, areNamesSeen);
        WriteOrder(query, isSet);
        WriteLimit(query);
        WriteLocking(query.Syntax);
    }

    private void WriteWith(QueryRecord query)
    {
        if (query.Ctes.Count == 0)
            return;
        if (_text.IsIndented)
        {
            _text.IndentLevel += PrintBuffer.ClauseIndent;
            _text.Append(' ');
        }

        string separator = query.Syntax.With!.IsRecursive ? "WITH RECURSIVE " : "WITH ";
        foreach (CteRecord cte in query.Ctes)
        {
            QueryRecord level = cte.Query ?? cte.Modification?.Level
                ?? throw new SqlException(SqlState.FeatureNotSupported, $"WITH query \"{cte.Syntax.Name}\" cannot be printed");
            _text.Append(separator).Append(TypeNames.QuoteIdentifier(cte.Syntax.Name));
            if (cte.Syntax.Columns.Count > 0)
                WriteNames("(", cte.Syntax.Columns, ")");
            _text.Append(" AS ").Append(cte.Syntax.Materialization switch
            {
                CteMaterialization.Always => "MATERIALIZED ",
                CteMaterialization.Never => "NOT MATERIALIZED ",
                _ => "",
            }).Append('(');
            if (_text.IsIndented)
                _text.Keyword("", 0, 0, 0);
            WriteNested(level, areNamesSeen: true);
            if (_text.IsIndented)
                _text.Keyword("", 0, 0, 0);
            _text.Append(')');
            WriteTraversal(cte);
            separator = ", ";
        }

        if (_text.IsIndented)
            _text.Keyword("", -PrintBuffer.ClauseIndent, 0, 0);
        else
            _text.Append(' ');
    }

    private void WriteTraversal(CteRecord cte)
    {
        if (cte.Syntax.Search is { } search)
            WriteNames(search.IsBreadthFirst ? " SEARCH BREADTH FIRST BY " : " SEARCH DEPTH FIRST BY ", search.Columns, " SET " + TypeNames.QuoteIdentifier(search.SequenceColumn));
        if (cte.Syntax.Cycle is not { } cycle)
            return;
        WriteNames(" CYCLE ", cycle.Columns, " SET " + TypeNames.QuoteIdentifier(cycle.MarkColumn));
        if (cte is { Mark: { } mark, Default: { } none } && !(IsBoolean(mark, true) && IsBoolean(none, false)))
        {
            _text.Append(" TO ");
            WriteMark(mark);
            _text.Append(" DEFAULT ");
            WriteMark(none);
        }

        _text.Append(" USING ").Append(TypeNames.QuoteIdentifier(cycle.PathColumn));
    }

    // The grammar takes constants but no casts here, so what PostgreSQL shows can't be parsed; kept texts have the type before the literal.
    private void WriteMark(Expression mark)
    {
        if (_names.IsStored && mark is ConstantExpression { IsNull: false, Type.Oid: not (TypeOid.Boolean or TypeOid.Int4 or TypeOid.Numeric) } constant)
            _text.Append(_names.Type(constant.Type)).Append(' ').Append(ExpressionWriter.Quote(_names.Value(constant.Type, constant.Value)));
        else
            _expressions.Write(mark, showImplicit: false);
    }

    private static bool IsBoolean(Expression value, bool expected) => value is ConstantExpression { IsNull: false, Type.Oid: TypeOid.Boolean } constant && constant.Value.AsBoolean == expected;

    /// <summary>Writes names in a list.</summary>
    public void WriteNames(string open, IEnumerable<string> names, string close) =>
        _text.Append(open).Append(string.Join(", ", names.Select(TypeNames.QuoteIdentifier))).Append(close);

    private void WriteBody(QueryRecord query, IReadOnlyList<string>? columnNames, bool areNamesSeen)
    {
        if (_text.IsIndented)
        {
            _text.IndentLevel += PrintBuffer.ClauseIndent;
            _text.Append(' ');
        }

        if (query.Values is { } values)
        {
            WriteValuesQuery(query, values, columnNames);
            return;
        }

        // SELECT * FROM (VALUES …) is just VALUES, as long as nothing names its columns.
        if (PlainValues(query, columnNames) is { } plain)
        {
            WriteValues(plain);
            return;
        }

        var body = (SelectBody)query.Syntax.Body;
        _text.Append("SELECT");
        if (query.DistinctOn.Count > 0)
        {
            _text.Append(" DISTINCT ON (");
            for (int i = 0; i < query.DistinctOn.Count; i++)
            {
                if (i > 0)
                    _text.Append(", ");
                _expressions.Calls.WriteSorted(query.DistinctOn[i].Value);
            }

            _text.Append(')');
        }
        else if (body.IsDistinct)
        {
            _text.Append(" DISTINCT");
        }

        WriteTargets(query, columnNames, areNamesSeen);
        _from.Write(query.From);
        if (query.Where is not null)
        {
            _text.Keyword(" WHERE ", -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 1);
            _expressions.Write(query.Where, showImplicit: false);
        }

        if (body.GroupBy.Count > 0)
        {
            _text.Keyword(" GROUP BY ", -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 1);
            if (body.IsGroupByDistinct)
                _text.Append("DISTINCT ");
            for (int i = 0; i < body.GroupBy.Count; i++)
            {
                if (i > 0)
                    _text.Append(", ");
                WriteGroup(query, body.GroupBy[i], inSet: false);
            }
        }

        if (query.Having is not null)
        {
            _text.Keyword(" HAVING ", -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 0);
            _expressions.Write(query.Having, showImplicit: false);
        }

        _expressions.Calls.WriteWindowClause(body.Windows);
    }

    private static IReadOnlyList<Expression[]>? PlainValues(QueryRecord query, IReadOnlyList<string>? columnNames)
    {
        if (query.From is not [{ Query: { Values: { } values } inner } range] || columnNames is not null || query.Where is not null || query.Having is not null || range.Item is null
            || query.Syntax.Body is not SelectBody { IsDistinct: false, GroupBy.Count: 0 } || inner.OrderBy.Count > 0 || inner.Limit is not null || inner.Offset is not null
            || (range.Syntax.Alias?.Columns.Count ?? 0) > 0 || query.Targets.Count != range.Item.Columns.Count)
            return null;
        for (int i = 0; i < query.Targets.Count; i++)
            if (query.Targets[i] is not { IsHidden: false, Value: ColumnExpression column } || column.Column != range.Item.Columns[i].Column)
                return null;
        return values;
    }

    // VALUES alone has no way to say what its columns are called.
    private void WriteValuesQuery(QueryRecord query, IReadOnlyList<Expression?[]> values, IReadOnlyList<string>? columnNames)
    {
        bool isRenamed = false;
        for (int i = 0; columnNames is not null && i < Math.Min(columnNames.Count, query.Output.Count); i++)
            isRenamed |= columnNames[i] != query.Output[i].Name;
        if (!isRenamed || _names.IsStored)
        {
            WriteValues(values);
            return;
        }

        _text.Append("SELECT ");
        for (int i = 0; i < query.Output.Count; i++)
        {
            string name = i < columnNames!.Count ? columnNames[i] : query.Output[i].Name;
            if (i > 0)
                _text.Append(", ");
            string item = "\"*VALUES*\"." + TypeNames.QuoteIdentifier(query.Output[i].Name) + (name == query.Output[i].Name ? "" : " AS " + TypeNames.QuoteIdentifier(name));
            _text.AppendItem(item, isFirst: i == 0, breaks: false);
        }

        _text.Keyword(" FROM ", -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 2);
        _text.Append('(');
        WriteValues(values);
        _text.Append(") \"*VALUES*\"");
    }

    /// <summary>VALUES with its rows.</summary>
    public void WriteValues(IReadOnlyList<Expression?[]> rows)
    {
        _text.Append("VALUES ");
        for (int i = 0; i < rows.Count; i++)
        {
            _text.Append(i > 0 ? ", (" : "(");
            WriteRow(rows[i], ",");
            _text.Append(')');
        }
    }

    /// <summary>Values of a row; null ones are DEFAULT.</summary>
    public void WriteRow(Expression?[] row, string separator)
    {
        for (int i = 0; i < row.Length; i++)
        {
            if (i > 0)
                _text.Append(separator);
            if (row[i] is { } value)
                WriteTopLevel(value, showImplicit: false);
            else
                _text.Append("DEFAULT");
        }
    }

    private void WriteTopLevel(Expression expression, bool showImplicit)
    {
        if (expression is RowExpression row && _expressions.WholeItem(row) is { } item)
            _text.Append(item).Append(".*::").Append(_names.Type(row.Type));
        else
            _expressions.Write(expression, showImplicit);
    }

    private void WriteTargets(QueryRecord query, IReadOnlyList<string>? columnNames, bool areNamesSeen)
    {
        string separator = " ";
        int number = 0;
        bool wasLong = false;
        foreach (TargetRecord target in query.Targets)
        {
            if (target.IsHidden)
                continue;
            _text.Append(separator);
            separator = ", ";
            string name = columnNames is not null && number < columnNames.Count ? columnNames[number] : target.Name;
            int at = number++;
            string item = _text.Capture(() => WriteTarget(query, target, at, name, areNamesSeen));
            _text.AppendItem(item, isFirst: number == 1, wasLong);
            wasLong = item.IndexOf('\n', item.StartsWith('\n') ? 1 : 0) >= 0;
        }
    }

    private void WriteTarget(QueryRecord query, TargetRecord target, int number, string name, bool areNamesSeen)
    {
        string? shown = areNamesSeen ? null : "?column?";
        switch (target.Value)
        {
            case ColumnExpression column when _expressions.IsPlainColumn(column):
                shown = _expressions.WriteColumn(column, isTarget: true);
                break;
            case RowExpression row when _expressions.WholeItem(row) is { } item:
                _text.Append(item).Append(".*::").Append(_names.Type(row.Type));
                shown = null;
                break;
            // A literal whose type the set operation around it decides.
            case ConstantExpression { IsNull: false, Type.Oid: TypeOid.Unknown } literal:
                _text.Append(ExpressionWriter.Quote(_names.Value(SqlType.Text, literal.Value))).Append("::").Append(_names.Type(ResolvedType(query, number)));
                break;
            case ConstantExpression { Type.Oid: TypeOid.Unknown }:
                _text.Append("NULL::").Append(_names.Type(ResolvedType(query, number)));
                break;
            default:
                _expressions.Write(target.Value, showImplicit: true);
                break;
        }

        if (shown != name)
            _text.Append(" AS ").Append(TypeNames.QuoteIdentifier(name));
    }

    private SqlType ResolvedType(QueryRecord query, int number)
    {
        SqlType type = _setTypes is not null && number < _setTypes.Count ? _setTypes[number].Type : number < query.Output.Count ? query.Output[number].Type : SqlType.Text;
        return type.Oid == TypeOid.Unknown ? SqlType.Text : type;
    }

    private IReadOnlyList<OutputColumn>? _setTypes;

    private void WriteGroup(QueryRecord query, GroupingItem item, bool inSet)
    {
        switch (item)
        {
            case GroupingValue { Value: Sql.Syntax.RowExpression row } when !query.Groups.ContainsKey(row):
                _text.Append('(');
                for (int i = 0; i < row.Fields.Count; i++)
                {
                    if (i > 0)
                        _text.Append(", ");
                    _expressions.Calls.WriteSorted(query.Groups[row.Fields[i]].Value);
                }

                _text.Append(')');
                break;
            case GroupingValue value:
                // The items of GROUPING SETS stand in parentheses.
                if (inSet)
                    _text.Append('(');
                _expressions.Calls.WriteSorted(query.Groups[value.Value].Value);
                if (inSet)
                    _text.Append(')');
                break;
            case EmptyGroupingSet:
                _text.Append("()");
                break;
            case GroupingSet set:
                _text.Append(set.Kind switch { GroupingSetKind.Rollup => "ROLLUP(", GroupingSetKind.Cube => "CUBE(", _ => "GROUPING SETS (" });
                for (int i = 0; i < set.Items.Count; i++)
                {
                    if (i > 0)
                        _text.Append(", ");
                    WriteGroup(query, set.Items[i], inSet: set.Kind == GroupingSetKind.Sets);
                }

                _text.Append(')');
                break;
        }
    }

    private void WriteSet(SetOperationBody set, IReadOnlyList<OutputColumn> output, IReadOnlyList<string>? columnNames, bool areNamesSeen)
    {
        DepthGuard.Check();
        bool leftGrouped = Nested(set.Left) is { } left && (left.Kind != set.Kind || left.IsAll != set.IsAll);
        int indent = leftGrouped ? PrintBuffer.ClauseIndent : 0;
        if (leftGrouped)
        {
            _text.Append('(');
            _text.Keyword("", indent, 0, 0);
        }

        WriteSetInput(set.Left, output, columnNames, areNamesSeen);
        if (leftGrouped)
            _text.Keyword(") ", -indent, 0, 0);
        else if (_text.IsIndented)
            _text.Keyword("", -indent, 0, 0);
        else
            _text.Append(' ');
        _text.Append(set.Kind switch { SetOperationKind.Union => "UNION ", SetOperationKind.Intersect => "INTERSECT ", _ => "EXCEPT " }).Append(set.IsAll ? "ALL " : "");

        bool rightGrouped = Nested(set.Right) is not null;
        indent = rightGrouped ? PrintBuffer.ClauseIndent : 0;
        if (rightGrouped)
            _text.Append('(');
        _text.Keyword("", indent, 0, 0);
        WriteSetInput(set.Right, output, columnNames, areNamesSeen: false);
        if (_text.IsIndented)
            _text.IndentLevel -= indent;
        if (rightGrouped)
            _text.Keyword(")", 0, 0, 0);
    }

    // A set operation as an input of another, without clauses of its own.
    private static SetOperationBody? Nested(SelectStatement input) =>
        input.With is null && input.OrderBy.Count == 0 && input.Limit is null && input.Offset is null && input.Locking.Count == 0 ? input.Body as SetOperationBody : null;

    private void WriteSetInput(SelectStatement input, IReadOnlyList<OutputColumn> output, IReadOnlyList<string>? columnNames, bool areNamesSeen)
    {
        if (Nested(input) is { } nested)
        {
            WriteSet(nested, output, columnNames, areNamesSeen);
            return;
        }

        QueryRecord query = _recorder.Of(input) ?? throw new SqlException(SqlState.InternalError, "an input of a set operation was not recorded");
        bool grouped = query.Ctes.Count > 0 || query.OrderBy.Count > 0 || query.Limit is not null || query.Offset is not null || input.Locking.Count > 0;
        if (grouped)
            _text.Append('(');
        IReadOnlyList<OutputColumn>? types = _setTypes;
        _setTypes = output;
        WriteLevel(query, columnNames, areNamesSeen, isView: false, _text.IndentLevel);
        _setTypes = types;
        if (grouped)
            _text.Append(')');
    }

    private void WriteOrder(QueryRecord query, bool byNumber)
    {
        if (query.OrderBy.Count == 0)
            return;
        _text.Keyword(" ORDER BY ", -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 1);
        for (int i = 0; i < query.OrderBy.Count; i++)
        {
            if (i > 0)
                _text.Append(", ");
            SortRecord item = query.OrderBy[i];
            int number = byNumber || query.Values is not null ? Number(query, item.Target) : 0;
            if (number > 0)
                _text.Append(number.ToString(CultureInfo.InvariantCulture));
            else
                _expressions.Calls.WriteSorted(item.Target.Value);
            _text.Append(CallWriter.Direction(item.Descending, item.NullsFirst));
        }
    }

    private static int Number(QueryRecord query, TargetRecord target)
    {
        for (int i = 0; i < query.Output.Count; i++)
            if (target.Value is ColumnExpression column && query.Output[i].Column == column.Column)
                return i + 1;
        return 0;
    }

    private void WriteLimit(QueryRecord query)
    {
        if (query.Offset is not null)
        {
            _text.Keyword(" OFFSET ", -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 0);
            _expressions.Write(query.Offset, showImplicit: false);
        }

        if (query.Limit is null)
            return;
        if (query.Syntax.LimitWithTies)
        {
            _text.Keyword(" FETCH FIRST ", -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 0);
            // In parentheses, since not every expression may stand here without.
            _text.Append('(');
            _expressions.Write(query.Limit, showImplicit: false);
            _text.Append(") ROWS WITH TIES");
            return;
        }

        _text.Keyword(" LIMIT ", -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 0);
        if (query.Limit is ConstantExpression { IsNull: true })
            _text.Append("ALL");
        else
            _expressions.Write(query.Limit, showImplicit: false);
    }

    private void WriteLocking(SelectStatement statement)
    {
        foreach (LockingClause clause in statement.Locking)
        {
            _text.Keyword(" " + SelectBinder.LockName(clause.Strength), -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 0);
            if (clause.Relations.Count > 0)
                WriteNames(" OF ", clause.Relations.Select(static name => name.Name), "");
            _text.Append(clause.WaitPolicy switch { LockWaitPolicy.NoWait => " NOWAIT", LockWaitPolicy.SkipLocked => " SKIP LOCKED", _ => "" });
        }
    }
}
