using Strata.Engine.Catalog;
using Strata.Engine.Types;

namespace Strata.Engine.Statistics;

/// <summary>A statistics object: its <c>pg_statistic_ext</c> row. Its data stand in an object of their own (<see cref="ExtendedStatisticsData"/>). Immutable.</summary>
internal sealed record ExtendedStatistics
{
    public const char DistinctKind = 'd';
    public const char DependenciesKind = 'f';
    public const char CommonKind = 'm';
    public const char ExpressionsKind = 'e';

    /// <summary>Most columns and expressions of one object.</summary>
    public const int DimensionsMax = 8;

    // Rows are read in every planning and change with ANALYZE only.
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<string[], ExtendedStatisticsData> s_parsed = [];

    private const int TableColumn = 1;
    private const int TargetColumn = 5;

    public required uint Oid { get; init; }
    public required string Name { get; init; }
    public required uint SchemaOid { get; init; }
    public required uint OwnerOid { get; init; }
    public required uint TableOid { get; init; }

    /// <summary><c>stxstattarget</c>: -1 for the columns' own.</summary>
    public required int Target { get; init; }

    /// <summary>Column numbers, ascending.</summary>
    public required short[] Columns { get; init; }

    /// <summary><c>stxkind</c>.</summary>
    public required char[] Kinds { get; init; }

    public required CatalogExpression[] Expressions { get; init; }

    /// <summary>Number of columns and expressions together.</summary>
    public int Dimensions => Columns.Length + Expressions.Length;

    public bool Has(char kind) => Array.IndexOf(Kinds, kind) >= 0;

    /// <summary>Reads an object of the catalog.</summary>
    public static ExtendedStatistics Of(CatalogObject entry) => new()
    {
        Oid = entry.Oid,
        Name = entry.Name,
        SchemaOid = entry.SchemaOid,
        OwnerOid = entry.OwnerOid,
        TableOid = entry.OidAt(TableColumn),
        Target = (int)entry.Number(TargetColumn),
        Columns = Array.ConvertAll((long[])entry.Row[6].Array, static number => (short)number),
        Kinds = Array.ConvertAll((long[])entry.Row[7].Array, static kind => (char)kind),
        Expressions = entry.Row[8].IsNull ? [] : [.. ExpressionList.Split(entry.Row[8].Text).Select(static text => new CatalogExpression(text))],
    };

    /// <summary>The catalog's row.</summary>
    public CatalogValue[] ToRow() =>
    [
        Oid, TableOid, Name, SchemaOid, OwnerOid, Target, Array.ConvertAll(Columns, static number => (long)number), Array.ConvertAll(Kinds, static kind => (long)kind),
        Expressions.Length == 0 ? CatalogValue.Null : ExpressionList.Join([.. Expressions.Select(static e => e.Text)]),
    ];

    /// <summary>The objects on a table, by OID.</summary>
    public static IReadOnlyList<CatalogObject> On(CatalogView view, uint table)
    {
        List<CatalogObject>? found = null;
        foreach (CatalogObject entry in view.ObjectsOf(CatalogOids.PgStatisticExt))
        {
            if (entry.OidAt(TableColumn) == table)
                (found ??= []).Add(entry);
        }

        found?.Sort(static (a, b) => a.Oid.CompareTo(b.Oid));
        return found ?? (IReadOnlyList<CatalogObject>)[];
    }

    /// <summary>What ANALYZE built for an object; null when it did not.</summary>
    public static ExtendedStatisticsData? DataOf(CatalogView view, uint oid, bool inherited)
    {
        if (view.FindObject(CatalogOids.PgStatisticExtData, oid) is not { } data || data.Row[inherited ? 2 : 1] is not { IsNull: false } stored)
            return null;
        return s_parsed.GetValue((string[])stored.Array, static items => ExtendedStatisticsData.Parse(items));
    }

    /// <summary>The same row with another target.</summary>
    public static CatalogObject WithTarget(CatalogObject entry, int target) => entry.With((TargetColumn, target));

    /// <summary>An empty row of data, that goes with the object.</summary>
    public static CatalogObject NewData(uint oid) => CatalogObjectShapes.Make(
        CatalogOids.PgStatisticExtData, [oid, CatalogValue.Null, CatalogValue.Null],
        [new Dependency(new ObjectAddress(CatalogOids.PgStatisticExtData, oid), new ObjectAddress(CatalogOids.PgStatisticExt, oid), DependencyKind.Internal)]);
}
