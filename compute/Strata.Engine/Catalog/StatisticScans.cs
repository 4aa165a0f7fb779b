using Strata.Engine.Binding;
using Strata.Engine.Statistics;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>
/// Rows of the views over statistics: <c>pg_stats</c>, <c>pg_stats_ext</c>, <c>pg_stats_ext_exprs</c>, and the catalogs of statistics objects. The views show what the current role may read.
/// </summary>
internal static class StatisticScans
{
    private const int SummaryColumns = 10;

    public static IEnumerable<CatalogValue[]> Columns(SystemScanContext context)
    {
        foreach (RelationInfo relation in context.Catalog.UserRelations)
            foreach (ColumnStatistics statistics in relation.Statistics)
            {
                ColumnInfo column = relation.Columns[statistics.Column - 1];
                if (!column.IsDropped && MayRead(context, relation, [column.Number]))
                    yield return [SchemaOf(context, relation.SchemaOid), relation.Name, column.Name, statistics.IsInherited, .. Summary(statistics)];
            }
    }

    public static IEnumerable<CatalogValue[]> Objects(SystemScanContext context) => context.Catalog.ObjectsOf(CatalogOids.PgStatisticExt).Select(static entry => entry.Row);

    public static IEnumerable<CatalogValue[]> Data(SystemScanContext context)
    {
        foreach (CatalogObject entry in context.Catalog.ObjectsOf(CatalogOids.PgStatisticExt))
            foreach ((bool inherited, ExtendedStatisticsData data) in DataOf(context, entry.Oid))
                yield return
                [
                    entry.Oid, inherited, data.DistinctText, data.DependenciesText,
                    data.CommonBytes() is { } common ? System.Text.Encoding.UTF8.GetString(common) : CatalogValue.Null,
                    data.Expressions is { } expressions ? CatalogValue.Rows(RowsOf(context, ExtendedStatistics.Of(entry), expressions)) : CatalogValue.Null,
                ];
    }

    /// <summary>Statistics of an object's expressions as rows of <c>pg_statistic</c>.</summary>
    private static CatalogValue[][] RowsOf(SystemScanContext context, ExtendedStatistics statistics, ColumnStatistics[] expressions)
    {
        RelationInfo table = context.Catalog.FindRelation(statistics.TableOid)!;
        var rows = new CatalogValue[Math.Min(expressions.Length, statistics.Expressions.Length)][];
        for (int i = 0; i < rows.Length; i++)
        {
            SqlType? type = TypeOf(context, statistics.Expressions[i], table);
            rows[i] = StatisticRows.Shown(StatisticRows.OfExpression(expressions[i]), type, type is { ElementOid: not 0 } ? TypeResolver.Find(type.ElementOid, context.Catalog) : null);
        }

        return rows;
    }

    private static SqlType? TypeOf(SystemScanContext context, CatalogExpression expression, RelationInfo table) => context.Session is not { } session ? null : Binder.BindOverRow(
        expression.Syntax, table, isCondition: false,
        new BindingContext { Catalog = context.Catalog, SearchPath = new SearchPath([CatalogOids.CatalogSchema], 0), Functions = session.Context }).Type;

    public static IEnumerable<CatalogValue[]> Extended(SystemScanContext context)
    {
        foreach ((ExtendedStatistics statistics, RelationInfo table) in Visible(context))
            foreach ((bool inherited, ExtendedStatisticsData data) in DataOf(context, statistics.Oid))
                yield return
                [
                    .. Head(context, statistics, table), statistics.Columns.Length == 0 ? CatalogValue.Null : Names(table, statistics), statistics.Expressions.Length == 0 ? CatalogValue.Null : Array.ConvertAll(statistics.Expressions, e => Text(context, e, table)),
                    Array.ConvertAll(statistics.Kinds, static kind => (long)kind), inherited, data.DistinctText, data.DependenciesText, .. Common(data.Common),
                ];
    }

    public static IEnumerable<CatalogValue[]> Expressions(SystemScanContext context)
    {
        foreach ((ExtendedStatistics statistics, RelationInfo table) in Visible(context))
        {
            bool isBuilt = false;
            foreach ((bool inherited, ExtendedStatisticsData data) in DataOf(context, statistics.Oid))
            {
                isBuilt = true;
                for (int i = 0; i < statistics.Expressions.Length; i++)
                    yield return
                    [
                        .. Head(context, statistics, table), Text(context, statistics.Expressions[i], table), inherited,
                        .. data.Expressions is { } all && i < all.Length ? Summary(all[i]) : new CatalogValue[SummaryColumns],
                    ];
            }

            // Expressions are there before anything is known of them.
            for (int i = 0; !isBuilt && i < statistics.Expressions.Length; i++)
                yield return [.. Head(context, statistics, table), Text(context, statistics.Expressions[i], table), CatalogValue.Null, .. new CatalogValue[SummaryColumns]];
        }
    }

