using Strata.Engine.Types;
using Strata.Sql;
using Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>
/// SEARCH and CYCLE of recursive WITH items, as PostgreSQL does them: the query is rewritten so that each row carries what the clauses need. Depth first: the path of keys to the row (an array of
/// rows). Breadth first: a row of depth and keys. CYCLE: the path, and a mark on rows whose keys are on their parent's path already; marked rows are not followed.
/// </summary>
internal static class CteTraversal
{
    private const string Source = "*traversal*";

    /// <summary>The item without the clauses; itself when it has none. Throws 42601, 42701, 42P19.</summary>
    public static CommonTableExpression Rewrite(CommonTableExpression item, bool isRecursive)
    {
        if (item.Search is null && item.Cycle is null)
            return item;
        // An item that is not recursive is an error, but only after what is wrong with its query.
        if (!isRecursive || item.Statement is not SelectStatement select || select.Body is not SetOperationBody { Kind: SetOperationKind.Union } union
            || !SyntaxReferences.Mentions(select, item.Name))
            return item;
        if (union.Left.Body is not (SelectBody or ValuesBody))
            throw NotSelect(item, "left");
        if (union.Right.Body is not SelectBody right)
            throw NotSelect(item, "right");
        string[] columns = NamesOf(item, union.Left.Body);
        CheckNames(item, columns);
        string parent = SelfReference(item, right);

        var before = new List<TargetItem>();
        var after = new List<TargetItem>();
        var inherited = new List<TargetItem>();
        var names = new List<string>(columns);
        if (item.Search is { } search)
        {
            names.Add(search.SequenceColumn);
            Expression keys = Row(search.Columns);
            inherited.Add(Target(Column(parent, search.SequenceColumn), search.SequenceColumn));
            if (search.IsBreadthFirst)
            {
                before.Add(Target(Row(search.Columns, SqlParser.ParseExpression("0::bigint")), search.SequenceColumn));
                after.Add(Target(Row(search.Columns, NextDepth(search.SequenceColumn)), search.SequenceColumn));
            }
            else
            {
                before.Add(Target(new ArrayExpression([keys], false, -1), search.SequenceColumn));
                after.Add(Target(Append(search.SequenceColumn, keys), search.SequenceColumn));
            }
        }

        Expression? follow = null;
        if (item.Cycle is { } cycle)
        {
            names.Add(cycle.MarkColumn);
            names.Add(cycle.PathColumn);
            Expression mark = cycle.MarkValue ?? new BooleanLiteral(true, -1);
            Expression none = cycle.MarkDefault ?? new BooleanLiteral(false, -1);
            Expression keys = Row(cycle.Columns);
            inherited.Add(Target(Column(parent, cycle.MarkColumn), cycle.MarkColumn));
            inherited.Add(Target(Column(parent, cycle.PathColumn), cycle.PathColumn));
            before.Add(Target(none, cycle.MarkColumn));
            before.Add(Target(new ArrayExpression([keys], false, -1), cycle.PathColumn));
            var isSeen = new QuantifiedArrayExpression(keys, Operator("="), false, Column(Source, cycle.PathColumn), -1);
            after.Add(Target(new CaseExpression(null, [new CaseWhen(isSeen, mark, -1)], none, -1), cycle.MarkColumn));
            after.Add(Target(Append(cycle.PathColumn, keys), cycle.PathColumn));
            follow = new BinaryExpression(Operator("<>"), Column(parent, cycle.MarkColumn), mark, -1);
        }

        SelectBody step = right with
        {
            Targets = [.. right.Targets, .. inherited],
            Where = follow is null ? right.Where : right.Where is null ? follow : new LogicalExpression(LogicalKind.And, [right.Where, follow], -1),
        };
        string[] stepNames = [.. columns, .. inherited.Select(target => target.Alias!)];
        var rewritten = new SetOperationBody(
            union.Kind, union.IsAll, Wrap(union.Left, columns, columns, before), Wrap(union.Right with { Body = step }, stepNames, columns, after), union.Position);
        return item with { Columns = [.. names], Statement = select with { Body = rewritten }, Search = null, Cycle = null };
    }

    private static SelectStatement Wrap(SelectStatement query, string[] names, string[] shown, List<TargetItem> added)
    {
        var source = new SubqueryItem(query, false, -1) { Alias = new Alias(Source, [.. names], -1) };
        var body = new SelectBody([.. shown.Select(name => Target(Column(Source, name), name)), .. added], -1) { From = [source] };
        return new SelectStatement(body, -1);
    }

