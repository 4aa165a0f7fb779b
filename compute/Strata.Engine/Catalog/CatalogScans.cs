using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Rows of the catalogs as SQL sees them: those of built-in relations made from their entries, and those of user objects. Catalogs whose built-in rows are text come through <see cref="BuiltinRows"/>.</summary>
internal static class CatalogScans
{
    private const int ClassColumns = 33;

    private static IEnumerable<RelationInfo> AllRelations(SystemScanContext context) =>
        BuiltinRelations.All.Concat(context.Catalog.UserRelations).Concat(ToastRelations.Of(context.Catalog.UserRelations));

    public static IEnumerable<CatalogValue[]> Classes(SystemScanContext context)
    {
        foreach (RelationInfo relation in AllRelations(context))
        {
            CatalogValue[] row = RelationRows.Class(relation)[..ClassColumns];
            row[12] = (long)ToastRelations.OidOf(relation);
            row[30] = AccessControlList.ToDisplay((relation.Oid < CatalogOids.FirstUser ? context.Catalog.FindBuiltinPrivileges(CatalogOids.PgClass, relation.Oid) : null) ?? relation.Acl, context.Catalog);
            row[31] = relation.Options;
            // A reference to a partitioned table watches its partitions, too.
            const int HasTriggers = 20;
            if (relation.IsPartition && relation.Index is null && RelationTree.PartitionAncestors(context.Catalog, relation).Any(static a => a.ReferencedBy.Length > 0))
                row[HasTriggers] = true;
            yield return row;
        }
    }

    public static IEnumerable<CatalogValue[]> Attributes(SystemScanContext context)
    {
        foreach (RelationInfo relation in AllRelations(context))
            foreach (ColumnInfo column in relation.Columns)
            {
                CatalogValue[] row = RelationRows.Attribute(relation.Oid, column);
                row[22] = AccessControlList.ToDisplay(column.Acl, context.Catalog);
                if (column.IsDropped)
                    row[2] = 0L;
                else if (relation.Index is { } index && IndexKeyTypes.Of(index, column.Number, context.Catalog) is { } key)
                    (row[2], row[4], row[8], row[9], row[10], row[11]) = (key.Oid, (long)key.Length, -1L, key.Length is 1 or 2 or 4 or 8, (char)key.Alignment, StorageOf(context, index.Keys[column.Number - 1], column, key));
                yield return row;
            }
    }

    // ALTER TABLE … SET STORAGE reaches indexes, too.
    private static char StorageOf(SystemScanContext context, IndexKey key, ColumnInfo column, SqlType held) =>
        TypeResolver.Find(key.TypeOid, context.Catalog) is { } type && column.StorageStrategy != (char)type.Storage ? column.StorageStrategy : (char)held.Storage;

    public static IEnumerable<CatalogValue[]> Defaults(SystemScanContext context)
    {
        foreach (RelationInfo relation in context.Catalog.UserRelations)
            foreach (ColumnInfo column in relation.Columns)
                if (RelationRows.HasDefaultRow(column))
                    yield return RelationRows.AttributeDefault(relation.Oid, column);
    }

    public static IEnumerable<CatalogValue[]> Indexes(SystemScanContext context)
    {
        foreach (CatalogValue[] row in BuiltinRows.Read(BuiltinRelations.Find(CatalogOids.PgIndex)!))
        {
            // The text has what differs between indexes; all are whole, immediate and in use.
            row[3] = row[2];
            row[8] = row[10] = row[12] = row[13] = true;
            yield return row;
        }

        foreach (RelationInfo relation in context.Catalog.UserRelations)
            if (relation.Index is { } index)
                yield return RelationRows.Index(index);
        foreach (RelationInfo relation in ToastRelations.Of(context.Catalog.UserRelations))
            if (relation.Index is { } index)
                yield return RelationRows.Index(index);
    }

