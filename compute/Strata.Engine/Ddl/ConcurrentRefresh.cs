using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>
/// REFRESH MATERIALIZED VIEW CONCURRENTLY: the query's result goes to a temporary table, and what differs is deleted from the view and inserted into it, so that readers go on with what they see. Rows are matched by
/// the columns of a unique index and then byte by byte.
/// </summary>
internal sealed class ConcurrentRefresh(DdlContext context, RelationInfo view)
{
    /// <summary>Carries it out on a view that is locked against writers. Throws 21000, 55000.</summary>
    public void Run()
    {
        IndexInfo index = Array.Find(view.Indexes, static i => i.IsUnique && i.IsImmediate && i.IsValid && i.Predicate is null && Array.TrueForAll(i.Keys, static k => k.Column > 0))
            ?? throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"cannot refresh materialized view \"{context.Session.Catalog.QualifiedName(view)}\" concurrently")
            {
                Hint = "Create a unique index with no WHERE clause on one or more columns of the materialized view.",
            };
        RelationInfo scratch = CreateScratch();
        string result = context.Session.Catalog.QualifiedName(scratch), stored = context.Session.Catalog.QualifiedName(view);
        CheckDuplicates(result, index);
        // While it is changed it is a plain table, which statements may write.
        context.Replace(view, view with { Kind = RelationKind.Table, View = null });
        string same = $"{Match("old", "new", index)} AND new.* OPERATOR(pg_catalog.*=) old.*";
        Run($"DELETE FROM {stored} AS old WHERE NOT EXISTS (SELECT 1 FROM {result} AS new WHERE {same})");
        Run($"INSERT INTO {stored} SELECT new.* FROM {result} AS new WHERE NOT EXISTS (SELECT 1 FROM {stored} AS old WHERE {same})");
        RelationInfo table = context.View.FindRelation(view.Oid)!;
        context.Replace(table, table with { Kind = RelationKind.MaterializedView, View = view.View, IsPopulated = true });
        DropCommand.DropRelation(context, scratch);
    }

    private RelationInfo CreateScratch()
    {
        SchemaInfo schema = context.Session.Temporary.EnsureSchema(context);
        var builder = new TableBuilder(context, schema, $"pg_temp_{view.Oid}_new");
        foreach (ColumnInfo column in view.Columns)
            builder.AddColumn(column.Name, TypeResolver.Find(column.TypeOid, context.View)!.WithTypmod(column.TypeModifier).WithCollation(column.CollationOid));
        RelationInfo scratch = builder.Create(RelationPersistence.Temporary, options: default);
        var insert = new InsertStatement(new RelationName(null, schema.Name, scratch.Name, -1), (SelectStatement)view.View!.Query, -1);
        new InternalQuery(context) { SearchPath = new SearchPath(view.View.SearchPath, 0) }.Run(insert, view.View.Text);
        return context.View.FindRelation(scratch.Oid)!;
    }

    // Two rows that are the same can't both be matched with one.
    private void CheckDuplicates(string result, IndexInfo index)
    {
        string?[]? twice = First(
            $"SELECT one.*::text FROM {result} AS one WHERE one.* IS NOT NULL AND EXISTS (SELECT 1 FROM {result} AS other WHERE {Match("one", "other", index)} " +
            "AND other.* OPERATOR(pg_catalog.*=) one.* AND other.ctid <> one.ctid)");
        if (twice is not null)
            throw new SqlException(SqlState.CardinalityViolation, $"new data for materialized view \"{view.Name}\" contains duplicate rows without any null columns")
            {
                Detail = $"Row: {twice[0]}",
            };
    }

    private string Match(string left, string right, IndexInfo index) => string.Join(" AND ", index.Keys.Take(index.KeyCount).Select(key =>
    {
        string column = TypeNames.QuoteIdentifier(view.Columns[key.Column - 1].Name);
        return $"{left}.{column} = {right}.{column}";
    }));

    private void Run(string sql) => Query().Run(sql);

    private string?[]? First(string sql) => Query().First(sql);

    private InternalQuery Query() => new(context) { SearchPath = new SearchPath([CatalogOids.CatalogSchema], 0) };
}
