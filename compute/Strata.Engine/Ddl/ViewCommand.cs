using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Deparsing;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE [OR REPLACE] VIEW.</summary>
internal static class ViewCommand
{
    public static void Create(DdlContext context, CreateViewStatement statement, string own)
    {
        if (statement.IsRecursive)
            statement = Recursive(statement, ref own, context);
        RecordedQuery recorded = RecordedBinding.Bind(statement.Query, StoredExpressions.RecordedContextOf(context));
        BoundStatement bound = recorded.Statement;
        SchemaInfo schema = context.CreationSchema(statement.Relation.Schema, statement.Relation.Position, PersistenceOf(context, statement, bound));
        context.LockName(schema.Oid, statement.Relation.Name);
        RelationInfo? existing = context.View.FindRelation(schema.Oid, statement.Relation.Name);
        if (existing is not null && !statement.OrReplace)
            throw new SqlException(SqlState.DuplicateTable, $"relation \"{statement.Relation.Name}\" already exists");
        if (existing is not null && existing.View is null)
            throw new SqlException(SqlState.WrongObjectType, $"\"{existing.Name}\" is not a view");
        if (statement.Columns.Count > bound.Output.Count)
            throw new SqlException(SqlState.SyntaxError, "CREATE VIEW specifies more column names than columns");
        ColumnInfo[] columns = Columns(statement, bound);
        ViewInfo definition = Definition(context, recorded, columns, () =>
            own.StartsWith("WITH RECURSIVE", StringComparison.Ordinal) && !context.StatementText.Contains(own, StringComparison.Ordinal) ? own : ViewText.Of(context, statement, own));
        if (existing is not null)
        {
            Replace(context, existing, columns, definition, recorded, statement);
            RequireUpdatable(context, context.View.FindRelation(existing.Oid)!);
            return;
        }

        context.CheckNameIsFree(schema.Oid, statement.Relation.Name, hasRowType: true);
        uint oid = context.NewOid();
        context.CreateRelation(new RelationInfo
        {
            Oid = oid,
            Name = statement.Relation.Name,
            SchemaOid = schema.Oid,
            Kind = RelationKind.View,
            OwnerOid = context.CurrentUser,
            Database = context.DatabaseOid,
            RowTypeOid = context.NewTypePair(),
            Columns = columns,
            View = definition,
            Dependencies = Dependencies(context, oid, recorded),
            Options = Options(statement),
        });
        RequireUpdatable(context, context.View.FindRelation(oid)!);
    }

    // A view over a temporary relation can't outlive it.
    private static RelationPersistence PersistenceOf(DdlContext context, CreateViewStatement statement, BoundStatement bound)
    {
        if (statement.Relation.Persistence == RelationPersistence.Temporary || !bound.Dependencies.Any(d => context.View.FindRelation(d.RelationOid) is { Persistence: 't' }))
            return statement.Relation.Persistence;
        context.Notice($"view \"{statement.Relation.Name}\" will be a temporary view");
        return RelationPersistence.Temporary;
    }

    // CREATE RECURSIVE VIEW v (a) AS q is CREATE VIEW v AS WITH RECURSIVE v (a) AS (q) SELECT a FROM v.
    private static CreateViewStatement Recursive(CreateViewStatement statement, ref string own, DdlContext context)
    {
        string name = TypeNames.QuoteIdentifier(statement.Relation.Name);
        string columns = string.Join(", ", statement.Columns.AsSpan().ToArray().Select(TypeNames.QuoteIdentifier));
        int start = context.StatementText.IndexOf(own, StringComparison.Ordinal);
        string query = context.StatementText[statement.Query.Position..(Math.Max(start, 0) + own.Length)].Trim().TrimEnd(';').Trim();
        own = $"WITH RECURSIVE {name}({columns}) AS ({query}) SELECT {columns} FROM {name}";
        return statement with { IsRecursive = false, Columns = default, Query = (SelectStatement)CatalogParser.ParseStatement(own) };
    }

    private static string[]? Options(CreateViewStatement statement)
    {
        string[] options = StorageOptions.Parse(statement.Options, StorageOptionKinds.View) ?? [];
        if (statement.CheckOption != ViewCheckOption.None)
            options = [.. options, statement.CheckOption == ViewCheckOption.Local ? "check_option=local" : "check_option=cascaded"];
        return options.Length == 0 ? null : options;
    }

