using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Statistics;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE STATISTICS and ALTER STATISTICS … SET STATISTICS, and what happens to statistics objects when their columns change.</summary>
internal static class StatisticsCommand
{
    private const int TargetMax = 10_000;

    public static void Create(DdlContext context, CreateStatisticsStatement statement)
    {
        if (statement.From.Count != 1)
            throw new SqlException(SqlState.FeatureNotSupported, "only a single relation is allowed in CREATE STATISTICS");
        if (statement.From[0] is not TableItem { Relation: { } relation } item || item.GetType() != typeof(TableItem))
            throw new SqlException(SqlState.FeatureNotSupported, "CREATE STATISTICS only supports relation names in the FROM clause");
        RelationInfo table = context.Require(relation, RelationLockMode.ShareUpdateExclusive);
        CheckKind(table);
        context.CheckOwner(table);
        QualifiedName name = statement.Name!;
        SchemaInfo schema = context.CreationSchema(name.Schema, name.Position);
        context.LockName(schema.Oid, name.Name);
        if (context.View.ObjectsOf(CatalogOids.PgStatisticExt).Any(known => known.SchemaOid == schema.Oid && known.Name == name.Name))
        {
            if (!statement.IfNotExists)
                throw new SqlException(SqlState.DuplicateObject, $"statistics object \"{name.Name}\" already exists");
            context.Session.Notice($"statistics object \"{name.Name}\" already exists, skipping", "NOTICE", "42710");
            return;
        }

        if (statement.Elements.Count > ExtendedStatistics.DimensionsMax)
            throw new SqlException(SqlState.TooManyColumns, $"cannot have more than {ExtendedStatistics.DimensionsMax} columns in statistics");
        (List<short> columns, List<CatalogExpression> expressions) = Elements(context, table, statement);
        char[] kinds = Kinds(statement, columns.Count, expressions.Count);
        CheckDistinct(columns, expressions);
        Store(context, new ExtendedStatistics
        {
            Oid = context.NewOid(),
            Name = name.Name,
            SchemaOid = schema.Oid,
            OwnerOid = context.CurrentUser,
            TableOid = table.Oid,
            Target = -1,
            Columns = [.. columns.Order()],
            Kinds = kinds,
            Expressions = [.. expressions],
        }, table);
    }

    private static void Store(DdlContext context, ExtendedStatistics statistics, RelationInfo table)
    {
        var self = new ObjectAddress(CatalogOids.PgStatisticExt, statistics.Oid);
        var numbers = new SortedSet<short>(statistics.Columns);
        foreach (CatalogExpression expression in statistics.Expressions)
            foreach (string column in StoredExpressions.ColumnNames(expression.Syntax))
                if (table.FindColumn(column) is { } found)
                    numbers.Add(found.Number);
        Dependency[] dependencies = numbers.Count == 0
            ? [new Dependency(self, new ObjectAddress(CatalogOids.PgClass, table.Oid), DependencyKind.Auto)]
            : [.. numbers.Select(number => new Dependency(self, new ObjectAddress(CatalogOids.PgClass, table.Oid, number), DependencyKind.Auto))];
        context.Changes.Create(CatalogObjectShapes.Make(CatalogOids.PgStatisticExt, statistics.ToRow(), dependencies), context.Cancellation);
    }