    // Every unique index of a catalog stands for a constraint, as initdb makes them: in the order of their indexes, with OIDs that nothing else has.
    private static readonly Lazy<List<ConstraintInfo>> s_builtinKeys = new(static () =>
    {
        const uint FirstOid = 12000;
        var keys = new List<ConstraintInfo>();
        foreach (CatalogValue[] index in BuiltinRows.Read(BuiltinRelations.Find(CatalogOids.PgIndex)!))
        {
            var indexOid = (uint)index[0].Number;
            if (index[4].Number == 0 || BuiltinRelations.Find(indexOid) is not { SchemaOid: CatalogOids.CatalogSchema } relation)
                continue;
            keys.Add(new ConstraintInfo
            {
                Oid = FirstOid + (uint)keys.Count,
                Name = relation.Name,
                SchemaOid = relation.SchemaOid,
                Kind = index[6].Number != 0 ? ConstraintKind.PrimaryKey : ConstraintKind.Unique,
                TableOid = (uint)index[1].Number,
                IndexOid = indexOid,
                Columns = Array.ConvertAll((long[])index[15].Array, static n => (short)n),
            });
        }

        return keys;
    });

    public static IEnumerable<CatalogValue[]> Constraints(SystemScanContext context)
    {
        foreach (ConstraintInfo key in s_builtinKeys.Value)
            yield return RelationRows.Constraint(key);
        foreach (RelationInfo relation in context.Catalog.UserRelations)
            foreach (ConstraintInfo constraint in relation.Constraints.Concat(PartitionReferences.Of(context.Catalog, relation)))
                yield return WithOperators(context, relation, constraint);
        foreach (UserTypeInfo type in context.Catalog.UserTypes)
            foreach (ConstraintInfo constraint in type.Constraints)
                yield return RelationRows.Constraint(constraint);
    }

    // The equality operators of a foreign key: between the two sides, on the referenced one, on the referencing one.
    private static CatalogValue[] WithOperators(SystemScanContext context, RelationInfo table, ConstraintInfo constraint)
    {
        CatalogValue[] row = RelationRows.Constraint(constraint);
        if (constraint.Kind != ConstraintKind.ForeignKey || context.Catalog.FindRelation(constraint.ReferencedTableOid) is not { } referenced)
            return row;
        row[17] = table.PartitionKey is null && constraint.ParentOid == 0;
        uint[] own = Array.ConvertAll(constraint.Columns, column => ComparedType(context, table.Columns[column - 1].TypeOid));
        uint[] other = Array.ConvertAll(constraint.ReferencedColumns, column => ComparedType(context, referenced.Columns[column - 1].TypeOid));
        row[20] = Equalities(other, own);
        row[21] = Equalities(other, other);
        row[22] = Equalities(own, own);
        return row;
    }

    private static uint ComparedType(SystemScanContext context, uint oid)
    {
        SqlType? type = TypeResolver.Find(oid, context.Catalog);
        while (type is { Kind: TypeKind.Domain } && TypeResolver.Find(type.BaseOid, context.Catalog) is { } below)
            type = below;
        return type switch
        {
            null => 0,
            { Oid: TypeOid.VarChar } => TypeOid.Text,
            { Kind: TypeKind.Enum } => TypeOid.AnyEnum,
            { Kind: TypeKind.Range } => TypeOid.AnyRange,
            { Kind: TypeKind.Composite } => TypeOid.Record,
            { IsArray: true } => TypeOid.AnyArray,
            _ => type.Oid,
        };
    }

    private static CatalogValue Equalities(uint[] left, uint[] right)
    {
        var operators = new long[left.Length];
        for (int i = 0; i < operators.Length; i++)
            operators[i] = (Functions.BuiltinRegistry.Operator("=", left[i], right[i]) ?? Functions.BuiltinRegistry.Operator("=", left[i], left[i]))?.Oid ?? 0;
        return operators;
    }

    public static IEnumerable<CatalogValue[]> Inherits(SystemScanContext context)
    {
        foreach (RelationInfo relation in context.Catalog.UserRelations)
            for (int i = 0; i < relation.Parents.Length; i++)
                yield return RelationRows.Inherits(relation.Oid, relation.Parents[i], i + 1, relation.IsDetachPending);
    }

