using System.Collections.Immutable;
using Strata.Format;

namespace Strata.Engine.Catalog;

/// <summary>
/// Builds images from the rows of the catalog heaps: all rows of one heap after the other, in the order of <see cref="CatalogHeap.OfDatabase"/> or <see cref="CatalogHeap.Shared"/>, then
/// <see cref="BuildDatabase"/> or <see cref="BuildShared"/>. The way back is <see cref="CatalogRows"/>. For one thread.
/// </summary>
internal sealed class CatalogLoader
{
    private readonly Dictionary<uint, RelationInfo> _relations = [];
    private readonly Dictionary<uint, List<ColumnInfo>> _columns = [];
    private readonly Dictionary<(uint Relation, short Column), (uint Oid, string Text)> _defaults = [];
    private readonly Dictionary<uint, IndexRow> _indexes = [];
    private readonly Dictionary<uint, List<ConstraintInfo>> _constraints = [];
    private readonly Dictionary<uint, List<ConstraintInfo>> _domainConstraints = [];
    private readonly Dictionary<uint, List<(uint Parent, int Sequence, bool IsDetachPending)>> _parents = [];
    private readonly Dictionary<uint, CatalogValue[]> _partitionKeys = [];
    private readonly Dictionary<uint, SequenceInfo> _sequences = [];
    private readonly Dictionary<uint, ViewInfo> _views = [];
    private readonly Dictionary<uint, SortedDictionary<int, Dependency>> _dependencies = [];
    private readonly Dictionary<uint, List<ColumnStatistics>> _statistics = [];
    private readonly Dictionary<uint, UserTypeInfo> _types = [];
    private readonly Dictionary<uint, RangeDefinition> _ranges = [];
    private readonly Dictionary<uint, List<EnumLabel>> _labels = [];
    private readonly Dictionary<uint, RoutineInfo> _routines = [];
    private readonly Dictionary<uint, AggregateDefinition> _aggregates = [];
    private readonly List<(uint Class, CatalogValue[] Row)> _objects = [];
    private readonly Dictionary<uint, SchemaInfo> _schemas = [];
    private readonly Dictionary<uint, RoleInfo> _roles = [];
    private readonly Dictionary<uint, List<RoleMembership>> _memberships = [];
    private readonly Dictionary<uint, DatabaseInfo> _databases = [];
    private readonly Dictionary<SettingScope, SettingList> _settings = [];
    private readonly List<ParameterPrivileges> _parameters = [];
    private readonly Dictionary<ObjectAddress, CommentInfo> _comments = [];
    private readonly Dictionary<CatalogRowKey, ulong> _rowIds = [];

    private sealed record IndexRow(CatalogValue[] Values);

    /// <summary>Takes one visible row of a heap; <paramref name="rowId"/> is its place, packed.</summary>
    public void Add(CatalogHeap heap, CatalogValue[] row, ulong rowId) => _rowIds.Add(Take(heap.Oid, row), rowId);

