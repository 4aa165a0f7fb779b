namespace Strata.Engine.Catalog;

/// <summary>Rows of the catalogs as SQL sees them: those of built-in relations made from their entries, and those of user objects. Catalogs whose built-in rows are text come through <see cref="BuiltinRows"/>.</summary>
internal static class CatalogScans
{
    private const int ClassColumns = 33;

    private static IEnumerable<RelationInfo> AllRelations(SystemScanContext context) => BuiltinRelations.All.Concat(context.Catalog.UserRelations);

    public static IEnumerable<CatalogValue[]> Classes(SystemScanContext context)
    {
        foreach (RelationInfo relation in AllRelations(context))
        {
            CatalogValue[] row = RelationRows.Class(relation)[..ClassColumns];
            row[30] = AccessControlList.ToDisplay(relation.Acl, context.Catalog);
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
                yield return row;
            }
    }

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
            foreach (ConstraintInfo constraint in relation.Constraints)
                yield return RelationRows.Constraint(constraint);
        foreach (UserTypeInfo type in context.Catalog.UserTypes)
            foreach (ConstraintInfo constraint in type.Constraints)
                yield return RelationRows.Constraint(constraint);
    }

    public static IEnumerable<CatalogValue[]> Inherits(SystemScanContext context)
    {
        foreach (RelationInfo relation in context.Catalog.UserRelations)
            for (int i = 0; i < relation.Parents.Length; i++)
                yield return RelationRows.Inherits(relation.Oid, relation.Parents[i], i + 1);
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
                yield return StatisticRows.ToRow(relation, statistics);
    }

    /// <summary>Stored dependencies, and those that PostgreSQL keeps though the objects' own rows tell them.</summary>
    public static IEnumerable<CatalogValue[]> Dependencies(SystemScanContext context)
    {
        foreach (RelationInfo relation in context.Catalog.UserRelations)
        {
            var self = new ObjectAddress(CatalogOids.PgClass, relation.Oid);
            if (relation.Index is null)
                yield return RelationRows.Depend(new Dependency(self, new ObjectAddress(CatalogOids.PgNamespace, relation.SchemaOid), DependencyKind.Normal));
            if (relation.RowTypeOid != 0)
                yield return RelationRows.Depend(new Dependency(new ObjectAddress(CatalogOids.PgType, relation.RowTypeOid), self, DependencyKind.Internal));
            foreach (Dependency dependency in relation.Dependencies)
                yield return RelationRows.Depend(Shown(relation, dependency));
            if (relation.Index is null)
                foreach (uint parent in relation.Parents)
                    yield return RelationRows.Depend(new Dependency(
                        self, new ObjectAddress(CatalogOids.PgClass, parent), relation.IsPartition ? DependencyKind.Auto : DependencyKind.Normal));
            foreach (ColumnInfo column in relation.Columns)
                if (RelationRows.HasDefaultRow(column))
                    yield return RelationRows.Depend(new Dependency(
                        new ObjectAddress(CatalogOids.PgAttrDef, column.DefaultOid), self with { SubId = column.Number }, DependencyKind.Auto));
            foreach (Dependency dependency in OfIndex(relation, context.Catalog))
                yield return RelationRows.Depend(dependency);
            foreach (Dependency dependency in OfConstraints(relation))
                yield return RelationRows.Depend(dependency);
        }

        foreach (Dependency dependency in ObjectScans.Dependencies(context.Catalog))
            yield return RelationRows.Depend(dependency);
        // A range type's constructors belong to it: pg_dump leaves them out.
        foreach (RoutineInfo routine in context.Catalog.UserRoutines)
            if (routine.LanguageOid == RoutineInfo.InternalLanguage && routine.Source.Contains("range_constructor", StringComparison.Ordinal))
                yield return RelationRows.Depend(new Dependency(
                    new ObjectAddress(CatalogOids.PgProc, routine.Oid), new ObjectAddress(CatalogOids.PgType, routine.ReturnType), DependencyKind.Internal));
    }

    // A view's dependencies are its rule's, and a column's on a sequence its default's.
    private static Dependency Shown(RelationInfo relation, in Dependency dependency)
    {
        if (relation.View is { } view)
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

        foreach (ConstraintInfo constraint in catalog.FindRelation(index.TableOid)?.Constraints ?? [])
        {
            if (constraint.IndexOid != index.Oid || constraint.Kind == ConstraintKind.ForeignKey)
                continue;
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgConstraint, constraint.Oid), DependencyKind.Internal);
            yield break;
        }

        foreach (IndexKey key in index.Keys)
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, index.TableOid, key.Column), DependencyKind.Auto);
    }

    private static IEnumerable<Dependency> OfConstraints(RelationInfo relation)
    {
        foreach (ConstraintInfo constraint in relation.Constraints)
        {
            var self = new ObjectAddress(CatalogOids.PgConstraint, constraint.Oid);
            foreach (short column in constraint.Columns)
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, relation.Oid, column), DependencyKind.Auto);
            foreach (short column in constraint.ReferencedColumns)
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, constraint.ReferencedTableOid, column), DependencyKind.Normal);
            if (constraint.Kind == ConstraintKind.ForeignKey && constraint.IndexOid != 0)
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, constraint.IndexOid), DependencyKind.Normal);
        }
    }

    public static IEnumerable<CatalogValue[]> Types(SystemScanContext context)
    {
        foreach (UserTypeInfo type in context.Catalog.UserTypes)
        {
            CatalogValue[] row = RelationRows.Type(type);
            row[31] = AccessControlList.ToDisplay(type.Acl, context.Catalog);
            yield return row;
        }

    }

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
