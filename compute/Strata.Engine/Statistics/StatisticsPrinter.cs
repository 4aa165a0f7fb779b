using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Statistics;

/// <summary>Statistics objects as SQL: what <c>pg_get_statisticsobjdef</c> gives. Stateless.</summary>
internal static class StatisticsPrinter
{
    /// <summary>CREATE STATISTICS, or its list of columns alone.</summary>
    public static string Definition(ExtendedStatistics statistics, CatalogView view, Func<RelationInfo, string> relationName, Func<CatalogExpression, RelationInfo, string> show, bool columnsOnly)
    {
        RelationInfo table = view.FindRelation(statistics.TableOid)!;
        string columns = string.Join(", ", statistics.Columns.Select(number => TypeNames.QuoteIdentifier(table.Columns[number - 1].Name)).Concat(statistics.Expressions.Select(expression => Element(expression, show(expression, table)))));
        if (columnsOnly)
            return columns;
        string name = TypeNames.QuoteIdentifier(view.FindSchema(statistics.SchemaOid)!.Name) + "." + TypeNames.QuoteIdentifier(statistics.Name);
        return $"CREATE STATISTICS {name}{Kinds(statistics)} ON {columns} FROM {relationName(table)}";
    }

    // Kinds are shown when they are not all; of a single expression there is but one.
    private static string Kinds(ExtendedStatistics statistics)
    {
        if (statistics.Dimensions < 2)
            return "";
        var kinds = new List<string>();
        if (statistics.Has(ExtendedStatistics.DistinctKind))
            kinds.Add("ndistinct");
        if (statistics.Has(ExtendedStatistics.DependenciesKind))
            kinds.Add("dependencies");
        if (statistics.Has(ExtendedStatistics.CommonKind))
            kinds.Add("mcv");
        return kinds.Count == 3 ? "" : $" ({string.Join(", ", kinds)})";
    }

    private static string Element(CatalogExpression expression, string text) =>
        expression.Syntax is FunctionCall { Syntax: CallSyntax.Plain } or CoalesceExpression or MinMaxExpression or NullIfExpression ? text : $"({text})";
}