    private CatalogRowKey Take(uint catalog, CatalogValue[] row)
    {
        uint first = Oid(row[0]);
        switch (catalog)
        {
            case CatalogOids.PgNamespace:
                _schemas.Add(first, new SchemaInfo { Oid = first, Name = row[1].Text, OwnerOid = Oid(row[2]), Acl = AccessControlList.FromStored(row[3]) });
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgClass:
                _relations.Add(first, Relation(row));
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgAttribute:
                ListOf(_columns, first).Add(Column(row));
                return new CatalogRowKey(catalog, first, (ushort)row[5].Number);
            case CatalogOids.PgAttrDef:
                _defaults.Add((Oid(row[1]), (short)row[2].Number), (first, row[3].Text));
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgIndex:
                _indexes.Add(first, new IndexRow(row));
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgConstraint:
                ConstraintInfo constraint = Constraint(row);
                if (constraint.TableOid != 0)
                    ListOf(_constraints, constraint.TableOid).Add(constraint);
                else
                    ListOf(_domainConstraints, constraint.TypeOid).Add(constraint);
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgInherits:
                ListOf(_parents, first).Add((Oid(row[1]), (int)row[2].Number, row[3].Number != 0));
                return new CatalogRowKey(catalog, first, Oid(row[1]));
            case CatalogOids.PgPartitionedTable:
                _partitionKeys.Add(first, row);
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgSequence:
                _sequences.Add(first, Sequence(row));
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgRewrite:
                _views.Add(Oid(row[2]), new ViewInfo(row[7].Text) { RuleOid = first, SearchPath = Oids(row[6].Text) });
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgDepend:
                return TakeDependency(row);
            case CatalogOids.PgStatistic:
                ListOf(_statistics, first).Add(StatisticRows.FromRow(row));
                return new CatalogRowKey(catalog, first, (ushort)row[1].Number, (int)row[2].Number);
            case CatalogOids.PgType:
                _types.Add(first, Type(row));
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgRange:
                var range = new RangeDefinition(first, Oid(row[1]), Oid(row[2]), Oid(row[3]), Oid(row[4]), Oid(row[6]));
                _ranges.Add(first, range);
                _ranges.Add(range.MultirangeOid, range);
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgEnum:
                ListOf(_labels, Oid(row[1])).Add(new EnumLabel(first, (float)row[2].Double, row[3].Text));
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgDescription:
                AddComment(new ObjectAddress(Oid(row[1]), first, (int)row[2].Number), row[3].Text);
                return new CatalogRowKey(catalog, first, Oid(row[1]), (int)row[2].Number);
            case CatalogOids.PgShDescription:
                AddComment(new ObjectAddress(Oid(row[1]), first), row[2].Text);
                return new CatalogRowKey(catalog, first, Oid(row[1]));
            case CatalogOids.PgAuthId:
                _roles.Add(first, Role(row));
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgAuthMembers:
                ListOf(_memberships, Oid(row[1])).Add(new RoleMembership(first, Oid(row[2]), row[3].Number != 0));
                return new CatalogRowKey(catalog, first, Oid(row[1]));
            case CatalogOids.PgDatabase:
                _databases.Add(first, Database(row));
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgDbRoleSetting:
                var scope = new SettingScope(first, Oid(row[1]));
                _settings.Add(scope, new SettingList(scope, (string[])row[2].Array));
                return new CatalogRowKey(catalog, first, Oid(row[1]));
            case CatalogOids.PgParameterAcl:
                _parameters.Add(new ParameterPrivileges(first, row[1].Text, AccessControlList.FromStored(row[2])!));
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgProc:
                _routines.Add(first, RoutineRows.FromRow(row));
                return new CatalogRowKey(catalog, first);
            case CatalogOids.PgAggregate:
                _aggregates.Add(first, RoutineRows.AggregateFromRow(row));
                return new CatalogRowKey(catalog, first);
            default:
                Invariant.Check(CatalogObjectShapes.IsGeneric(catalog));
                _objects.Add((catalog, row));
                return new CatalogRowKey(catalog, first);
        }
    }

    private CatalogRowKey TakeDependency(CatalogValue[] row)
    {
        var dependency = new Dependency(
            new ObjectAddress(Oid(row[0]), Oid(row[1]), (int)row[2].Number), new ObjectAddress(Oid(row[3]), Oid(row[4]), (int)row[5].Number), (DependencyKind)row[6].Number);
        uint relation = dependency.Dependent.ObjectOid;
        if (!_dependencies.TryGetValue(relation, out SortedDictionary<int, Dependency>? list))
            _dependencies.Add(relation, list = []);
        int ordinal = list.Count;
        list.Add(ordinal, dependency);
        return new CatalogRowKey(CatalogOids.PgDepend, relation, dependency.Referenced.ObjectOid, ordinal);
    }

