using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>A catalog row with its identity.</summary>
internal readonly record struct CatalogRow(CatalogRowKey Key, CatalogValue[] Values);

/// <summary>
/// Relations as rows of <c>pg_class</c>, <c>pg_attribute</c>, <c>pg_attrdef</c>, <c>pg_index</c>, <c>pg_constraint</c>, <c>pg_sequence</c>, <c>pg_rewrite</c>,
/// <c>pg_depend</c> and <c>pg_statistic</c>: what goes into the heaps and what SQL sees. <see cref="CatalogLoader"/> is the way back.
/// </summary>
internal static class RelationRows
{
    /// <summary>All rows of a relation that its catalogs' heaps hold. Constraints and indexes of a table are rows of the index's or table's entry, never both.</summary>
    public static void Append(RelationInfo relation, List<CatalogRow> rows)
    {
        rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgClass, relation.Oid), Class(relation)));
        foreach (ColumnInfo column in relation.Columns)
        {
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgAttribute, relation.Oid, (ushort)column.Number), Attribute(relation.Oid, column)));
            if (HasDefaultRow(column))
                rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgAttrDef, column.DefaultOid), AttributeDefault(relation.Oid, column)));
        }

        if (relation.Index is { } index)
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgIndex, index.Oid), Index(index)));
        foreach (ConstraintInfo constraint in relation.Constraints)
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgConstraint, constraint.Oid), Constraint(constraint)));
        if (relation.Sequence is { } sequence)
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgSequence, relation.Oid), Sequence(relation.Oid, sequence)));
        if (relation.View is { } view)
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgRewrite, view.RuleOid), Rewrite(relation.Oid, view)));
        for (int i = 0; i < relation.Parents.Length; i++)
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgInherits, relation.Oid, relation.Parents[i]), Inherits(relation.Oid, relation.Parents[i], i + 1, relation.IsDetachPending)));
        if (relation.PartitionKey is { } partitionKey)
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgPartitionedTable, relation.Oid), PartitionedTable(relation.Oid, partitionKey, 0)));
        AppendDependencies(relation.Oid, relation.Dependencies, rows);
        foreach (ColumnStatistics statistics in relation.Statistics)
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgStatistic, relation.Oid, (ushort)statistics.Column, statistics.IsInherited ? 1 : 0), StatisticRows.ToRow(relation, statistics)));
    }

    /// <summary>The dependencies that an object's own rows do not tell.</summary>
    public static void AppendDependencies(uint oid, Dependency[] dependencies, List<CatalogRow> rows)
    {
        for (int i = 0; i < dependencies.Length; i++)
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgDepend, oid, dependencies[i].Referenced.ObjectOid, i), Depend(dependencies[i])));
    }

    public static CatalogValue[] Class(RelationInfo relation)
    {
        int checks = 0;
        bool foreignKeys = relation.ReferencedBy.Length > 0;
        foreach (ConstraintInfo constraint in relation.Constraints)
        {
            checks += constraint.Kind == ConstraintKind.Check ? 1 : 0;
            foreignKeys |= constraint.Kind == ConstraintKind.ForeignKey;
        }

        bool isTable = relation.Kind is RelationKind.Table or RelationKind.MaterializedView or RelationKind.Toast;
        return
        [
            relation.Oid, relation.Name, relation.SchemaOid, relation.RowTypeOid, relation.OfTypeOid, relation.OwnerOid, relation.AccessMethodOid,
            (uint)relation.Storage, relation.IsShared ? (long)CatalogOids.GlobalTablespace : 0L,
            relation.Pages, CatalogValue.Float(relation.Tuples), relation.AllVisiblePages, 0L,
            relation.Indexes.Length > 0 || relation.HasBuiltinIndexes, relation.IsShared, relation.Persistence, (char)relation.Kind,
            relation.Columns.Length, checks, relation.View is not null, foreignKeys, relation.Children.Length > 0, relation.HasRowSecurity, relation.ForcesRowSecurity,
            relation.IsPopulated, ReplicaIdentity(relation), relation.IsPartition, 0L,
            isTable ? 3L : 0L, isTable ? 1L : 0L, AccessControlList.ToStored(relation.Acl), StoredOptions(relation), relation.PartitionBound?.Text, unchecked((long)relation.Storage),
        ];
    }

    /// <summary>What stands before the name of an option of large values.</summary>
    public const string ToastPrefix = "toast.";

    private static string[]? StoredOptions(RelationInfo relation) =>
        relation.ToastOptions is not { } toast ? relation.Options : [.. relation.Options ?? [], .. toast.Select(static option => ToastPrefix + option)];

    public static char ReplicaIdentity(RelationInfo relation) => relation.ReplicaIdentity != '\0' ? relation.ReplicaIdentity
        : relation.Kind is RelationKind.Index or RelationKind.PartitionedIndex or RelationKind.Sequence or RelationKind.View or RelationKind.CompositeType || relation.SchemaOid == CatalogOids.CatalogSchema ? 'n' : 'd';

    /// <summary>One parent of a relation: a row of <c>pg_inherits</c>.</summary>
    public static CatalogValue[] Inherits(uint child, uint parent, int sequence, bool isDetachPending) => [child, parent, sequence, isDetachPending];

    /// <summary>The key of a partitioned table. The default partition is not stored: it follows from the bounds.</summary>
    public static CatalogValue[] PartitionedTable(uint oid, PartitionKeyInfo key, uint defaultPartition)
    {
        var columns = new long[key.Columns.Length];
        var classes = new long[columns.Length];
        var collations = new long[columns.Length];
        List<string>? expressions = null;
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = key.Columns[i].Column;
            classes[i] = key.Columns[i].OperatorClassOid;
            collations[i] = key.Columns[i].CollationOid;
            if (key.Columns[i].Expression is { } expression)
                (expressions ??= []).Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{key.Columns[i].TypeOid} {key.Columns[i].TypeModifier} {expression.Text}"));
        }

        return [oid, (char)key.Strategy, columns.Length, defaultPartition, columns, classes, collations, expressions is null ? CatalogValue.Null : ExpressionList.Join(expressions)];
    }

    public static CatalogValue[] Attribute(uint relationOid, ColumnInfo column) =>
    [
        relationOid, column.IsDropped ? $"........pg.dropped.{column.Number}........" : column.Name, column.TypeOid,
        column.StatisticsTarget, column.Length, column.Number, column.Dimensions, -1L, column.TypeModifier,
        column.PassedByValue, column.Alignment, column.StorageStrategy, column.Compression, column.NotNull, HasDefaultRow(column), column.MissingValue is not null,
        column.Identity, column.Generated, column.IsDropped, column.IsLocal, column.InheritCount, column.CollationOid,
        AccessControlList.ToStored(column.Acl), column.Options, column.ForeignOptions, column.MissingValue,
    ];

    /// <summary>Defaults of identity columns follow from their sequence and have no row.</summary>
    public static bool HasDefaultRow(ColumnInfo column) => column.Default is not null && column.Identity == '\0';

    public static CatalogValue[] AttributeDefault(uint relationOid, ColumnInfo column) =>
        [column.DefaultOid, relationOid, column.Number, column.Default!.Text];

    public static CatalogValue[] Index(IndexInfo index)
    {
        var columns = new long[index.Keys.Length];
        var collations = new long[index.KeyCount];
        var classes = new long[index.KeyCount];
        var options = new long[index.KeyCount];
        List<string>? expressions = null;
        for (int i = 0; i < index.Keys.Length; i++)
        {
            columns[i] = index.Keys[i].Column;
            if (index.Keys[i].Expression is { } expression)
                (expressions ??= []).Add(expression.Text);
            if (i >= index.KeyCount)
                continue;
            collations[i] = index.Keys[i].CollationOid;
            classes[i] = index.Keys[i].OperatorClassOid;
            options[i] = (long)index.Keys[i].Options;
        }

        return
        [
            index.Oid, index.TableOid, index.Keys.Length, index.KeyCount, index.IsUnique, index.NullsNotDistinct, index.IsPrimary, index.IsExclusion, index.IsImmediate,
            index.IsClustered, index.IsValid, false, index.IsReady, true, index.IsReplicaIdentity,
            columns, collations, classes, options, expressions is null ? CatalogValue.Null : ExpressionList.Join(expressions), index.Predicate?.Text,
        ];
    }

    public static CatalogValue[] Constraint(ConstraintInfo constraint)
    {
        bool isForeignKey = constraint.Kind == ConstraintKind.ForeignKey;
        return
        [
            constraint.Oid, constraint.Name, constraint.SchemaOid, (char)constraint.Kind, constraint.IsDeferrable, constraint.IsDeferred, constraint.IsValidated,
            constraint.TableOid, constraint.TypeOid, constraint.IndexOid, constraint.ParentOid, constraint.ReferencedTableOid,
            isForeignKey ? (char)constraint.OnUpdate : ' ', isForeignKey ? (char)constraint.OnDelete : ' ', isForeignKey ? constraint.Match : ' ',
            constraint.IsLocal, constraint.InheritCount, constraint.NoInherit || constraint.Kind is ConstraintKind.PrimaryKey or ConstraintKind.Unique or ConstraintKind.ForeignKey,
            constraint.Columns.Length == 0 ? CatalogValue.Null : Longs(constraint.Columns), isForeignKey ? Longs(constraint.ReferencedColumns) : CatalogValue.Null,
            CatalogValue.Null, CatalogValue.Null, CatalogValue.Null, constraint.DeleteColumns.Length == 0 ? CatalogValue.Null : Longs(constraint.DeleteColumns),
            constraint.Operators.Length == 0 ? CatalogValue.Null : Array.ConvertAll(constraint.Operators, static oid => (long)oid), constraint.Check?.Text,
        ];
    }

    public static CatalogValue[] Sequence(uint oid, SequenceInfo sequence) =>
        [oid, sequence.TypeOid, sequence.Start, sequence.Increment, sequence.Maximum, sequence.Minimum, sequence.Cache, sequence.Cycles];

    // A view's rule has no qualification; the heap keeps the view's search path in that column, and SQL sees "<>".
    public static CatalogValue[] Rewrite(uint viewOid, ViewInfo view) =>
        [view.RuleOid, "_RETURN", viewOid, '1', 'O', true, string.Join(' ', view.SearchPath), view.Text];

    public static CatalogValue[] Depend(in Dependency dependency) =>
    [
        dependency.Dependent.ClassOid, dependency.Dependent.ObjectOid, dependency.Dependent.SubId,
        dependency.Referenced.ClassOid, dependency.Referenced.ObjectOid, dependency.Referenced.SubId, (char)dependency.Kind,
    ];

    /// <param name="flatBase">The built-in type below a domain over domains, where it is known.</param>
    public static CatalogValue[] Type(UserTypeInfo type, SqlType? flatBase = null)
    {
        if (type.Kind is UserTypeKind.Base or UserTypeKind.Shell)
            return BaseTypeDefinition.Row(type);
        bool isEnum = type.Kind == UserTypeKind.Enum;
        bool isArray = type.Kind == UserTypeKind.Array;
        SqlType? domainBase = type.Kind == UserTypeKind.Domain ? BuiltinTypes.Find(type.BaseTypeOid) ?? flatBase : null;
        short length = isEnum ? (short)4 : domainBase?.Length ?? -1;
        bool byValue = isEnum || (domainBase is not null && domainBase.Length is 1 or 2 or 4 or 8);
        char category = type.Kind switch
        {
            UserTypeKind.Array => 'A',
            UserTypeKind.Composite => 'C',
            UserTypeKind.Enum => 'E',
            UserTypeKind.Range or UserTypeKind.Multirange => 'R',
            _ => domainBase is null ? 'U' : (char)domainBase.Category,
        };
        (uint input, uint output, uint receive, uint send) = TypeFunctions(type, domainBase);
        return
        [
            type.Oid, type.Name, type.SchemaOid, type.OwnerOid, length, byValue, (char)type.Kind, category, false, true, ',',
            type.RelationOid, isArray ? 6179L : 0L, type.ElementOid, type.ArrayOid, input, output, receive, send, 0L, 0L, isArray ? 3816L : 0L,
            isEnum ? 'i' : domainBase is null ? 'd' : (char)domainBase.Alignment, isEnum ? 'p' : domainBase is null ? 'x' : (char)domainBase.Storage,
            type.NotNull, type.BaseTypeOid, type.BaseTypeModifier, 0L, type.CollationOid,
            type.Default?.Text, type.DefaultText ?? type.Default?.Text, AccessControlList.ToStored(type.Acl),
        ];
    }

    // OIDs of PostgreSQL's functions: array_in/out/recv/send, record_*, enum_*, range_*, multirange_*, domain_in/recv.
    private static (uint Input, uint Output, uint Receive, uint Send) TypeFunctions(UserTypeInfo type, SqlType? domainBase) => type.Kind switch
    {
        UserTypeKind.Array => (750, 751, 2400, 2401),
        UserTypeKind.Composite => (2290, 2291, 2402, 2403),
        UserTypeKind.Enum => (3506, 3507, 3532, 3533),
        UserTypeKind.Range => (3834, 3835, 3836, 3837),
        UserTypeKind.Multirange => (4231, 4232, 4233, 4234),
        _ => (2597, domainBase is null ? 0 : TypeCatalog.OutputFunction(domainBase.Oid), 2598, domainBase is null ? 0 : TypeCatalog.SendFunction(domainBase.Oid)),
    };

    private static CatalogValue Longs(short[] numbers)
    {
        var longs = new long[numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
            longs[i] = numbers[i];
        return longs;
    }
}
