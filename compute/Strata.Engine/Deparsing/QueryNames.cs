using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Planning.Algebra;
using Strata.Sql.Syntax;

namespace Strata.Engine.Deparsing;

/// <summary>
/// Names of one query level's FROM items and their columns, unique over the level and those around it, as PostgreSQL's ruleutils choose them. Columns have the names that they have now in the
/// catalog unless the query gave them others.
/// </summary>
internal sealed class QueryNames
{
    private readonly Dictionary<RangeRecord, string> _names = [];
    private readonly Dictionary<RangeRecord, string[]> _columns = [];
    private readonly Dictionary<RangeRecord, bool> _areChanged = [];
    private readonly Dictionary<int, (RangeRecord Range, int Index)> _byColumn = [];
    private readonly Dictionary<int, string> _merged = [];
    private readonly Dictionary<RangeRecord, RangeRecord> _aliasedJoin = [];
    private readonly HashSet<RangeRecord> _insideOf = [];
    private readonly HashSet<string> _used;

    /// <summary>A level without FROM items: an expression over named columns.</summary>
    public QueryNames(QueryNames? outer)
    {
        Outer = outer;
        _used = outer is null ? [] : [.. outer._used];
    }

    public QueryNames(QueryRecord query, QueryMetadata metadata, CatalogView view, QueryNames? outer, bool isView)
        : this(outer)
    {
        // A view's rule has entries for the old and the new row.
        if (isView)
            _used.UnionWith(["old", "new"]);
        List<RangeRecord> ranges = Ranges(query);
        foreach (RangeRecord range in ranges)
            Name(range, null, view);
        foreach (RangeRecord range in ranges)
            NameUsing(range, view);
        foreach (RangeRecord range in ranges)
            NameColumns(range, metadata, view);
    }

    // The table that is changed comes first.
    private static List<RangeRecord> Ranges(QueryRecord query)
    {
        if (query.Modification?.Target is not { } target)
            return query.From;
        return query.Modification.Excluded is { } excluded ? [target, excluded, .. query.From] : [target, .. query.From];
    }

    public QueryNames? Outer { get; }

    /// <summary>This level or one around it has FROM items.</summary>
    public bool HasItems => _names.Count > 0 || Outer is { HasItems: true };

    public string? NameOf(RangeRecord range) => _names.GetValueOrDefault(range);

    /// <summary>Column names of an item as they are printed in an alias list; <c>null</c> when none is needed.</summary>
    public IReadOnlyList<string>? AliasesOf(RangeRecord range) => _areChanged.GetValueOrDefault(range) ? _columns[range] : null;

    public IReadOnlyList<string> ColumnsOf(RangeRecord range) => _columns[range];

    /// <summary>Name of the column that a join merges from two.</summary>
    public string MergedName(int column) => _merged[column];

    /// <summary>While the inside of a join is printed its alias does not hide what it joins.</summary>
    public void Enter(RangeRecord join) => _insideOf.Add(join);

    public void Leave(RangeRecord join) => _insideOf.Remove(join);

    /// <summary>The qualifier (null for none) and the name of a column; false when this level does not have it.</summary>
    public bool TryFind(int column, out string? qualifier, out string name)
    {
        qualifier = null;
        name = "";
        if (!_byColumn.TryGetValue(column, out (RangeRecord Range, int Index) found))
            return _merged.TryGetValue(column, out name!);
        RangeRecord range = found.Range;
        // The outermost join with an alias that the column is used outside of gives the name.
        for (RangeRecord? join = _aliasedJoin.GetValueOrDefault(range); join is not null && !_insideOf.Contains(join); join = _aliasedJoin.GetValueOrDefault(join))
        {
            int index = IndexIn(join, column);
            if (index < 0)
                break;
            (range, found) = (join, (join, index));
        }

        qualifier = _names.GetValueOrDefault(range);
        name = _columns[range][found.Index];
        return true;
    }

    /// <summary>The item whose columns these are, all of them and in order; null if there is none.</summary>
    public RangeRecord? WholeItem(IReadOnlyList<int> columns)
    {
        foreach (RangeRecord range in _columns.Keys)
            if (Items(range).Any(item => item.Columns.Count == columns.Count && item.Columns.Select(static c => c.Column).SequenceEqual(columns)))
                return range;
        return Outer?.WholeItem(columns);
    }