    public static IEnumerable<CatalogValue[]> PartitionedTables(SystemScanContext context)
    {
        foreach (RelationInfo relation in context.Catalog.UserRelations)
            if (relation.PartitionKey is { } key)
            {
                uint defaultPartition = Array.Find(relation.Children, oid => context.Catalog.FindRelation(oid) is { PartitionBound.IsDefault: true });
                CatalogValue[] row = RelationRows.PartitionedTable(relation.Oid, key, defaultPartition);
                if (!row[7].IsNull)
                    row[7] = ExpressionList.Join([.. key.Columns.Where(static c => c.Expression is not null).Select(static c => c.Expression!.Text)]);
                yield return row;
            }
    }

    public static IEnumerable<CatalogValue[]> Sequences(SystemScanContext context)
    {
        foreach (RelationInfo relation in context.Catalog.UserRelations)
            if (relation.Sequence is { } sequence)
                yield return RelationRows.Sequence(relation.Oid, sequence);
    }

    public static IEnumerable<CatalogValue[]> Rules(SystemScanContext context)
    {
        foreach (RelationInfo relation in context.Catalog.UserRelations)
            if (relation.View is { } view)
            {
                CatalogValue[] row = RelationRows.Rewrite(relation.Oid, view);
                row[6] = "<>";
                yield return row;
            }
    }

    public static IEnumerable<CatalogValue[]> Statistics(SystemScanContext context)
    {
        foreach (RelationInfo relation in context.Catalog.UserRelations)
            foreach (ColumnStatistics statistics in relation.Statistics)
            {
                ColumnInfo column = relation.Columns[statistics.Column - 1];
                SqlType? type = TypeResolver.Find(column.TypeOid, context.Catalog);
                if (type is not null && column.CollationOid != 0)
                    type = type.WithCollation(column.CollationOid);
                yield return StatisticRows.Shown(StatisticRows.ToRow(relation, statistics), type, type is { ElementOid: not 0 } ? TypeResolver.Find(type.ElementOid, context.Catalog) : null);
            }
    }