    private static string[] NamesOf(CommonTableExpression item, QueryBody body)
    {
        var names = new List<string>();
        if (body is ValuesBody values)
        {
            for (int i = 0; i < values.Rows[0].Count; i++)
                names.Add(i < item.Columns.Count ? item.Columns[i] : $"column{i + 1}");
            return [.. names];
        }

        SyntaxList<TargetItem> targets = ((SelectBody)body).Targets;
        for (int i = 0; i < targets.Count; i++)
        {
            if (targets[i].Value is ColumnReference { IsStar: true } && item.Columns.Count == 0)
                throw BindingErrors.NotSupported(item.Position, "SEARCH or CYCLE of a query with * and no column list");
            names.Add(i < item.Columns.Count ? item.Columns[i] : targets[i].Alias ?? TargetNaming.NameOf(targets[i].Value));
        }

        return item.Columns.Count > names.Count ? [.. item.Columns] : [.. names];
    }

    private static void CheckNames(CommonTableExpression item, string[] columns)
    {
        var taken = new HashSet<string>();
        void CheckKeys(SyntaxList<string> keys, string clause, int position)
        {
            var seen = new HashSet<string>();
            foreach (string key in keys)
            {
                if (!columns.Contains(key))
                    throw BindingErrors.At(position, SqlState.SyntaxError, $"{clause} column \"{key}\" not in WITH query column list");
                if (!seen.Add(key))
                    throw BindingErrors.At(position, SqlState.DuplicateColumn, $"{clause} column \"{key}\" specified more than once");
            }
        }

        void CheckNew(string name, string what, int position)
        {
            if (columns.Contains(name))
                throw BindingErrors.At(position, SqlState.SyntaxError, $"{what} column name \"{name}\" already used in WITH query column list");
            if (!taken.Add(name))
                throw BindingErrors.At(item.Search?.Position ?? position, SqlState.SyntaxError, $"search sequence column name and {what} column name are the same");
        }

        if (item.Search is { } search)
        {
            CheckKeys(search.Columns, "search", search.Position);
            CheckNew(search.SequenceColumn, "search sequence", search.Position);
        }

        if (item.Cycle is { } cycle)
        {
            CheckKeys(cycle.Columns, "cycle", cycle.Position);
            if (cycle.MarkColumn == cycle.PathColumn)
                throw BindingErrors.At(cycle.Position, SqlState.SyntaxError, "cycle mark column name and cycle path column name are the same");
            CheckNew(cycle.MarkColumn, "cycle mark", cycle.Position);
            CheckNew(cycle.PathColumn, "cycle path", cycle.Position);
        }
    }

    /// <summary>The name by which the recursive term knows the item.</summary>
    private static string SelfReference(CommonTableExpression item, SelectBody right)
    {
        foreach (FromItem source in right.From)
        {
            if (Find(source) is { } found)
                return found;
        }

        throw BindingErrors.At(
            item.Position, SqlState.FeatureNotSupported,
            "with a SEARCH or CYCLE clause, the recursive reference to WITH query \"" + item.Name + "\" must be at the top level of its right-hand SELECT");

        string? Find(FromItem source) => source switch
        {
            TableItem { Relation.Schema: null } table when table.Relation.Name == item.Name => table.Alias?.Name ?? item.Name,
            JoinItem join => Find(join.Left) ?? Find(join.Right),
            _ => null,
        };
    }

    private static SqlException NotSelect(CommonTableExpression item, string side) => BindingErrors.At(
        item.Position, SqlState.FeatureNotSupported, $"with a SEARCH or CYCLE clause, the {side} side of the UNION must be a SELECT");

    // The fields of an anonymous row have no names to select them by; its text begins with the depth.
    private static Expression NextDepth(string sequence) =>
        SqlParser.ParseExpression($"split_part(ltrim({TypeNames.QuoteIdentifier(Source)}.{TypeNames.QuoteIdentifier(sequence)}::text, '('), ',', 1)::bigint + 1");

    private static OperatorName Operator(string name) => new([name], false, -1);

    private static Expression Append(string path, Expression keys) =>
        new BinaryExpression(Operator("||"), Column(Source, path), keys, -1);

    private static RowExpression Row(SyntaxList<string> columns, params Expression[] first) =>
        new([.. first, .. columns.Select(name => (Expression)Column(Source, name))], true, -1);

    private static ColumnReference Column(string table, string name) => new([table, name], false, -1);

    private static TargetItem Target(Expression value, string name) => new(value, name, -1);
}