    /// <summary>Makes the statistics objects of one table for another made like it (LIKE … INCLUDING STATISTICS).</summary>
    public static void Copy(DdlContext context, RelationInfo source, RelationInfo table, bool withComments)
    {
        foreach (CatalogObject entry in ExtendedStatistics.On(context.View, source.Oid))
        {
            ExtendedStatistics statistics = ExtendedStatistics.Of(entry);
            IEnumerable<string> parts = statistics.Columns.Select(number => source.Columns[number - 1].Name).Concat(statistics.Expressions.Select(static _ => "expr"));
            string stem = $"{table.Name}_{string.Join('_', parts)}_stat", name = stem;
            for (int i = 1; context.View.ObjectsOf(CatalogOids.PgStatisticExt).Any(known => known.SchemaOid == table.SchemaOid && known.Name == name); i++)
                name = stem + i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            uint oid = context.NewOid();
            Store(context, statistics with
            {
                Oid = oid,
                Name = name,
                SchemaOid = table.SchemaOid,
                OwnerOid = context.CurrentUser,
                TableOid = table.Oid,
                Columns = [.. RelationTree.Map(source, table, statistics.Columns).Order()],
            }, table);
            if (withComments && context.View.FindComment(new ObjectAddress(CatalogOids.PgStatisticExt, entry.Oid)) is { } comment)
                context.Changes.Create(new CommentInfo(new ObjectAddress(CatalogOids.PgStatisticExt, oid), comment), context.Cancellation);
        }
    }

    private static void CheckKind(RelationInfo table)
    {
        string? kind = table.Kind switch
        {
            RelationKind.Table or RelationKind.MaterializedView or RelationKind.PartitionedTable => null,
            RelationKind.Index => "indexes",
            RelationKind.PartitionedIndex => "partitioned indexes",
            RelationKind.Sequence => "sequences",
            RelationKind.View => "views",
            RelationKind.CompositeType => "composite types",
            _ => "TOAST tables",
        };
        if (kind is not null)
            throw new SqlException(SqlState.WrongObjectType, $"cannot define statistics for relation \"{table.Name}\"") { Detail = $"This operation is not supported for {kind}." };
    }

    private static (List<short> Columns, List<CatalogExpression> Expressions) Elements(DdlContext context, RelationInfo table, CreateStatisticsStatement statement)
    {
        var columns = new List<short>();
        var expressions = new List<CatalogExpression>();
        foreach (IndexElement element in statement.Elements)
        {
            string? name = element.Column ?? (element.Expression is ColumnReference { IsStar: false, Names.Count: 1 } reference ? reference.Names[0] : null);
            if (name is not null)
            {
                columns.Add(Column(context, table, name));
                continue;
            }

            if (StoredExpressions.ColumnNames(element.Expression!).Any(ColumnBuilder.SystemColumn))
                throw new SqlException(SqlState.FeatureNotSupported, "statistics creation on system columns is not supported");
            CatalogExpression expression = StoredExpressions.OverTable(context, table, element.Expression!, isCondition: false);
            SqlType type = Binder.BindOverRow(expression.Syntax, table, isCondition: false, StoredExpressions.BindingContextOf(context)).Type;
            if (statement.Elements.Count > 1 && !SampledColumn.IsOrdered(type))
                throw new SqlException(SqlState.FeatureNotSupported, $"expression cannot be used in multivariate statistics because its type {TypeNames.Format(type)} has no default btree operator class");
            expressions.Add(expression);
        }

        return (columns, expressions);
    }

    private static short Column(DdlContext context, RelationInfo table, string name)
    {
        if (table.FindColumn(name) is not { } column)
            throw ColumnBuilder.SystemColumn(name)
                ? new SqlException(SqlState.FeatureNotSupported, "statistics creation on system columns is not supported")
                : new SqlException(SqlState.UndefinedColumn, $"column \"{name}\" does not exist");
        SqlType type = TypeResolver.Find(column.TypeOid, context.View)!;
        if (!KeyEncoder.IsSupported(type) || !SampledColumn.IsOrdered(type))
            throw new SqlException(SqlState.FeatureNotSupported, $"column \"{name}\" cannot be used in statistics because its type {TypeNames.Format(type)} has no default btree operator class");
        return column.Number;
    }