    /// <summary>The image of a database; <paramref name="nextVersion"/> numbers its entries.</summary>
    public DatabaseImage BuildDatabase(uint databaseOid, Func<ulong> nextVersion)
    {
        var relations = new List<RelationInfo>(_relations.Count);
        foreach (RelationInfo relation in _relations.Values)
            relations.Add(WithParents(Complete(relation, databaseOid, nextVersion())));
        ImmutableDictionary<QualifiedKey, uint>.Builder names = ImmutableDictionary.CreateBuilder<QualifiedKey, uint>();
        foreach (RelationInfo relation in relations)
            names[new QualifiedKey(relation.SchemaOid, relation.Name)] = relation.Oid;
        ImmutableDictionary<uint, UserTypeInfo>.Builder types = ImmutableDictionary.CreateBuilder<uint, UserTypeInfo>();
        ImmutableDictionary<QualifiedKey, uint>.Builder typeNames = ImmutableDictionary.CreateBuilder<QualifiedKey, uint>();
        foreach (UserTypeInfo type in _types.Values)
        {
            types.Add(type.Oid, Complete(type));
            typeNames[new QualifiedKey(type.SchemaOid, type.Name)] = type.Oid;
        }

        var image = new DatabaseImage
        {
            DatabaseOid = databaseOid,
            Relations = RelationGraph.Link(relations),
            RelationNames = names.ToImmutable(),
            Types = types.ToImmutable(),
            TypeNames = typeNames.ToImmutable(),
            Comments = _comments.ToImmutableDictionary(),
            RowIds = _rowIds.ToImmutableDictionary(),
        };
        foreach (SchemaInfo schema in _schemas.Values)
            image = image.With(new CatalogChange(null, schema));
        foreach (RoutineInfo routine in _routines.Values)
            image = image.With(new CatalogChange(null, routine with
            {
                Version = nextVersion(),
                Aggregate = _aggregates.GetValueOrDefault(routine.Oid),
                Dependencies = DependenciesOf(routine.Oid),
            }));
        foreach ((uint catalog, CatalogValue[] row) in _objects)
            image = image.With(new CatalogChange(null, CatalogObjectShapes.Make(catalog, row, DependenciesOf(Oid(row[0])))));
        return WithOperatorClasses(image);
    }

    /// <summary>The image of what all databases share.</summary>
    public SharedImage BuildShared()
    {
        var image = new SharedImage();
        foreach (RoleInfo role in _roles.Values)
            image = image.With(new CatalogChange(null, _memberships.TryGetValue(role.Oid, out List<RoleMembership>? list) ? role with { MemberOf = [.. list] } : role));
        foreach (DatabaseInfo database in _databases.Values)
            image = image.With(new CatalogChange(null, database));
        foreach (ParameterPrivileges parameter in _parameters)
            image = image.With(new CatalogChange(null, parameter));
        return image with { Settings = _settings.ToImmutableDictionary(), Comments = _comments.ToImmutableDictionary(), RowIds = _rowIds.ToImmutableDictionary() };
    }

    // What operator classes of extensions do is known only when functions and operators are.
    private static DatabaseImage WithOperatorClasses(DatabaseImage image)
    {
        var view = new CatalogView(image, new SharedImage());
        foreach (RelationInfo relation in image.Relations.Values)
        {
            if (relation.Index is not { } index || !Array.Exists(index.Keys, static key => key.OperatorClassOid >= CatalogOids.FirstUser))
                continue;
            IndexKey[] keys = Array.ConvertAll(index.Keys, key => key with { NativeItems = NativeOperatorClasses.ItemsOf(view, key.OperatorClassOid) });
            image = image.With(new CatalogChange(relation, relation with { Index = index with { Keys = keys } }));
        }

        return image;
    }

    private RelationInfo WithParents(RelationInfo relation) => _parents.TryGetValue(relation.Oid, out List<(uint Parent, int Sequence, bool IsDetachPending)>? parents)
        ? relation with { Parents = [.. parents.OrderBy(static p => p.Sequence).Select(static p => p.Parent)], IsDetachPending = parents.Exists(static p => p.IsDetachPending) }
        : relation;