    private static IEnumerable<(bool Inherited, ExtendedStatisticsData Data)> DataOf(SystemScanContext context, uint oid)
    {
        if (ExtendedStatistics.DataOf(context.Catalog, oid, inherited: false) is { } own)
            yield return (false, own);
        if (ExtendedStatistics.DataOf(context.Catalog, oid, inherited: true) is { } whole)
            yield return (true, whole);
    }

    private static IEnumerable<(ExtendedStatistics, RelationInfo)> Visible(SystemScanContext context)
    {
        foreach (CatalogObject entry in context.Catalog.ObjectsOf(CatalogOids.PgStatisticExt))
        {
            ExtendedStatistics statistics = ExtendedStatistics.Of(entry);
            RelationInfo table = context.Catalog.FindRelation(statistics.TableOid)!;
            if (MayRead(context, table, statistics.Columns))
                yield return (statistics, table);
        }
    }

    private static CatalogValue[] Head(SystemScanContext context, ExtendedStatistics statistics, RelationInfo table) =>
        [SchemaOf(context, table.SchemaOid), table.Name, SchemaOf(context, statistics.SchemaOid), statistics.Name, context.Catalog.RoleName(statistics.OwnerOid)];

    private static string Text(SystemScanContext context, CatalogExpression expression, RelationInfo table) =>
        context.Session?.Context.Catalog.Show(expression, table, null, pretty: false) ?? expression.Text;

    private static string[] Names(RelationInfo table, ExtendedStatistics statistics) => Array.ConvertAll(statistics.Columns, number => table.Columns[number - 1].Name);

    private static CatalogValue[] Summary(ColumnStatistics statistics) =>
    [
        CatalogValue.Float(statistics.NullFraction), statistics.Width, CatalogValue.Float(statistics.Distinct),
        Texts(statistics.CommonValues), Floats(statistics.CommonFrequencies), Texts(statistics.HistogramBounds),
        statistics.Correlation is { } correlation ? CatalogValue.Float(correlation) : CatalogValue.Null,
        Texts(statistics.CommonElements), Floats(statistics.ElementFrequencies), Floats(statistics.ElementCounts),
    ];

    private static CatalogValue[] Common(CommonCombination[]? items)
    {
        if (items is null)
            return [CatalogValue.Null, CatalogValue.Null, CatalogValue.Null, CatalogValue.Null];
        // Arrays of two dimensions, in their text form.
        string Rows(Func<string?, string> element) => "{" + string.Join(',', items.Select(item => "{" + string.Join(',', item.Values.Select(element)) + "}")) + "}";
        return
        [
            Rows(static value => value is null ? "NULL" : "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\""),
            Rows(static value => value is null ? "t" : "f"),
            "{" + string.Join(',', items.Select(static item => item.Frequency.ToString("R", System.Globalization.CultureInfo.InvariantCulture))) + "}",
            "{" + string.Join(',', items.Select(static item => item.BaseFrequency.ToString("R", System.Globalization.CultureInfo.InvariantCulture))) + "}",
        ];
    }

    private static CatalogValue Texts(string[] values) => values.Length == 0 ? CatalogValue.Null : values;

    private static CatalogValue Floats(float[] values) => values.Length == 0 ? CatalogValue.Null : values;

    private static string? SchemaOf(SystemScanContext context, uint schema) => context.Catalog.FindSchema(schema)?.Name;

    private static bool MayRead(SystemScanContext context, RelationInfo relation, short[] columns)
    {
        if (context.Session is not { } session)
            return true;
        RelationInfo table = relation.Index is { } index ? context.Catalog.FindRelation(index.TableOid)! : relation;
        Permissions permissions = session.Context.Catalog.Permissions;
        uint role = session.Context.CurrentUserOid;
        if ((permissions.OfRelation(role, table) & Privileges.Select) != 0)
            return true;
        return relation.Index is null && columns.Length > 0 && Array.TrueForAll(columns, number => (permissions.OfColumn(role, table, table.Columns[number - 1]) & Privileges.Select) != 0);
    }
}
