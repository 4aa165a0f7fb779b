using Strata.Engine.Catalog;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE INDEX.</summary>
internal sealed class IndexCommands(DdlContext context)
{
    private const int KeysMax = 32;

    public void Create(CreateIndexStatement statement)
    {
        IndexMethod method = MethodOf(statement.AccessMethod);
        RelationInfo table = context.Require(statement.Relation, statement.IsConcurrent ? RelationLockMode.ShareUpdateExclusive : RelationLockMode.Share);
        if (table.Kind is not (RelationKind.Table or RelationKind.PartitionedTable or RelationKind.MaterializedView) || table.SystemTable is not null)
            throw new SqlException(SqlState.WrongObjectType, $"cannot create index on relation \"{table.Name}\"") { Detail = NotSupportedFor(table.Kind) };
        context.CheckOwner(table);
        CheckAbilities(method, statement.IsUnique, !statement.Including.IsEmpty, statement.Elements.Count);
        string[]? options = IndexOptions.Parse(method, statement.Options);
        List<IndexKey> keys = BuildKeys(table, statement.Elements, method);
        int keyCount = keys.Count;
        foreach (IndexElement included in statement.Including)
            keys.Add(Included(table, included));
        if (keys.Count > KeysMax)
            throw new SqlException(SqlState.TooManyColumns, $"cannot use more than {KeysMax} columns in an index");
        CatalogExpression? predicate = statement.Where is null ? null : StoredExpressions.OverTable(context, table, statement.Where, isCondition: true);
        if (predicate is not null
            && Binding.Binder.BindOverRow(statement.Where!, table, isCondition: true, StoredExpressions.BindingContextOf(context)).Volatility != Functions.Volatility.Immutable)
            throw new SqlException(SqlState.InvalidObjectDefinition, "functions in index predicate must be marked IMMUTABLE");
        string name = statement.Name ?? ChooseName(table, statement);
        context.LockName(table.SchemaOid, name);
        if (context.View.FindRelation(table.SchemaOid, name) is not null)
        {
            if (!statement.IfNotExists)
                throw new SqlException(SqlState.DuplicateTable, $"relation \"{name}\" already exists");
            context.Session.Notice($"relation \"{name}\" already exists, skipping", sqlState: SqlState.DuplicateTable.Code);
            return;
        }

        if (table.PartitionKey is not null && statement.IsConcurrent)
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot create index on partitioned table \"{table.Name}\" concurrently");
        if (table.PartitionKey is not null && statement.IsUnique)
            PartitionIndexes.CheckKey(context.View, table, keys, keyCount, "UNIQUE");
        bool besideWriters = statement.IsConcurrent && table.Persistence != 't';
        IndexInfo index = Create(
            table, name, keys, keyCount, statement.IsUnique, isPrimary: false, statement.IsNullsNotDistinct, predicate,
            method: method, options: options, isFilled: !besideWriters);
        if (besideWriters)
            BuildBesideWriters(table.Oid, index.Oid);
        if (table.PartitionKey is not null && statement.Relation.IncludeDescendants)
            new PartitionIndexes(context).CloneToPartitions(context.View.FindRelation(table.Oid)!, index);
        else if (table.PartitionKey is not null && table.Children.Length > 0 && context.View.FindRelation(index.Oid) is { } whole)
            context.Replace(whole, whole with { Index = whole.Index! with { IsValid = false } });
    }

    private void BuildBesideWriters(uint tableOid, uint indexOid)
    {
        using var phases = new ConcurrentPhases(context);
        phases.Keep(tableOid);
        phases.Keep(indexOid);
        var build = new ConcurrentIndexBuild(context, phases, "CREATE INDEX CONCURRENTLY");
        build.Run(tableOid, indexOid);
        build.MarkValid(indexOid);
    }

    private IndexMethod MethodOf(string name)
    {
        if (name == "rtree")
            context.Session.Notice("substituting access method \"gist\" for obsolete method \"rtree\"");
        return IndexMethods.Find(name);
    }

    /// <summary>Throws 0A000 when an access method cannot do what an index is to do.</summary>
    public static void CheckAbilities(IndexMethod method, bool isUnique, bool includes, int columns, bool isExclusion = false)
    {
        string? missing = isUnique && !method.CanBeUnique() ? "unique indexes"
            : includes && !method.CanInclude() ? "included columns"
            : columns > 1 && !method.CanHaveSeveralColumns() ? "multicolumn indexes"
            : isExclusion && !method.CanExclude() ? "exclusion constraints"
            : null;
        if (missing is not null)
            throw new SqlException(SqlState.FeatureNotSupported, $"access method \"{IndexMethods.NameOf(method)}\" does not support {missing}");
    }

    private static string NotSupportedFor(RelationKind kind) => kind switch
    {
        RelationKind.View => "This operation is not supported for views.",
        RelationKind.Sequence => "This operation is not supported for sequences.",
        RelationKind.Index => "This operation is not supported for indexes.",
        _ => "This operation is not supported for such relations.",
    };

    /// <summary>What an expression adds to names that are chosen for an index and its columns.</summary>
    public static string NameOf(Expression expression) => Binding.TargetNaming.NameOf(expression) is var name && name == "?column?" ? "expr" : name;

    private string ChooseName(RelationInfo table, CreateIndexStatement statement)
    {
        var parts = new List<string>();
        foreach (IndexElement element in statement.Elements)
            parts.Add(element.Column ?? NameOf(element.Expression!));
        foreach (IndexElement element in statement.Including)
            parts.Add(element.Column is not { } name ? "expr" : parts.Contains(name) ? name + parts.Count(part => part == name) : name);
        return context.ChooseName(table.Name, string.Join('_', parts), "idx", candidate => context.View.FindRelation(table.SchemaOid, candidate) is not null);
    }

    /// <summary>Keys of index elements, in order.</summary>
    public List<IndexKey> BuildKeys(RelationInfo table, SyntaxList<IndexElement> elements, IndexMethod method = IndexMethod.BTree)
    {
        var keys = new List<IndexKey>();
        foreach (IndexElement element in elements)
        {
            IndexKey key = element.Column is { } column ? IncludedKey(table, RequireColumn(table, column)) : ExpressionKey(table, element.Expression!);
            if (key.Column > 0)
                key = key with { CollationOid = table.Columns[key.Column - 1].CollationOid };
            if (!method.IsOrdered() && element.Direction != SortDirection.Default)
                throw new SqlException(SqlState.FeatureNotSupported, $"access method \"{IndexMethods.NameOf(method)}\" does not support ASC/DESC options");
            if (!method.IsOrdered() && element.Nulls != NullsOrder.Default)
                throw new SqlException(SqlState.FeatureNotSupported, $"access method \"{IndexMethods.NameOf(method)}\" does not support NULLS FIRST/LAST options");
            bool descending = element.Direction == SortDirection.Descending;
            bool nullsFirst = element.Nulls == NullsOrder.First || (element.Nulls != NullsOrder.Last && descending);
            IndexKeyOptions options = (descending ? IndexKeyOptions.Descending : 0) | (nullsFirst ? IndexKeyOptions.NullsFirst : 0);
            uint collation = element.Collation is { } named ? ColumnBuilder.Collation(context, named) : key.CollationOid;
            uint operatorClass = element.OperatorClass is { } given ? OperatorClasses.Find(method, given, key.TypeOid, context) : OperatorClasses.Default(method, key.TypeOid, context);
            keys.Add(key with { Options = options, CollationOid = collation, OperatorClassOid = operatorClass, ClassOptions = OperatorClassOptions.Parse(operatorClass, element.OperatorClassOptions), NativeItems = NativeOperatorClasses.ItemsOf(context.View, operatorClass) });
        }

        return keys;
    }

    private static short RequireColumn(RelationInfo table, string name) => table.FindColumn(name)?.Number ?? throw (IsSystemColumn(name)
        ? new SqlException(SqlState.FeatureNotSupported, "index creation on system columns is not supported")
        : new SqlException(SqlState.UndefinedColumn, $"column \"{name}\" does not exist"));

    private static bool IsSystemColumn(string name) => name is "ctid" or "xmin" or "cmin" or "xmax" or "cmax" or "tableoid";

    /// <summary>A key of a plain column with the type's default operator class.</summary>
    public static IndexKey ColumnKey(RelationInfo table, short number, DdlContext context, IndexMethod method = IndexMethod.BTree)
    {
        ColumnInfo column = table.Columns[number - 1];
        uint operatorClass = OperatorClasses.Default(method, column.TypeOid, context);
        return new IndexKey(number, null, column.TypeOid, column.TypeModifier, column.CollationOid, operatorClass, IndexKeyOptions.None)
        {
            NativeItems = NativeOperatorClasses.ItemsOf(context.View, operatorClass),
        };
    }

    private IndexKey ExpressionKey(RelationInfo table, Expression expression)
    {
        CatalogExpression stored = StoredExpressions.OverTable(context, table, expression, isCondition: false);
        Expressions.Expression bound = Binding.Binder.BindOverRow(expression, table, isCondition: false, StoredExpressions.BindingContextOf(context));
        if (bound.Type.IsPseudo)
            throw new SqlException(SqlState.InvalidTableDefinition, $"column \"{NameOf(expression)}\" has pseudo-type {TypeNames.Format(bound.Type)}");
        if (bound.Volatility != Functions.Volatility.Immutable)
            throw new SqlException(SqlState.InvalidObjectDefinition, "functions in index expression must be marked IMMUTABLE");
        return new IndexKey(0, stored, bound.Type.Oid, bound.Type.Typmod, bound.Type.CollationOid, 0, IndexKeyOptions.None);
    }

    /// <summary>An included column: any type will do.</summary>
    public static IndexKey IncludedKey(RelationInfo table, short number)
    {
        ColumnInfo column = table.Columns[number - 1];
        return new IndexKey(number, null, column.TypeOid, column.TypeModifier, 0, 0, IndexKeyOptions.None);
    }

    private static IndexKey Included(RelationInfo table, IndexElement element)
    {
        if (element.Column is null)
            throw new SqlException(SqlState.FeatureNotSupported, "expressions are not supported in included columns");
        return IncludedKey(table, RequireColumn(table, element.Column));
    }

    /// <summary>Makes an index, fills it from the table's rows unless that is to be done beside writers, and adds it to the catalog.</summary>
    public IndexInfo Create(
        RelationInfo table, string name, List<IndexKey> keys, int keyCount, bool isUnique, bool isPrimary, bool nullsNotDistinct, CatalogExpression? predicate, bool isImmediate = true,
        IndexMethod method = IndexMethod.BTree, string[]? options = null, uint[]? exclusion = null, bool isFilled = true)
    {
        bool isPartitioned = table.PartitionKey is not null;
        var index = new IndexInfo
        {
            Oid = context.NewOid(),
            Name = name,
            TableOid = table.Oid,
            Storage = isPartitioned ? 0 : context.NewStorage(),
            Method = method,
            IsExclusion = exclusion is not null,
            Keys = [.. keys],
            KeyCount = keyCount,
            IsUnique = isUnique,
            IsPrimary = isPrimary,
            IsImmediate = isImmediate,
            NullsNotDistinct = nullsNotDistinct,
            Predicate = predicate,
            IsReady = isFilled,
            IsValid = isFilled,
        };
        if (!isFilled)
            RelationStorage.CreateIndex(context, table.Database, index.Storage);
        else if (!isPartitioned)
            IndexBuilder.Build(context, table, index, IndexOptions.PagesPerRange(options), isUnique || (exclusion is not null && ExclusionPlan.IsByKey(method, exclusion)));
        var columns = new ColumnInfo[keys.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            SqlType type = TypeResolver.Find(keys[i].TypeOid, context.View)!.WithTypmod(keys[i].TypeModifier);
            string columnName = keys[i].Column > 0 ? table.Columns[keys[i].Column - 1].Name : ExpressionColumnName(keys, i);
            columns[i] = ColumnBuilder.Make((short)(i + 1), columnName, type, keys[i].CollationOid) with { Options = keys[i].ClassOptions };
            if (keys[i].Column > 0 && table.Columns[keys[i].Column - 1] is { } source && source.TypeOid == keys[i].TypeOid)
                columns[i] = columns[i] with { StorageStrategy = source.StorageStrategy, Compression = source.Compression };
        }

        context.CreateRelation(new RelationInfo
        {
            Oid = index.Oid,
            Name = name,
            SchemaOid = table.SchemaOid,
            Kind = isPartitioned ? RelationKind.PartitionedIndex : RelationKind.Index,
            OwnerOid = table.OwnerOid,
            Database = table.Database,
            Storage = index.Storage,
            Persistence = table.Persistence,
            AccessMethodOid = IndexMethods.OidOf(method),
            Options = options,
            Columns = columns,
            Tuples = 0,
            Index = index,
        });
        return index;
    }

    private static string ExpressionColumnName(List<IndexKey> keys, int position)
    {
        string name = NameOf(keys[position].Expression!.Syntax);
        // Numbered until no key before it has the name.
        var taken = new HashSet<string>();
        for (int i = 0; i < position; i++)
            if (keys[i].Column == 0)
                taken.Add(ExpressionColumnName(keys, i));
        string free = name;
        for (int i = 1; taken.Contains(free); i++)
            free = name + i;
        return free;
    }

    /// <summary>Builds an index that exists in the catalog, in a storage that does not exist yet.</summary>
    public static void Fill(DdlContext context, RelationInfo table, RelationInfo index, string words = "CREATE INDEX")
    {
        bool checksKeys = index.Index!.IsUnique || (index.Index.IsExclusion && ExclusionPlan.ConstraintOf(table, index.Index) is null);
        IndexBuilder.Build(context, table, index.Index, IndexOptions.PagesPerRange(index.Options), checksKeys, words);
    }
}