    private static void RequireUpdatable(DdlContext context, RelationInfo view)
    {
        if (!Array.Exists(view.Options ?? [], static o => o.StartsWith("check_option=", StringComparison.Ordinal)))
            return;
        try
        {
            Binder.CheckUpdatable(view, StoredExpressions.BindingContextOf(context));
        }
        catch (SqlException error) when (error.State == SqlState.ObjectNotInPrerequisiteState)
        {
            throw new SqlException(SqlState.FeatureNotSupported, "WITH CHECK OPTION is supported only on automatically updatable views") { Hint = error.Detail };
        }
    }

    private static ColumnInfo[] Columns(CreateViewStatement statement, BoundStatement bound)
    {
        var columns = new ColumnInfo[bound.Output.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            OutputColumn output = bound.Output[i];
            string name = i < statement.Columns.Count ? statement.Columns[i] : output.Name;
            for (int j = 0; j < i; j++)
                if (columns[j].Name == name)
                    throw new SqlException(SqlState.DuplicateColumn, $"column \"{name}\" specified more than once");
            SqlType type = output.Type.Oid == TypeOid.Unknown ? SqlType.Text : output.Type;
            columns[i] = ColumnBuilder.Make((short)(i + 1), name, type);
        }

        return columns;
    }

    private static void Replace(DdlContext context, RelationInfo existing, ColumnInfo[] columns, ViewInfo definition, RecordedQuery recorded, CreateViewStatement statement)
    {
        context.CheckOwner(existing);
        RelationInfo current = context.LockRelation(existing, RelationLockMode.AccessExclusive)!;
        if (columns.Length < current.Columns.Length)
            throw new SqlException(SqlState.InvalidTableDefinition, "cannot drop columns from view");
        for (int i = 0; i < current.Columns.Length; i++)
        {
            ColumnInfo before = current.Columns[i], after = columns[i];
            if (before.Name != after.Name)
                throw new SqlException(SqlState.InvalidTableDefinition, $"cannot change name of view column \"{before.Name}\" to \"{after.Name}\"")
                {
                    Hint = "Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.",
                };
            if (before.TypeOid != after.TypeOid || before.TypeModifier != after.TypeModifier)
                throw new SqlException(SqlState.InvalidTableDefinition,
                    $"cannot change data type of view column \"{before.Name}\" from {Format(context, before)} to {Format(context, after)}");
        }

        context.Replace(current, current with { Columns = columns, View = new ViewInfo(definition.Text) { RuleOid = current.View!.RuleOid, SearchPath = definition.SearchPath }, Dependencies = Dependencies(context, current.Oid, recorded), Options = Options(statement) });
    }

    private static string Format(DdlContext context, ColumnInfo column) => TypeNames.Format(TypeResolver.Find(column.TypeOid, context.View)!, column.TypeModifier);

    /// <summary>The definition that the catalog keeps. <paramref name="written"/>: the text to fall back to, under the session's search path, for queries that can't be printed again.</summary>
    public static ViewInfo Definition(DdlContext context, RecordedQuery query, ColumnInfo[] columns, Func<string> written)
    {
        try
        {
            string text = StoredDefinitions.KeptText(query, [.. columns.Select(static c => c.Name)], context.View, context.Session);
            return new ViewInfo(text) { RuleOid = context.NewOid(), SearchPath = DefinitionNames.StoredPath.Schemas };
        }
        catch (SqlException error) when (error.State == SqlState.FeatureNotSupported)
        {
            return new ViewInfo(written()) { RuleOid = context.NewOid(), SearchPath = context.Session.SearchPath.Schemas };
        }
    }

    /// <summary>What a view depends on: columns of relations where the query names them, else whole relations; routines.</summary>
    public static Dependency[] Dependencies(DdlContext context, uint viewOid, RecordedQuery query)
    {
        return [.. RecordedDependencies.Of(context, new ObjectAddress(CatalogOids.PgClass, viewOid), query.Recorder, query.Statement.Dependencies).Distinct()];
    }
}