    /// <summary>Stored dependencies, and those that PostgreSQL keeps though the objects' own rows tell them.</summary>
    public static IEnumerable<CatalogValue[]> Dependencies(SystemScanContext context)
    {
        foreach (RelationInfo relation in context.Catalog.UserRelations)
        {
            var self = new ObjectAddress(CatalogOids.PgClass, relation.Oid);
            // A composite type stands for its relation, every other relation for its row type.
            var rowType = new ObjectAddress(CatalogOids.PgType, relation.RowTypeOid);
            bool isType = relation.Kind == RelationKind.CompositeType;
            if (relation.Index is null)
                yield return RelationRows.Depend(new Dependency(isType ? rowType : self, new ObjectAddress(CatalogOids.PgNamespace, relation.SchemaOid), DependencyKind.Normal));
            if (relation.RowTypeOid != 0)
                yield return RelationRows.Depend(isType ? new Dependency(self, rowType, DependencyKind.Internal) : new Dependency(rowType, self, DependencyKind.Internal));
            foreach (Dependency dependency in OfColumns(relation))
                yield return RelationRows.Depend(dependency);
            foreach (Dependency dependency in relation.Dependencies)
                yield return RelationRows.Depend(Shown(relation, dependency));
            if (relation.View is { } rule)
            {
                var rewrite = new ObjectAddress(CatalogOids.PgRewrite, rule.RuleOid);
                yield return RelationRows.Depend(new Dependency(rewrite, self, DependencyKind.Internal));
                yield return RelationRows.Depend(new Dependency(rewrite, self, DependencyKind.Normal));
            }

            if (relation.OfTypeOid != 0)
                yield return RelationRows.Depend(new Dependency(self, new ObjectAddress(CatalogOids.PgType, relation.OfTypeOid), DependencyKind.Normal));
            if (relation.Index is null)
                foreach (uint parent in relation.Parents)
                    yield return RelationRows.Depend(new Dependency(
                        self, new ObjectAddress(CatalogOids.PgClass, parent), relation.IsPartition ? DependencyKind.Auto : DependencyKind.Normal));
            foreach (ColumnInfo column in relation.Columns)
                if (RelationRows.HasDefaultRow(column))
                {
                    var value = new ObjectAddress(CatalogOids.PgAttrDef, column.DefaultOid);
                    yield return RelationRows.Depend(new Dependency(value, self with { SubId = column.Number }, column.Generated == '\0' ? DependencyKind.Auto : DependencyKind.Internal));
                    if (column.Generated == '\0')
                        continue;
                    foreach (string used in Ddl.StoredExpressions.ColumnNames(column.Default!.Syntax))
                        if (relation.FindColumn(used) is { } source)
                            yield return RelationRows.Depend(new Dependency(value, self with { SubId = source.Number }, DependencyKind.Normal));
                }
            // Columns of a partition key can't be dropped before the table.
            foreach (PartitionKeyColumn key in relation.PartitionKey?.Columns ?? [])
                foreach (short column in key.Column > 0 ? [key.Column] : Ddl.StoredExpressions.ColumnNames(key.Expression!.Syntax).Select(name => relation.FindColumn(name)?.Number ?? 0).Where(static n => n > 0))
                    yield return RelationRows.Depend(new Dependency(self with { SubId = column }, self, DependencyKind.Internal));
            foreach (Dependency dependency in OfIndex(relation, context.Catalog))
                yield return RelationRows.Depend(dependency);
            foreach (Dependency dependency in OfConstraints(relation, context.Catalog))
                yield return RelationRows.Depend(dependency);
        }

        foreach (UserTypeInfo type in context.Catalog.UserTypes)
            foreach (Dependency dependency in type.Oid < CatalogOids.FirstUser ? [] : OfType(type))
                yield return RelationRows.Depend(dependency);
        // PostgreSQL's data of statistics objects have no address of their own.
        foreach (Dependency dependency in ObjectScans.Dependencies(context.Catalog, forDisplay: true).Where(static d => d.Dependent.ClassOid != CatalogOids.PgStatisticExtData))
            yield return RelationRows.Depend(dependency);
        foreach (Dependency dependency in ForeignKeyTriggers.Dependencies(context.Catalog))
            yield return RelationRows.Depend(dependency);
        foreach (Dependency dependency in ExtensionRows.Dependencies(context.Catalog))
            yield return RelationRows.Depend(dependency);
        // A range type's constructors belong to it: pg_dump leaves them out.
        foreach (RoutineInfo routine in context.Catalog.UserRoutines)
            if (routine.LanguageOid == RoutineInfo.InternalLanguage && routine.Source.Contains("range_constructor", StringComparison.Ordinal))
                yield return RelationRows.Depend(new Dependency(
                    new ObjectAddress(CatalogOids.PgProc, routine.Oid), new ObjectAddress(CatalogOids.PgType, routine.ReturnType), DependencyKind.Internal));
    }