    private RelationInfo Complete(RelationInfo relation, uint databaseOid, ulong version)
    {
        uint oid = relation.Oid;
        List<ColumnInfo> columns = _columns.TryGetValue(oid, out List<ColumnInfo>? found) ? found : [];
        columns.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        for (int i = 0; i < columns.Count; i++)
        {
            Invariant.Check(columns[i].Number == i + 1);
            if (_defaults.TryGetValue((oid, columns[i].Number), out (uint Oid, string Text) value))
                columns[i] = columns[i] with { Default = new CatalogExpression(value.Text), DefaultOid = value.Oid };
        }

        RelationInfo complete = relation with
        {
            Database = databaseOid,
            Version = version,
            Columns = [.. columns],
            Constraints = ConstraintsOf(oid),
            PartitionKey = _partitionKeys.TryGetValue(oid, out CatalogValue[]? key) ? PartitionKey(key, columns) : null,
            Sequence = _sequences.GetValueOrDefault(oid),
            View = _views.GetValueOrDefault(oid),
            Dependencies = DependenciesOf(oid),
            Statistics = _statistics.TryGetValue(oid, out List<ColumnStatistics>? statistics) ? [.. statistics] : [],
        };
        return _indexes.TryGetValue(oid, out IndexRow? index) ? complete with { Index = Index(index.Values, complete) } : complete;
    }

    private Dependency[] DependenciesOf(uint oid) => _dependencies.TryGetValue(oid, out SortedDictionary<int, Dependency>? list) ? [.. list.Values] : [];

    private UserTypeInfo Complete(UserTypeInfo type)
    {
        if (_labels.TryGetValue(type.Oid, out List<EnumLabel>? labels))
            labels.Sort(static (a, b) => a.SortOrder.CompareTo(b.SortOrder));
        return type with
        {
            Labels = labels is null ? [] : [.. labels],
            Range = _ranges.GetValueOrDefault(type.Oid),
            Constraints = _domainConstraints.TryGetValue(type.Oid, out List<ConstraintInfo>? checks) ? [.. checks] : [],
        };
    }

    private ConstraintInfo[] ConstraintsOf(uint oid)
    {
        if (!_constraints.TryGetValue(oid, out List<ConstraintInfo>? list))
            return [];
        list.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return [.. list];
    }

    private static RelationInfo Relation(CatalogValue[] row) => new()
    {
        Oid = Oid(row[0]),
        Name = row[1].Text,
        SchemaOid = Oid(row[2]),
        RowTypeOid = Oid(row[3]),
        OwnerOid = Oid(row[5]),
        AccessMethodOid = Oid(row[6]),
        Pages = (int)row[9].Number,
        Tuples = (float)row[10].Double,
        AllVisiblePages = (int)row[11].Number,
        Persistence = (char)row[15].Number,
        OfTypeOid = Oid(row[4]),
        ReplicaIdentity = (char)row[25].Number,
        IsPartition = row[26].Number != 0,
        PartitionBound = row[32].IsNull ? null : new PartitionBoundInfo(row[32].Text),
        Kind = (RelationKind)row[16].Number,
        HasRowSecurity = row[22].Number != 0,
        ForcesRowSecurity = row[23].Number != 0,
        IsPopulated = row[24].Number != 0,
        Acl = AccessControlList.FromStored(row[30]),
        Options = row[31].IsNull ? null : OptionsOf((string[])row[31].Array, isToast: false),
        ToastOptions = row[31].IsNull ? null : OptionsOf((string[])row[31].Array, isToast: true),
        Storage = unchecked((ulong)row[33].Number),
    };

    private static string[]? OptionsOf(string[] stored, bool isToast)
    {
        string[] found = [.. stored.Where(option => option.StartsWith(RelationRows.ToastPrefix, StringComparison.Ordinal) == isToast)];
        return found.Length == 0 ? null : isToast ? Array.ConvertAll(found, static option => option[RelationRows.ToastPrefix.Length..]) : found;
    }

    private static PartitionKeyInfo PartitionKey(CatalogValue[] row, List<ColumnInfo> columns)
    {
        long[] numbers = (long[])row[4].Array, classes = (long[])row[5].Array, collations = (long[])row[6].Array;
        string[] expressions = row[7].IsNull ? [] : ExpressionList.Split(row[7].Text);
        var keys = new PartitionKeyColumn[numbers.Length];
        int expression = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            ColumnInfo? column = numbers[i] > 0 ? columns[(int)numbers[i] - 1] : null;
            // An expression's type stands before its text: nobody can bind it before the catalog is loaded.
            string[] typed = column is null ? expressions[expression++].Split(' ', 3) : [];
            keys[i] = new PartitionKeyColumn(
                (short)numbers[i], column is null ? new CatalogExpression(typed[2]) : null, column?.TypeOid ?? uint.Parse(typed[0], System.Globalization.CultureInfo.InvariantCulture),
                column?.TypeModifier ?? int.Parse(typed[1], System.Globalization.CultureInfo.InvariantCulture), (uint)collations[i], (uint)classes[i]);
        }

