using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE and REFRESH MATERIALIZED VIEW: a table that keeps a query's result, and the query.</summary>
internal static class MaterializedViewCommands
{
    /// <summary>Makes one; the number of rows, or null when it was there already or is left empty.</summary>
    public static long? Create(DdlContext context, CreateTableAsStatement statement, string own)
    {
        var query = (SelectStatement)statement.Query;
        int begin = Math.Max(query.Position, 0), start = context.StatementText.IndexOf(own, StringComparison.Ordinal);
        string slice = context.StatementText[begin..(Math.Max(start, 0) + own.Length)].Trim().TrimEnd(';').Trim();
        slice = System.Text.RegularExpressions.Regex.Replace(slice, @"\s+with\s+(no\s+)?data\s*$", "", System.Text.RegularExpressions.RegexOptions.IgnoreCase);
        SchemaInfo schema = context.CreationSchema(statement.Into.Relation.Schema, statement.Into.Relation.Position, statement.Into.Relation.Persistence);
        if (statement.IfNotExists && context.View.FindRelation(schema.Oid, statement.Into.Relation.Name) is not null)
        {
            context.Session.Notice($"relation \"{statement.Into.Relation.Name}\" already exists, skipping", sqlState: SqlState.DuplicateTable.Code);
            return null;
        }

        RecordedQuery recorded = RecordedBinding.Bind(query, StoredExpressions.RecordedContextOf(context));
        long? rows = CreateTableCommand.ExecuteAs(context, statement.Into, query, ifNotExists: false);
        RelationInfo table = context.View.FindRelation(schema.Oid, statement.Into.Relation.Name)!;
        context.Replace(table, table with
        {
            Kind = RelationKind.MaterializedView,
            IsPopulated = !statement.Into.WithNoData,
            View = ViewCommand.Definition(context, recorded, table.Columns, () => ViewText.Of(slice, query, statement.Into.Columns)),
            Dependencies = [.. table.Dependencies, .. ViewCommand.Dependencies(context, table.Oid, recorded)],
        });
        return statement.Into.WithNoData ? null : rows;
    }

    public static void Refresh(DdlContext context, RefreshMaterializedViewStatement statement)
    {
        RelationInfo view = context.Require(statement.Relation, statement.IsConcurrent ? RelationLockMode.Exclusive : RelationLockMode.AccessExclusive);
        if (view.Kind != RelationKind.MaterializedView)
            throw view.Kind is RelationKind.Table or RelationKind.PartitionedTable
                ? new SqlException(SqlState.FeatureNotSupported, $"\"{view.Name}\" is not a materialized view")
                : new SqlException(SqlState.WrongObjectType, $"\"{view.Name}\" is not a table or materialized view");
        context.CheckOwner(view);
        if (statement.IsConcurrent)
        {
            CheckConcurrent(view, statement.WithNoData);
            new ConcurrentRefresh(context, view).Run();
            return;
        }

        // While it is filled it is a plain table, which an INSERT may write.
        RelationInfo table = context.Replace(view, view with { Kind = RelationKind.Table, View = null });
        TruncateCommand.Empty(context, table, restartIdentity: false);
        if (!statement.WithNoData)
        {
            string schema = context.View.FindSchema(view.SchemaOid)!.Name;
            var insert = new InsertStatement(new RelationName(null, schema, view.Name, -1), (SelectStatement)view.View!.Query, -1);
            new InternalQuery(context) { SearchPath = new SearchPath(view.View.SearchPath, 0) }.Run(insert, view.View.Text);
        }

        table = context.View.FindRelation(view.Oid)!;
        context.Replace(table, table with { Kind = RelationKind.MaterializedView, View = view.View, IsPopulated = !statement.WithNoData });
    }

    private static void CheckConcurrent(RelationInfo view, bool withNoData)
    {
        if (!view.IsPopulated)
            throw new SqlException(SqlState.FeatureNotSupported, "CONCURRENTLY cannot be used when the materialized view is not populated");
        if (withNoData)
            throw new SqlException(SqlState.SyntaxError, "CONCURRENTLY and WITH NO DATA options cannot be used together");
    }
}