    // Types and collations that users made; dependencies on types that the relation's entry lists already are left out.
    private static IEnumerable<Dependency> OfColumns(RelationInfo relation)
    {
        if (relation.Index is not null)
            yield break;
        foreach (ColumnInfo column in relation.Columns)
        {
            if (column.IsDropped)
                continue;
            var self = new ObjectAddress(CatalogOids.PgClass, relation.Oid, column.Number);
            var type = new ObjectAddress(CatalogOids.PgType, column.TypeOid);
            if (column.TypeOid >= CatalogOids.FirstUser && !Array.Exists(relation.Dependencies, d => d.Dependent == self && d.Referenced == type))
                yield return new Dependency(self, type, DependencyKind.Normal);
            if (column.CollationOid >= CatalogOids.FirstUser)
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgCollation, column.CollationOid), DependencyKind.Normal);
        }
    }

    // An array goes with its elements' type; what has no relation is in a schema.
    private static IEnumerable<Dependency> OfType(UserTypeInfo type)
    {
        var self = new ObjectAddress(CatalogOids.PgType, type.Oid);
        if (type.Kind == UserTypeKind.Array)
        {
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgType, type.ElementOid), DependencyKind.Internal);
            yield break;
        }

        if (type.RelationOid != 0)
            yield break;
        if (type.Kind == UserTypeKind.Multirange && type.Range is { } ranges)
        {
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgType, ranges.RangeOid), DependencyKind.Internal);
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgNamespace, type.SchemaOid), DependencyKind.Normal);
            yield break;
        }

        yield return new Dependency(self, new ObjectAddress(CatalogOids.PgNamespace, type.SchemaOid), DependencyKind.Normal);
        if (type.BaseTypeOid >= CatalogOids.FirstUser)
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgType, type.BaseTypeOid), DependencyKind.Normal);
        if (type.Kind == UserTypeKind.Range && type.Range is { SubtypeOid: >= CatalogOids.FirstUser } range)
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgType, range.SubtypeOid), DependencyKind.Normal);
        if (type.CollationOid >= CatalogOids.FirstUser)
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgCollation, type.CollationOid), DependencyKind.Normal);
        foreach (uint function in type.Base?.Functions ?? [])
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgProc, function), DependencyKind.Normal);
        foreach (ConstraintInfo constraint in type.Constraints)
            yield return new Dependency(new ObjectAddress(CatalogOids.PgConstraint, constraint.Oid), self, DependencyKind.Auto);
    }

    // A view's dependencies are its rule's, and a column's on a sequence its default's.
    private static Dependency Shown(RelationInfo relation, in Dependency dependency)
    {
        if (relation.View is { } view && dependency.Referenced.ClassOid != CatalogOids.PgAm)
            return dependency with { Dependent = new ObjectAddress(CatalogOids.PgRewrite, view.RuleOid) };
        short number = (short)dependency.Dependent.SubId;
        return number > 0 && dependency.Referenced.ClassOid == CatalogOids.PgClass && relation.Columns[number - 1].DefaultOid is var oid and not 0
            ? dependency with { Dependent = new ObjectAddress(CatalogOids.PgAttrDef, oid) }
            : dependency;
    }

    private static IEnumerable<Dependency> OfIndex(RelationInfo relation, CatalogView catalog)
    {
        if (relation.Index is not { } index)
            yield break;
        var self = new ObjectAddress(CatalogOids.PgClass, relation.Oid);
        foreach (uint parent in relation.Parents)
        {
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, parent), DependencyKind.PartitionPrimary);
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, index.TableOid), DependencyKind.PartitionSecondary);
        }

        bool isConstraint = false;
        foreach (ConstraintInfo constraint in catalog.FindRelation(index.TableOid)?.Constraints ?? [])
        {
            if (constraint.IndexOid != index.Oid || constraint.Kind == ConstraintKind.ForeignKey)
                continue;
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgConstraint, constraint.Oid), DependencyKind.Internal);
            isConstraint = true;
            break;
        }

        // Columns, expressions and the condition are each recorded apart.
        var columns = new SortedSet<short>();
        foreach (IndexKey key in index.Keys)
            if (key.Column > 0)
                columns.Add(key.Column);
        foreach (short column in isConstraint ? [] : columns)
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, index.TableOid, column), DependencyKind.Auto);
        // An index on no column still goes with its table.
        if (columns.Count == 0 && !isConstraint)
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, index.TableOid), DependencyKind.Auto);
        foreach (short column in ColumnsOf(index.Keys.Select(static k => k.Expression)))
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, index.TableOid, column), DependencyKind.Auto);
        foreach (short column in ColumnsOf([index.Predicate]))
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, index.TableOid, column), DependencyKind.Auto);
        SortedSet<short> ColumnsOf(IEnumerable<CatalogExpression?> expressions)
        {
            var used = new SortedSet<short>();
            foreach (CatalogExpression? expression in expressions)
                foreach (string name in expression is null ? [] : Ddl.StoredExpressions.ColumnNames(expression.Syntax))
                    if (catalog.FindRelation(index.TableOid)?.FindColumn(name) is { } column)
                        used.Add(column.Number);
            return used;
        }

        foreach (IndexKey key in index.Keys)
            if (key.OperatorClassOid >= CatalogOids.FirstUser)
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgOpClass, key.OperatorClassOid), DependencyKind.Normal);
    }

    private static IEnumerable<Dependency> OfConstraints(RelationInfo relation, CatalogView catalog)
    {
        foreach (ConstraintInfo constraint in relation.Constraints.Concat(PartitionReferences.Of(catalog, relation)))
        {
            var self = new ObjectAddress(CatalogOids.PgConstraint, constraint.Oid);
            foreach (short column in constraint.Columns)
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, relation.Oid, column), DependencyKind.Auto);
            // A check reads its columns; a key covers those that its index includes.
            if (constraint.Kind == ConstraintKind.Check)
                foreach (short column in constraint.Columns)
                    yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, relation.Oid, column), DependencyKind.Normal);
            if (constraint.Kind is ConstraintKind.PrimaryKey or ConstraintKind.Unique && Array.Find(relation.Indexes, index => index.Oid == constraint.IndexOid) is { } covering)
                foreach (IndexKey included in covering.Keys.Skip(covering.KeyCount))
                    yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, relation.Oid, included.Column), DependencyKind.Auto);
            foreach (short column in constraint.ReferencedColumns)
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, constraint.ReferencedTableOid, column), DependencyKind.Normal);
            if (PartitionReferences.IsOne(constraint.Oid))
            {
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgConstraint, constraint.ParentOid), DependencyKind.Internal);
            }
            else if (constraint.ParentOid != 0)
            {
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgConstraint, constraint.ParentOid), DependencyKind.PartitionPrimary);
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, relation.Oid), DependencyKind.PartitionSecondary);
            }

            if (constraint.Kind == ConstraintKind.ForeignKey && constraint.IndexOid != 0)
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, constraint.IndexOid), DependencyKind.Normal);
        }
    }

    public static IEnumerable<CatalogValue[]> Types(SystemScanContext context)
    {
        foreach (UserTypeInfo type in context.Catalog.UserTypes)
        {
            CatalogValue[] row = RelationRows.Type(type, type.Kind == UserTypeKind.Domain ? TypeResolver.Find(type.Oid, context.Catalog)?.Plain : null);
            row[31] = AccessControlList.ToDisplay(type.Acl, context.Catalog);
            if (type.Kind == UserTypeKind.Array && context.Catalog.FindUserType(type.ElementOid) is { Kind: UserTypeKind.Domain or UserTypeKind.Base } domain)
                row[28] = domain.CollationOid;
            // Arrays and ranges are aligned as what they hold, to four bytes at least.
            uint held = type.Kind == UserTypeKind.Array ? type.ElementOid : type.Range?.SubtypeOid ?? 0;
            if (held != 0 && TypeResolver.Find(held, context.Catalog) is { } of && !(type.Kind == UserTypeKind.Array && of.Kind == TypeKind.Composite))
                row[22] = AlignmentOf(context, of) == 'd' ? 'd' : 'i';
            yield return row;
        }
    }

    private static char AlignmentOf(SystemScanContext context, SqlType type) => type.Kind switch
    {
        TypeKind.Enum => 'i',
        TypeKind.Composite => 'd',
        TypeKind.Range or TypeKind.Multirange when context.Catalog.FindUserType(type.Oid)?.Range is { } range && TypeResolver.Find(range.SubtypeOid, context.Catalog) is { } subtype =>
            AlignmentOf(context, subtype) == 'd' ? 'd' : 'i',
        TypeKind.Domain when TypeResolver.Find(type.BaseOid, context.Catalog) is { } below => AlignmentOf(context, below),
        _ when type.IsArray && type.ElementType is { } element => AlignmentOf(context, element) == 'd' ? 'd' : 'i',
        _ => (char)type.Alignment,
    };

    public static IEnumerable<CatalogValue[]> EnumLabels(SystemScanContext context)
    {
        foreach (UserTypeInfo type in context.Catalog.UserTypes)
            foreach (EnumLabel label in type.Labels)
                yield return CatalogRows.Enum(type, label);
    }

    public static IEnumerable<CatalogValue[]> Ranges(SystemScanContext context)
    {
        foreach (UserTypeInfo type in context.Catalog.UserTypes)
            if (type.Kind == UserTypeKind.Range)
                yield return type.Range!.Row;
    }

    public static IEnumerable<CatalogValue[]> Schemas(SystemScanContext context)
    {
        foreach (SchemaInfo schema in context.Catalog.Schemas)
        {
            CatalogValue[] row = CatalogRows.Schema(schema);
            row[3] = AccessControlList.ToDisplay(schema.Acl, context.Catalog);
            yield return row;
        }
    }

    /// <summary>What the built-in relations and schema grant from the start: pg_dump prints the difference.</summary>
    public static IEnumerable<CatalogValue[]> InitialPrivileges(SystemScanContext context)
    {
        foreach (RelationInfo relation in BuiltinRelations.All)
            if (AccessControlList.ToDisplay(relation.Acl, context.Catalog) is { } acl)
                yield return [relation.Oid, CatalogOids.PgClass, 0L, (long)'i', acl];
        foreach (SchemaInfo schema in context.Catalog.Schemas)
            if (schema.Oid == CatalogOids.CatalogSchema && AccessControlList.ToDisplay(schema.Acl, context.Catalog) is { } acl)
                yield return [schema.Oid, CatalogOids.PgNamespace, 0L, (long)'i', acl];
    }

    public static IEnumerable<CatalogValue[]> Comments(SystemScanContext context)
    {
        foreach (CommentInfo comment in context.Catalog.Comments)
            yield return [comment.Object.ObjectOid, comment.Object.ClassOid, comment.Object.SubId, comment.Text];
    }

    public static IEnumerable<CatalogValue[]> SharedComments(SystemScanContext context)
    {
        foreach (CommentInfo comment in context.Catalog.SharedComments)
            yield return [comment.Object.ObjectOid, comment.Object.ClassOid, comment.Text];
    }

    public static IEnumerable<CatalogValue[]> Roles(SystemScanContext context)
    {
        foreach (RoleInfo role in context.Catalog.Roles)
            yield return CatalogRows.Role(role);
    }

    public static IEnumerable<CatalogValue[]> Parameters(SystemScanContext context)
    {
        foreach (ParameterPrivileges parameter in context.Catalog.Parameters)
            yield return [parameter.Oid, parameter.Name, AccessControlList.ToDisplay(parameter.Acl, context.Catalog)];
    }

    public static IEnumerable<CatalogValue[]> Memberships(SystemScanContext context)
    {
        foreach (RoleInfo role in context.Catalog.Roles)
            foreach (RoleMembership membership in role.MemberOf)
                yield return [membership.RoleOid, role.Oid, membership.GrantorOid, membership.AdminOption];
    }

    public static IEnumerable<CatalogValue[]> Databases(SystemScanContext context)
    {
        foreach (DatabaseInfo database in context.Catalog.Databases)
        {
            CatalogValue[] row = CatalogRows.Database(database);
            row[15] = AccessControlList.ToDisplay(database.Acl, context.Catalog);
            yield return row;
        }
    }

    public static IEnumerable<CatalogValue[]> RoleSettings(SystemScanContext context)
    {
        foreach (SettingList list in context.Catalog.RoleSettings)
            yield return [list.Scope.DatabaseOid, list.Scope.RoleOid, list.Items];
    }

    public static IEnumerable<CatalogValue[]> Tablespaces(SystemScanContext context)
    {
        yield return [CatalogOids.DefaultTablespace, "pg_default", CatalogOids.BootstrapRole, CatalogValue.Null, CatalogValue.Null];
        yield return [CatalogOids.GlobalTablespace, "pg_global", CatalogOids.BootstrapRole, CatalogValue.Null, CatalogValue.Null];
    }
}