        return new PartitionKeyInfo((PartitionStrategy)row[1].Number, keys);
    }

    private static ColumnInfo Column(CatalogValue[] row) => new()
    {
        Name = row[1].Text,
        TypeOid = Oid(row[2]),
        StatisticsTarget = (int)row[3].Number,
        Length = (short)row[4].Number,
        Number = (short)row[5].Number,
        Dimensions = (short)row[6].Number,
        TypeModifier = (int)row[8].Number,
        PassedByValue = row[9].Number != 0,
        Alignment = (char)row[10].Number,
        StorageStrategy = (char)row[11].Number,
        Compression = (char)row[12].Number,
        NotNull = row[13].Number != 0,
        Identity = (char)row[16].Number,
        Generated = (char)row[17].Number,
        IsDropped = row[18].Number != 0,
        IsLocal = row[19].Number != 0,
        InheritCount = (short)row[20].Number,
        CollationOid = Oid(row[21]),
        MissingValue = row[25].IsNull ? null : row[25].Text,
        Acl = AccessControlList.FromStored(row[22]),
        Options = row[23].IsNull ? null : (string[])row[23].Array,
        ForeignOptions = row[24].IsNull ? null : (string[])row[24].Array,
    };

    private static IndexInfo Index(CatalogValue[] row, RelationInfo relation)
    {
        int total = (int)row[2].Number, keyCount = (int)row[3].Number;
        long[] columns = (long[])row[15].Array, collations = (long[])row[16].Array, classes = (long[])row[17].Array, options = (long[])row[18].Array;
        string[] expressions = row[19].IsNull ? [] : ExpressionList.Split(row[19].Text);
        int expression = 0;
        var keys = new IndexKey[total];
        for (int i = 0; i < total; i++)
        {
            ColumnInfo column = relation.Columns[i];
            bool isKey = i < keyCount;
            keys[i] = new IndexKey(
                (short)columns[i], columns[i] == 0 ? new CatalogExpression(expressions[expression++]) : null, column.TypeOid, column.TypeModifier,
                isKey ? (uint)collations[i] : 0, isKey ? (uint)classes[i] : 0, isKey ? (IndexKeyOptions)options[i] : IndexKeyOptions.None)
            { ClassOptions = column.Options };
        }

        return new IndexInfo
        {
            Oid = relation.Oid,
            Name = relation.Name,
            TableOid = Oid(row[1]),
            Storage = relation.Storage,
            Method = IndexMethods.Of(relation.AccessMethodOid),
            Keys = keys,
            KeyCount = keyCount,
            IsUnique = row[4].Number != 0,
            NullsNotDistinct = row[5].Number != 0,
            IsPrimary = row[6].Number != 0,
            IsExclusion = row[7].Number != 0,
            IsImmediate = row[8].Number != 0,
            IsClustered = row[9].Number != 0,
            IsValid = row[10].Number != 0,
            IsReady = row[12].Number != 0,
            IsReplicaIdentity = row[14].Number != 0,
            Predicate = row[20].IsNull ? null : new CatalogExpression(row[20].Text),
        };
    }

    private static ConstraintInfo Constraint(CatalogValue[] row)
    {
        var kind = (ConstraintKind)row[3].Number;
        bool isForeignKey = kind == ConstraintKind.ForeignKey;
        return new ConstraintInfo
        {
            Oid = Oid(row[0]),
            Name = row[1].Text,
            SchemaOid = Oid(row[2]),
            Kind = kind,
            IsDeferrable = row[4].Number != 0,
            IsDeferred = row[5].Number != 0,
            IsValidated = row[6].Number != 0,
            TableOid = Oid(row[7]),
            TypeOid = Oid(row[8]),
            IndexOid = Oid(row[9]),
            ReferencedTableOid = Oid(row[11]),
            OnUpdate = isForeignKey ? (ForeignKeyAction)row[12].Number : ForeignKeyAction.NoAction,
            OnDelete = isForeignKey ? (ForeignKeyAction)row[13].Number : ForeignKeyAction.NoAction,
            Match = isForeignKey ? (char)row[14].Number : 's',
            NoInherit = kind == ConstraintKind.Check && row[17].Number != 0,
            IsLocal = row[15].Number != 0,
            InheritCount = (short)row[16].Number,
            ParentOid = Oid(row[10]),
            DeleteColumns = isForeignKey ? Shorts(row[23]) : [],
            Operators = row[24].IsNull ? [] : Array.ConvertAll((long[])row[24].Array, static oid => (uint)oid),
            Columns = Shorts(row[18]),
            ReferencedColumns = Shorts(row[19]),
            Check = row[25].IsNull ? null : new CatalogExpression(row[25].Text),
        };
    }

    private static SequenceInfo Sequence(CatalogValue[] row) => new()
    {
        TypeOid = Oid(row[1]),
        Start = row[2].Number,
        Increment = row[3].Number,
        Maximum = row[4].Number,
        Minimum = row[5].Number,
        Cache = row[6].Number,
        Cycles = row[7].Number != 0,
    };

    private static UserTypeInfo Type(CatalogValue[] row)
    {
        uint element = Oid(row[13]);
        return new UserTypeInfo
        {
            Oid = Oid(row[0]),
            Name = row[1].Text,
            SchemaOid = Oid(row[2]),
            OwnerOid = Oid(row[3]),
            Kind = BaseTypeDefinition.IsOne(row) ? UserTypeKind.Base : (UserTypeKind)row[6].Number,
            Base = BaseTypeDefinition.IsOne(row) ? BaseTypeDefinition.FromRow(row) : null,
            RelationOid = Oid(row[11]),
            ElementOid = element,
            ArrayOid = Oid(row[14]),
            NotNull = row[24].Number != 0,
            BaseTypeOid = Oid(row[25]),
            BaseTypeModifier = (int)row[26].Number,
            CollationOid = Oid(row[28]),
            Default = row[29].IsNull ? null : new CatalogExpression(row[29].Text),
            DefaultText = row[30].IsNull ? null : row[30].Text,
            Acl = AccessControlList.FromStored(row[31]),
        };
    }

    private static RoleInfo Role(CatalogValue[] row) => new()
    {
        Oid = Oid(row[0]),
        Name = row[1].Text,
        IsSuperuser = row[2].Number != 0,
        Inherits = row[3].Number != 0,
        CanCreateRole = row[4].Number != 0,
        CanCreateDatabase = row[5].Number != 0,
        CanLogin = row[6].Number != 0,
        IsReplication = row[7].Number != 0,
        BypassesRowSecurity = row[8].Number != 0,
        ConnectionLimit = (int)row[9].Number,
        Password = row[10].IsNull ? null : row[10].Text,
        ValidUntil = row[11].IsNull ? null : row[11].Number,
    };

    private static DatabaseInfo Database(CatalogValue[] row) => new()
    {
        Oid = Oid(row[0]),
        Name = row[1].Text,
        OwnerOid = Oid(row[2]),
        IsTemplate = row[5].Number != 0,
        AllowsConnections = row[6].Number != 0,
        ConnectionLimit = (int)row[7].Number,
        Acl = AccessControlList.FromStored(row[15]),
    };

    private void AddComment(ObjectAddress target, string text) => _comments.Add(target, new CommentInfo(target, text));

    private static List<T> ListOf<T>(Dictionary<uint, List<T>> lists, uint key)
    {
        if (!lists.TryGetValue(key, out List<T>? list))
            lists.Add(key, list = []);
        return list;
    }

    private static uint[] Oids(string text) =>
        Array.ConvertAll(text.Split(' ', StringSplitOptions.RemoveEmptyEntries), static part => uint.Parse(part, System.Globalization.CultureInfo.InvariantCulture));

    private static uint Oid(in CatalogValue value) => unchecked((uint)value.Number);

    private static short[] Shorts(in CatalogValue value)
    {
        if (value.IsNull)
            return [];
        var longs = (long[])value.Array;
        var shorts = new short[longs.Length];
        for (int i = 0; i < longs.Length; i++)
            shorts[i] = (short)longs[i];
        return shorts;
    }
}