    private static char[] Kinds(CreateStatisticsStatement statement, int columns, int expressions)
    {
        if (columns == 0 && expressions == 1)
        {
            if (!statement.Kinds.IsEmpty)
                throw new SqlException(SqlState.SyntaxError, "when building statistics on a single expression, statistics kinds may not be specified");
            return [ExtendedStatistics.ExpressionsKind];
        }

        if (columns + expressions < 2)
            throw new SqlException(SqlState.InvalidObjectDefinition, "extended statistics require at least 2 columns");
        bool distinct = statement.Kinds.IsEmpty, dependencies = statement.Kinds.IsEmpty, common = statement.Kinds.IsEmpty;
        foreach (string kind in statement.Kinds)
            switch (kind)
            {
                case "ndistinct":
                    distinct = true;
                    break;
                case "dependencies":
                    dependencies = true;
                    break;
                case "mcv":
                    common = true;
                    break;
                default:
                    throw new SqlException(SqlState.SyntaxError, $"unrecognized statistics kind \"{kind}\"");
            }

        var kinds = new List<char>();
        if (distinct)
            kinds.Add(ExtendedStatistics.DistinctKind);
        if (dependencies)
            kinds.Add(ExtendedStatistics.DependenciesKind);
        if (common)
            kinds.Add(ExtendedStatistics.CommonKind);
        if (expressions > 0)
            kinds.Add(ExtendedStatistics.ExpressionsKind);
        return [.. kinds];
    }

    private static void CheckDistinct(List<short> columns, List<CatalogExpression> expressions)
    {
        if (columns.Distinct().Count() != columns.Count)
            throw new SqlException(SqlState.DuplicateColumn, "duplicate column name in statistics definition");
        if (expressions.Select(static e => e.Text).Distinct().Count() != expressions.Count)
            throw new SqlException(SqlState.DuplicateColumn, "duplicate expression in statistics definition");
    }

    public static void Alter(DdlContext context, AlterStatisticsStatement statement)
    {
        int target = statement.Target;
        if (target < -1)
            throw new SqlException(SqlState.InvalidParameterValue, $"statistics target {target} is too low");
        if (target > TargetMax)
        {
            context.Session.Notice($"lowering statistics target to {TargetMax}", "WARNING", "22023");
            target = TargetMax;
        }

        if (ObjectFinder.Find(context, ObjectKind.Statistics, new NamedObject(statement.Name, statement.Position), statement.IfExists) is not CatalogObject entry)
            return;
        ObjectFinder.CheckOwner(context, entry);
        context.Changes.Replace(entry, ExtendedStatistics.WithTarget(entry, target), context.Cancellation);
    }

    /// <summary>An object went: plans that were made with it are made anew.</summary>
    public static void Forget(DdlContext context, CatalogObject entry)
    {
        if (context.View.FindRelation(ExtendedStatistics.Of(entry).TableOid) is { } table)
            context.Replace(table, table);
    }

    /// <summary>A column goes: so do the objects over it.</summary>
    public static void DropFor(DdlContext context, uint table, short column)
    {
        foreach (CatalogObject entry in Over(context, table, column))
        {
            Reset(context, entry);
            foreach (CommentInfo comment in context.View.Comments.Where(c => c.Object == entry.Address).ToArray())
                context.Changes.Drop(comment, context.Cancellation);
            context.Changes.Drop(entry, context.Cancellation);
        }
    }

    /// <summary>A column's values changed their type: what was found of them no longer holds.</summary>
    public static void ResetFor(DdlContext context, uint table, short column)
    {
        foreach (CatalogObject entry in Over(context, table, column))
            Reset(context, entry);
    }

    private static List<CatalogObject> Over(DdlContext context, uint table, short column) =>
        [.. ExtendedStatistics.On(context.View, table).Where(entry => Array.Exists(entry.Dependencies, d => d.Referenced == new ObjectAddress(CatalogOids.PgClass, table, column)))];

    private static void Reset(DdlContext context, CatalogObject entry)
    {
        if (context.View.FindObject(CatalogOids.PgStatisticExtData, entry.Oid) is { } data)
            context.Changes.Drop(data, context.Cancellation);
    }
}