    private static IEnumerable<NamespaceItem> Items(RangeRecord range) => range.Item is null ? range.Twins : range.Twins.Prepend(range.Item);

    /// <summary>The printed name of an item of this level or one outside.</summary>
    public string? FindName(RangeRecord range) => NameOf(range) ?? Outer?.FindName(range);

    private static int IndexIn(RangeRecord range, int column)
    {
        IReadOnlyList<NamespaceColumn> columns = range.Item?.Columns ?? [];
        for (int i = 0; i < columns.Count; i++)
            if (columns[i].Column == column)
                return i;
        return -1;
    }

    private void Name(RangeRecord range, RangeRecord? aliasedJoin, CatalogView view)
    {
        if (aliasedJoin is not null)
            _aliasedJoin[range] = aliasedJoin;
        if (range.Syntax is JoinItem join)
        {
            RangeRecord? inner = join.Alias is null ? aliasedJoin : range;
            Name(range.Left!, inner, view);
            Name(range.Right!, inner, view);
            if (join.Alias is null)
                return;
        }

        string wanted = range.RelationOid != 0 && range.Syntax.Alias is null ? view.FindRelation(range.RelationOid)!.Name
            : range.Item is { Name.Length: > 0 } item ? item.Name : range.Query is null ? "*VALUES*" : "unnamed_subquery";
        string name = wanted;
        for (int i = 1; !_used.Add(name); i++)
            name = $"{wanted}_{i}";
        _names[range] = name;
    }

    // Merged columns have one name on both sides.
    private void NameUsing(RangeRecord range, CatalogView view)
    {
        if (range.Syntax is not JoinItem)
            return;
        foreach ((NamespaceColumn merged, NamespaceColumn left, NamespaceColumn right) in range.Using)
        {
            string name = _merged.GetValueOrDefault(merged.Column) ?? merged.Name;
            _merged[merged.Column] = name;
            _merged[left.Column] = name;
            _merged[right.Column] = name;
        }

        NameUsing(range.Left!, view);
        NameUsing(range.Right!, view);
    }

    private void NameColumns(RangeRecord range, QueryMetadata metadata, CatalogView view)
    {
        if (range.Left is not null)
        {
            NameColumns(range.Left, metadata, view);
            NameColumns(range.Right!, metadata, view);
        }

        if (range.Item is not { } item)
            return;
        RelationInfo? relation = range.RelationOid == 0 ? null : view.FindRelation(range.RelationOid);
        var names = new string[item.Columns.Count];
        var taken = new HashSet<string>();
        bool isChanged = false;
        int written = range.Syntax.Alias?.Columns.Count ?? 0;
        for (int i = 0; i < names.Length; i++)
        {
            NamespaceColumn column = item.Columns[i];
            string real = relation is null ? column.Name : relation.Columns[metadata[column.Column].AttributeNumber - 1].Name;
            string name = _merged.GetValueOrDefault(column.Column) ?? (i < written ? column.Name : real);
            string unique = name;
            for (int n = 1; !taken.Add(unique); n++)
                unique = $"{name}_{n}";
            names[i] = unique;
            isChanged |= unique != real;
            if (range.Left is null)
                _byColumn[column.Column] = (range, i);
        }

        _columns[range] = names;
        _areChanged[range] = range.Syntax switch
        {
            TableItem when relation is not null => isChanged,
            FunctionItem => true,
            _ => written > 0 || isChanged,
        };
        foreach (NamespaceItem twin in range.Twins)
            for (int i = 0; i < twin.Columns.Count; i++)
                _byColumn[twin.Columns[i].Column] = (range, i);
        foreach (NamespaceColumn column in item.SystemColumns.Concat(range.Twins.SelectMany(static twin => twin.SystemColumns)))
            _system[column.Column] = (range, column.Name);
    }

    private readonly Dictionary<int, (RangeRecord Range, string Name)> _system = [];

    /// <summary>A system column's qualifier and name.</summary>
    public bool TryFindSystem(int column, out string? qualifier, out string name)
    {
        if (!_system.TryGetValue(column, out (RangeRecord Range, string Name) found))
        {
            qualifier = null;
            name = "";
            return false;
        }

        qualifier = _names.GetValueOrDefault(found.Range);
        name = found.Name;
        return true;
    }
}
