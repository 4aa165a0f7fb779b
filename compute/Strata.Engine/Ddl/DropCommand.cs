using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using ConstraintKind = Strata.Engine.Catalog.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>DROP of relations, schemas and types, with everything that depends on them.</summary>
internal sealed class DropCommand(DdlContext context, DropBehavior behavior)
{
    private readonly HashSet<uint> _relations = [];
    private readonly List<RelationInfo> _order = [];
    private readonly HashSet<uint> _types = [];
    private readonly List<(RelationInfo Table, ConstraintInfo Constraint)> _constraints = [];
    private readonly List<(RelationInfo Table, int Column)> _defaults = [];
    private readonly List<(RelationInfo Table, int Column)> _columns = [];
    private readonly List<(string Dependent, string Referenced, uint Oid)> _cascades = [];
    private readonly DropObjects _others = new(context);
    private readonly HashSet<uint> _named = [];
    private bool _isSilent;
    private string _subject = "";
    private (uint Table, int Column) _droppedColumn;

    public static void Execute(DdlContext context, DropStatement statement)
    {
        var command = new DropCommand(context, statement.Behavior);
        switch (statement.Kind)
        {
            case ObjectKind.Index when statement.IsConcurrent:
                ConcurrentIndexDrop.Execute(context, statement, command.CheckIndex);
                break;
            case ObjectKind.Table or ObjectKind.View or ObjectKind.Index or ObjectKind.Sequence or ObjectKind.MaterializedView or ObjectKind.ForeignTable:
                command.DropRelations(statement);
                break;
            case ObjectKind.Extension:
                command.DropExtensions(statement);
                break;
            case ObjectKind.Schema:
                command.DropSchemas(statement);
                break;
            case ObjectKind.Type or ObjectKind.Domain:
                command.DropTypes(statement);
                break;
            case ObjectKind.Function or ObjectKind.Procedure or ObjectKind.Routine or ObjectKind.Aggregate or ObjectKind.Operator or ObjectKind.Cast or ObjectKind.OperatorClass
                or ObjectKind.OperatorFamily or ObjectKind.Conversion or ObjectKind.Collation or ObjectKind.Policy or ObjectKind.Statistics or ObjectKind.TextSearchConfiguration or ObjectKind.TextSearchDictionary or ObjectKind.TextSearchParser or ObjectKind.TextSearchTemplate or ObjectKind.ForeignDataWrapper or ObjectKind.ForeignServer or ObjectKind.Publication or ObjectKind.AccessMethod:
                command.DropObjects(statement);
                break;
            default:
                DropUnsupported(context, statement);
                break;
        }
    }

    /// <summary>Drops everything in a schema, and what depends on it, without a word (temporary schemas).</summary>
    public static void DropContents(DdlContext context, SchemaInfo schema)
    {
        var command = new DropCommand(context, DropBehavior.Cascade) { _isSilent = true };
        command.AddContents(schema);
        command.Finish("schema " + schema.Name);
    }

    /// <summary>Drops a relation and what depends on it without a word.</summary>
    public static void DropRelation(DdlContext context, RelationInfo relation)
    {
        var command = new DropCommand(context, DropBehavior.Cascade) { _isSilent = true };
        command.Add(relation);
        command.Finish(null);
    }

    // Kinds of objects that can't exist here: they are missing, unless PostgreSQL's own are meant.
    private static void DropUnsupported(DdlContext context, DropStatement statement)
    {
        foreach (ObjectReference reference in statement.Objects)
        {
            if (IsBuiltin(statement.Kind, NameOf(reference)))
                throw new SqlException(SqlState.FeatureNotSupported, $"DROP {KindName(statement.Kind).ToUpperInvariant()} is not supported yet");
            SqlException missing = reference is DependentObject { } dependent && statement.Kind is ObjectKind.Trigger or ObjectKind.Rule
                ? MissingOfTable(context, statement.Kind, (DependentObject)reference)
                : new SqlException(SqlState.UndefinedObject, $"{KindName(statement.Kind)} \"{NameOf(reference)}\" does not exist");
            if (!statement.IfExists)
                throw missing;
            context.Notice(missing.Message.Replace("for table", "for relation", StringComparison.Ordinal) + ", skipping");
        }
    }

    private static bool IsBuiltin(ObjectKind kind, string name) => kind switch
    {
        ObjectKind.Language => BuiltinNames.Find("pg_language", "lanname", name) is not null,
        ObjectKind.Tablespace => name is "pg_default" or "pg_global",
        ObjectKind.Transform or ObjectKind.LargeObject => true,
        _ => false,
    };

    // There are no triggers and no rules but those of views.
    private static SqlException MissingOfTable(DdlContext context, ObjectKind kind, DependentObject reference)
    {
        if (reference.Owner.Schema is { } schema && context.View.FindSchema(schema) is null)
            return new SqlException(SqlState.InvalidSchemaName, $"schema \"{schema}\" does not exist");
        if (context.View.ResolveRelation(context.Session.SearchPath, reference.Owner.Schema, reference.Owner.Name) is not { } table)
            return new SqlException(SqlState.UndefinedTable, $"relation \"{reference.Owner}\" does not exist");
        return new SqlException(SqlState.UndefinedObject, $"{KindName(kind)} \"{reference.Name}\" for {(kind == ObjectKind.Rule ? "relation" : "table")} \"{table.Name}\" does not exist");
    }

    private static string NameOf(ObjectReference reference) => reference switch
    {
        NamedObject named => named.Name.ToString(),
        FunctionObject function => function.Name + "()",
        TypeObject type => string.Join('.', type.Type.Names),
        DependentObject dependent => dependent.Name,
        _ => "",
    };

    /// <summary>An object kind as messages spell it.</summary>
    public static string KindName(ObjectKind kind) => kind switch
    {
        ObjectKind.MaterializedView => "materialized view",
        ObjectKind.ForeignTable => "foreign table",
        ObjectKind.AccessMethod => "access method",
        ObjectKind.EventTrigger => "event trigger",
        ObjectKind.OperatorClass => "operator class",
        ObjectKind.OperatorFamily => "operator family",
        ObjectKind.TextSearchConfiguration => "text search configuration",
        ObjectKind.TextSearchDictionary => "text search dictionary",
        ObjectKind.TextSearchParser => "text search parser",
        ObjectKind.TextSearchTemplate => "text search template",
        ObjectKind.ForeignDataWrapper => "foreign-data wrapper",
        ObjectKind.ForeignServer => "server",
        ObjectKind.LargeObject => "large object",
        ObjectKind.UserMapping => "user mapping",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private void DropRelations(DropStatement statement)
    {
        var named = new List<RelationInfo>();
        foreach (ObjectReference reference in statement.Objects)
        {
            QualifiedName name = ((NamedObject)reference).Name;
            var relationName = new RelationName(null, name.Schema, name.Name, name.Position);
            if (name.Schema is { } schema && context.View.FindSchema(schema) is null)
            {
                if (!statement.IfExists)
                    throw new SqlException(SqlState.InvalidSchemaName, $"schema \"{schema}\" does not exist");
                context.Notice($"schema \"{schema}\" does not exist, skipping");
                continue;
            }

            if (statement.Kind == ObjectKind.Index)
                LockTableOf(relationName);
            RelationInfo? relation = context.Find(relationName, RelationLockMode.AccessExclusive);
            if (relation is null)
            {
                if (!statement.IfExists)
                    throw new SqlException(
                        statement.Kind is ObjectKind.Index ? SqlState.UndefinedObject : SqlState.UndefinedTable, $"{KindName(statement.Kind)} \"{name}\" does not exist");
                context.Notice($"{KindName(statement.Kind)} \"{name}\" does not exist, skipping");
                continue;
            }

            CheckKind(statement.Kind, relation);
            context.CheckOwner(relation);
            named.Add(relation);
            _named.Add(relation.Oid);
        }

        foreach (RelationInfo relation in named)
        {
            CheckNotMember(new ObjectAddress(CatalogOids.PgClass, relation.Oid), Describe(relation));
            CheckNotPartOfConstraint(relation);
            Add(relation);
        }

        Finish(statement.Objects.Count == 1 ? null : "desired object(s)");
    }

    // Plans lock tables, not their indexes: nobody may be using the table. It comes first, as with all who lock both.
    private void LockTableOf(RelationName name)
    {
        if (context.View.ResolveRelation(context.Session.SearchPath, name.Schema, name.Name) is { Index: { } index } relation && context.View.FindRelation(index.TableOid) is { } table)
        {
            context.CheckOwner(relation);
            context.LockRelation(table, RelationLockMode.AccessExclusive);
        }
    }

    private void CheckIndex(RelationInfo relation)
    {
        CheckKind(ObjectKind.Index, relation);
        context.CheckOwner(relation);
        CheckNotPartOfConstraint(relation);
    }

    private static void CheckKind(ObjectKind kind, RelationInfo relation)
    {
        ObjectKind actual = relation.Kind switch
        {
            RelationKind.Index or RelationKind.PartitionedIndex => ObjectKind.Index,
            RelationKind.Sequence => ObjectKind.Sequence,
            RelationKind.View => ObjectKind.View,
            RelationKind.MaterializedView => ObjectKind.MaterializedView,
            RelationKind.ForeignTable => ObjectKind.ForeignTable,
            _ => ObjectKind.Table,
        };
        if (kind == actual)
            return;
        string article = kind == ObjectKind.Index ? "an" : "a";
        throw new SqlException(SqlState.WrongObjectType, $"\"{relation.Name}\" is not {article} {KindName(kind)}")
        {
            Hint = $"Use DROP {KindName(actual).ToUpperInvariant()} to remove {(actual == ObjectKind.Index ? "an" : "a")} {KindName(actual)}.",
        };
    }

    private void CheckNotPartOfConstraint(RelationInfo relation)
    {
        if (relation.Index is not null && relation.Parents.Length > 0 && context.View.FindRelation(relation.Parents[0]) is { } whole && !_relations.Contains(whole.Oid))
            throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot drop {Describe(relation)} because {Describe(whole)} requires it")
            {
                Hint = $"You can drop {Describe(whole)} instead.",
            };
        if (relation.Index is { } index && context.View.FindRelation(index.TableOid) is { } table)
            foreach (ConstraintInfo constraint in table.Constraints)
                if (constraint.IndexOid == index.Oid && constraint.Kind != ConstraintKind.ForeignKey && !_relations.Contains(table.Oid))
                    throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot drop {Describe(relation)} because constraint {constraint.Name} on {Describe(table)} requires it")
                    {
                        Hint = $"You can drop constraint {constraint.Name} on {Describe(table)} instead.",
                    };
        foreach (Dependency dependency in relation.Dependencies)
            if (dependency.Kind == DependencyKind.Internal && relation.Sequence is not null && context.View.FindRelation(dependency.Referenced.ObjectOid) is { } owner && !_relations.Contains(owner.Oid))
                throw new SqlException(
                    SqlState.DependentObjectsStillExist,
                    $"cannot drop {Describe(relation)} because column {owner.Columns[dependency.Referenced.SubId - 1].Name} of {Describe(owner)} requires it")
                {
                    Hint = $"You can drop column {owner.Columns[dependency.Referenced.SubId - 1].Name} of {Describe(owner)} instead.",
                };
    }

    // As PostgreSQL's getObjectDescription: with the schema where the search path does not find the name.
    private string Describe(RelationInfo relation) =>
        (relation.Kind == RelationKind.CompositeType ? "type" : Permissions.KindName(relation.Kind)) + " " + context.Session.Catalog.RelationName(relation);

    private string Describe(UserTypeInfo type) => "type " + (context.Session.Catalog.ObjectName(TypeOid.RegType, type.Oid) ?? type.Name);

    /// <summary>Adds a relation and what goes with it; null is one that somebody else dropped while its lock was waited for.</summary>
    public void Add(RelationInfo? relation)
    {
        if (relation is null || !_relations.Add(relation.Oid))
            return;
        if (_subject.Length == 0)
            _subject = Describe(relation);
        foreach (IndexInfo index in relation.Indexes)
            if (_relations.Add(index.Oid))
                _order.Add(context.LockRelation(context.View.FindRelation(index.Oid)!, RelationLockMode.AccessExclusive)!);
        AddOwnedSequences(relation, column: 0);
        AddChildren(relation);
        _order.Add(relation);
        if (relation.RowTypeOid != 0)
            AddType(relation.RowTypeOid, Describe(relation));
        AddDependents(relation);
    }

    // Partitions and the indexes of partitions go with what they are part of; children of a table are dependents like others.
    private void AddChildren(RelationInfo relation)
    {
        if (relation.PartitionKey is not null)
            foreach (RelationInfo pending in context.View.UserRelations.Where(r => r.IsDetachPending && r.Parents.Contains(relation.Oid)).ToArray())
                Add(context.LockRelation(pending, RelationLockMode.AccessExclusive));
        foreach (uint oid in relation.Children)
        {
            if (_relations.Contains(oid) || context.View.FindRelation(oid) is not { } child || context.LockRelation(child, RelationLockMode.AccessExclusive) is not { } locked)
                continue;
            if (!locked.IsPartition && !_named.Contains(oid))
                _cascades.Add((Describe(locked), Describe(relation), locked.Oid));
            Add(locked);
        }
    }

    private void DropObjects(DropStatement statement)
    {
        foreach (ObjectReference reference in statement.Objects)
            if (ObjectFinder.Find(context, statement.Kind, reference, statement.IfExists) is { } entry)
            {
                ObjectFinder.CheckOwner(context, entry);
                CheckNotMember(ObjectFinder.AddressOf(entry), ObjectFinder.Describe(context, entry));
                if (_subject.Length == 0)
                    _subject = ObjectFinder.Describe(context, entry);
                AddObject(entry);
            }

        Finish(statement.Objects.Count == 1 ? null : "desired object(s)");
    }

    /// <summary>Drops what roles own in the database.</summary>
    public static void DropOwned(DdlContext context, uint[] roles, DropBehavior behavior)
    {
        var command = new DropCommand(context, behavior);
        RelationInfo[] relations = [.. context.View.UserRelations.Where(r => roles.Contains(r.OwnerOid) && r.Index is null && r.Kind != RelationKind.Toast).OrderBy(static r => r.Oid)];
        object[] objects = [.. context.View.UserRoutines.Where(r => roles.Contains(r.OwnerOid)).Cast<object>(), .. context.View.Objects.Where(o => roles.Contains(o.OwnerOid) && o.ClassOid is not (CatalogOids.PgDefaultAcl or CatalogOids.PgLargeObjectMetadata))];
        UserTypeInfo[] types = [.. context.View.UserTypes.Where(t => roles.Contains(t.OwnerOid) && t.Kind is UserTypeKind.Enum or UserTypeKind.Domain or UserTypeKind.Range && roles.Contains(t.OwnerOid))];
        SchemaInfo[] schemas = [.. context.View.Schemas.Where(s => roles.Contains(s.OwnerOid))];
        HashSet<string> own = [.. relations.Select(r => command.Describe(r)), .. objects.Select(o => ObjectFinder.Describe(context, o)), .. types.Select(t => command.Describe(t))];
        foreach (RelationInfo relation in relations)
            command._named.Add(relation.Oid);
        foreach (RelationInfo relation in relations)
            command.Add(context.LockRelation(relation, RelationLockMode.AccessExclusive));
        foreach (object entry in objects)
            command.AddObject(entry);
        foreach (CatalogObject large in context.View.ObjectsOf(CatalogOids.PgLargeObjectMetadata).Where(o => roles.Contains(o.OwnerOid)).ToArray())
            Sessions.LargeObjects.Drop(context, large);
        foreach (UserTypeInfo type in types)
            command.AddType(type.Oid, command.Describe(type));
        foreach (SchemaInfo schema in schemas)
            command.AddContents(schema);
        command._cascades.RemoveAll(c => own.Contains(c.Dependent));
        command.Finish("desired object(s)");
        foreach (SchemaInfo schema in schemas)
        {
            command.DropComments(CatalogOids.PgNamespace, schema.Oid);
            context.Changes.Drop(schema, context.Cancellation);
        }
    }

    private void DropExtensions(DropStatement statement)
    {
        foreach (ObjectReference reference in statement.Objects)
        {
            string name = ((NamedObject)reference).Name.Name;
            if (statement.IfExists && ExtensionCommands.Find(context.View, name) is null && name != Extensions.AvailableExtensions.PlPgSql)
            {
                context.Notice($"extension \"{name}\" does not exist, skipping");
                continue;
            }

            CatalogObject extension = ExtensionCommands.RequireOwned(context, name);
            if (_subject.Length == 0)
                _subject = ObjectFinder.Describe(context, extension);
            AddExtension(extension);
        }

        Finish(statement.Objects.Count == 1 ? null : "desired object(s)");
    }

    // An extension's members go with it and are not told. All are marked first, so that nothing that depends on one is taken for a stranger.
    private void AddExtension(CatalogObject extension)
    {
        if (!_others.Add(extension))
            return;
        ObjectAddress[] members = ExtensionRows.Members(extension);
        var entries = new List<object>();
        foreach (ObjectAddress member in members)
        {
            object? entry = member.ClassOid == CatalogOids.PgProc ? context.View.FindRoutine(member.ObjectOid) : context.View.FindObject(member.ClassOid, member.ObjectOid);
            if (entry is not null && _others.Add(entry))
                entries.Add(entry);
        }

        // Members of operator families are parts of them.
        foreach (CatalogObject part in context.View.ObjectsOf(CatalogOids.PgAmOp).Concat(context.View.ObjectsOf(CatalogOids.PgAmProc)).ToArray())
            if (members.Contains(new ObjectAddress(CatalogOids.PgOpFamily, part.OidAt(1))))
                _others.Add(part);
        foreach (ObjectAddress member in members)
            if (member.ClassOid == CatalogOids.PgClass && context.View.FindRelation(member.ObjectOid) is { } relation)
                Add(context.LockRelation(relation, RelationLockMode.AccessExclusive));
        foreach (ObjectAddress member in members)
            if (member.ClassOid == CatalogOids.PgType && context.View.FindUserType(member.ObjectOid) is { } type)
                AddType(type.Oid, context.Session.Catalog.DescribeObject(CatalogOids.PgType, type.Oid, 0) ?? "");
        foreach (object entry in entries)
            AddObjectDependents(ObjectFinder.AddressOf(entry), ObjectFinder.Describe(context, entry));
        AddObjectDependents(extension.Address, ObjectFinder.Describe(context, extension));
    }

    private void CheckNotMember(ObjectAddress address, string description)
    {
        if (context.View.ExtensionOf(address) is { } extension)
            throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot drop {description} because extension {extension.Name} requires it")
            {
                Hint = $"You can drop extension {extension.Name} instead.",
            };
    }

    // What takes a member along takes the extension.
    private void AddExtensionOf(ObjectAddress member, string description)
    {
        if (context.View.ExtensionOf(member) is not { } extension || _others.Has(extension))
            return;
        _cascades.Add((ObjectFinder.Describe(context, extension), description, extension.Oid));
        AddExtension(extension);
    }

    private void AddObject(object entry)
    {
        if (entry is CatalogObject { ClassOid: CatalogOids.PgExtension } extension)
        {
            AddExtension(extension);
            return;
        }

        if (!_others.Add(entry))
            return;
        AddExtensionOf(ObjectFinder.AddressOf(entry), ObjectFinder.Describe(context, entry));
        AddObjectDependents(ObjectFinder.AddressOf(entry), ObjectFinder.Describe(context, entry));
    }

    // Views, routines, operators, casts and the like that use what goes.
    private void AddObjectDependents(ObjectAddress address, string referenced)
    {
        // Of what depends on a type by a column, the column goes, not the relation: see AddType.
        foreach (RelationInfo candidate in context.View.UserRelations)
            if (address.ClassOid != CatalogOids.PgClass && !_relations.Contains(candidate.Oid) && Array.Exists(candidate.Dependencies, d => d.Referenced == address && (d.Dependent.SubId == 0 || address.ClassOid != CatalogOids.PgType)))
            {
                _cascades.Add((Describe(candidate), referenced, candidate.Oid));
                Add(context.LockRelation(candidate, RelationLockMode.AccessExclusive));
            }

        if (address.ClassOid == CatalogOids.PgOpClass)
            AddIndexesOf(address.ObjectOid, referenced);
        foreach (DefinitionMention mention in DefinitionMentions.Of(context.View, address))
            AddMention(mention, referenced);
        // Of overloaded functions the texts don't tell.
        AddExpressionsOf(address, referenced);
        foreach ((object entry, DependencyKind kind) in _others.DependentsOf(address))
        {
            if (kind == DependencyKind.Normal)
                _cascades.Add((ObjectFinder.Describe(context, entry), referenced, ObjectFinder.AddressOf(entry).ObjectOid));
            AddObject(entry);
        }
    }

    // A definition that uses what goes.
    private void AddMention(in DefinitionMention mention, string referenced)
    {
        switch (mention)
        {
            case { Other: { } entry }:
                if (_others.Has(entry))
                    break;
                _cascades.Add((ObjectFinder.Describe(context, entry), referenced, ObjectFinder.AddressOf(entry).ObjectOid));
                AddObject(entry);
                break;
            case { Relation: { } relation } when _relations.Contains(relation.Oid) || _named.Contains(relation.Oid):
                break;
            case { Relation: { } table, Constraint: { } constraint }:
                if (_constraints.Exists(known => known.Constraint.Oid == constraint.Oid) || constraint.ParentOid != 0 || context.LockRelation(table, RelationLockMode.AccessExclusive) is not { } checkedTable)
                    break;
                _constraints.Add((checkedTable, constraint));
                _cascades.Add(($"constraint {constraint.Name} on {Describe(checkedTable)}", referenced, constraint.Oid));
                break;
            case { Relation: { } owner, Column: > 0 and var number }:
                if (_columns.Contains((owner, number)) || _defaults.Contains((owner, number)) || context.LockRelation(owner, RelationLockMode.AccessExclusive) is not { } holder)
                    break;
                bool isGenerated = holder.Columns[number - 1].Generated != '\0';
                (isGenerated ? _columns : _defaults).Add((holder, number));
                string column = $"column {holder.Columns[number - 1].Name} of {Describe(holder)}";
                _cascades.Add((isGenerated ? column : "default value for " + column, referenced, 0));
                break;
            case { Relation: { } whole }:
                if (context.LockRelation(whole, RelationLockMode.AccessExclusive) is not { } locked)
                    break;
                _cascades.Add((Describe(locked), referenced, locked.Oid));
                Add(locked);
                break;
        }
    }

    // Defaults, checks and indexes that call what goes. A generated column goes as a whole.
    private void AddExpressionsOf(ObjectAddress address, string referenced)
    {
        foreach ((RelationInfo relation, ColumnInfo? column, ConstraintInfo? constraint) in ExpressionDependents.Of(context, address))
        {
            if (_relations.Contains(relation.Oid) || IsTold(relation, column, constraint) || context.LockRelation(relation, RelationLockMode.AccessExclusive) is not { } locked)
                continue;
            if (constraint is not null)
            {
                _constraints.Add((locked, constraint));
                _cascades.Add(($"constraint {constraint.Name} on {Describe(locked)}", referenced, constraint.Oid));
            }
            else if (column is { Generated: not '\0' })
            {
                _columns.Add((locked, column.Number));
                _cascades.Add(($"column {column.Name} of {Describe(locked)}", referenced, 0));
            }
            else if (column is not null)
            {
                _defaults.Add((locked, column.Number));
                _cascades.Add(($"default value for column {column.Name} of {Describe(locked)}", referenced, column.DefaultOid));
            }
            else
            {
                _cascades.Add((Describe(locked), referenced, locked.Oid));
                Add(locked);
            }
        }
    }

    private bool IsTold(RelationInfo relation, ColumnInfo? column, ConstraintInfo? constraint) => constraint is not null
        ? _constraints.Exists(known => known.Constraint.Oid == constraint.Oid)
        : column is not null && (_columns.Exists(known => known.Table.Oid == relation.Oid && known.Column == column.Number) || _defaults.Exists(known => known.Table.Oid == relation.Oid && known.Column == column.Number));

    // Indexes whose keys are of an operator class.
    private void AddIndexesOf(uint operatorClass, string referenced)
    {
        foreach (RelationInfo candidate in context.View.UserRelations.ToArray())
            if (candidate.Index is { } index && !_relations.Contains(candidate.Oid) && Array.Exists(index.Keys, k => k.OperatorClassOid == operatorClass))
            {
                // One on a column that goes is not told.
                if (_columns.Exists(c => c.Table.Oid == index.TableOid && Array.Exists(index.Keys, k => k.Column == c.Column)))
                    continue;
                _cascades.Add((Describe(candidate), referenced, candidate.Oid));
                Add(context.LockRelation(candidate, RelationLockMode.AccessExclusive));
            }
    }

    private void AddOwnedSequences(RelationInfo relation, int column)
    {
        foreach (RelationInfo candidate in context.View.UserRelations)
        {
            if (candidate.Sequence is null || _relations.Contains(candidate.Oid))
                continue;
            foreach (Dependency dependency in candidate.Dependencies)
                if (dependency.Kind is DependencyKind.Auto or DependencyKind.Internal && dependency.Referenced.ObjectOid == relation.Oid && (column == 0 || dependency.Referenced.SubId == column))
                {
                    Add(context.LockRelation(candidate, RelationLockMode.AccessExclusive));
                    break;
                }
        }
    }

    private void AddDependents(RelationInfo relation)
    {
        foreach (ConstraintInfo foreignKey in relation.ReferencedBy)
        {
            if (_relations.Contains(foreignKey.TableOid) || context.View.FindRelation(foreignKey.TableOid) is not { } table)
                continue;
            if (foreignKey.ParentOid != 0)
            {
                _constraints.Add((table, foreignKey));
                continue;
            }

            table = context.LockRelation(table, RelationLockMode.AccessExclusive)!;
            _constraints.Add((table, foreignKey));
            if (!_named.Contains(table.Oid))
                _cascades.Add(($"constraint {foreignKey.Name} on {Describe(table)}", Describe(relation), foreignKey.Oid));
        }

        var address = new ObjectAddress(CatalogOids.PgClass, relation.Oid);
        AddObjectDependents(address, Describe(relation));
        foreach (RelationInfo candidate in context.View.UserRelations)
            foreach (Dependency dependency in candidate.Dependencies)
                if (dependency.Referenced with { SubId = 0 } == address && dependency.Kind == DependencyKind.Normal && !_relations.Contains(candidate.Oid))
                    AddDependent(candidate, dependency, Describe(relation));
    }

    private void AddDependent(RelationInfo candidate, in Dependency dependency, string referenced)
    {
        RelationInfo dependent = context.LockRelation(candidate, RelationLockMode.AccessExclusive)!;
        if (dependent.View is not null)
        {
            if (!_named.Contains(dependent.Oid))
                _cascades.Add((Describe(dependent), referenced, dependent.Oid));
            Add(dependent);
            return;
        }

        // A default that takes its values from the sequence.
        int column = dependency.Dependent.SubId;
        if (column == 0 || dependent.Columns[column - 1].Default is null || (dependent.Oid, column) == _droppedColumn)
            return;
        _defaults.Add((dependent, column));
        _cascades.Add(($"default value for column {dependent.Columns[column - 1].Name} of {Describe(dependent)}", referenced, 0));
    }

    /// <summary>A range type, its multirange type and their constructors go together.</summary>
    private void AddRangeParts(RangeDefinition range, string referenced)
    {
        foreach (uint part in (ReadOnlySpan<uint>)[range.RangeOid, range.MultirangeOid])
        {
            if (context.View.FindUserType(part) is not { } type)
                continue;
            foreach (RoutineInfo routine in context.View.FindRoutines(type.SchemaOid, type.Name).ToArray())
                if (routine.LanguageOid == RoutineInfo.InternalLanguage && routine.ReturnType == part)
                    AddObject(routine);
            AddType(part, referenced);
        }
    }

    private void AddType(uint oid, string referenced)
    {
        if (!_types.Add(oid) || context.View.FindUserType(oid) is not { } type)
            return;
        AddExtensionOf(new ObjectAddress(CatalogOids.PgType, oid), referenced);
        if (type.Range is { } range)
            AddRangeParts(range, referenced);
        if (type.ArrayOid != 0)
        {
            _types.Add(type.ArrayOid);
            AddObjectDependents(new ObjectAddress(CatalogOids.PgType, type.ArrayOid), referenced);
        }

        // First: constructors of ranges go with their type and are not told.
        AddTypesOver(type, referenced);
        AddObjectDependents(new ObjectAddress(CatalogOids.PgType, oid), referenced);
        foreach (RelationInfo candidate in context.View.UserRelations.ToArray())
            if (!_relations.Contains(candidate.Oid) && candidate.Index is null)
                foreach (ColumnInfo column in candidate.Columns)
                    if (!column.IsDropped && (column.TypeOid == oid || (type.ArrayOid != 0 && column.TypeOid == type.ArrayOid)))
                    {
                        if (candidate.View is not null)
                        {
                            _cascades.Add((Describe(candidate), referenced, candidate.Oid));
                            Add(context.LockRelation(candidate, RelationLockMode.AccessExclusive));
                            break;
                        }

                        if (candidate.PartitionKey is { } key && Array.Exists(key.Columns, k => k.Column == column.Number))
                        {
                            // A table can't do without its partition key.
                            _cascades.Add((Describe(candidate), referenced, candidate.Oid));
                            Add(context.LockRelation(candidate, RelationLockMode.AccessExclusive));
                            break;
                        }

                        if (candidate.View is not null)
                        {
                            _cascades.Add((Describe(candidate), referenced, candidate.Oid));
                            Add(context.LockRelation(candidate, RelationLockMode.AccessExclusive));
                            break;
                        }

                        _columns.Add((candidate, column.Number));
                        AddIndexesOn(candidate, column);
                        _cascades.Add(($"column {column.Name} of {Describe(candidate)}", referenced, 0));
                    }
    }

    // Domains and ranges over the type, or over arrays of it.
    private void AddTypesOver(UserTypeInfo type, string referenced)
    {
        foreach (UserTypeInfo candidate in context.View.UserTypes.ToArray())
        {
            uint below = candidate.Kind switch { UserTypeKind.Domain => candidate.BaseTypeOid, UserTypeKind.Range => candidate.Range!.SubtypeOid, _ => 0 };
            if (below == 0 || (below != type.Oid && below != type.ArrayOid) || _types.Contains(candidate.Oid))
                continue;
            string description = Describe(candidate);
            _cascades.Add((description, referenced, 0));
            AddType(candidate.Oid, description);
        }
    }

    private void DropSchemas(DropStatement statement)
    {
        var schemas = new List<SchemaInfo>();
        foreach (ObjectReference reference in statement.Objects)
        {
            string name = ((NamedObject)reference).Name.Name;
            if (context.View.FindSchema(name) is not { } schema)
            {
                if (!statement.IfExists)
                    throw new SqlException(SqlState.InvalidSchemaName, $"schema \"{name}\" does not exist");
                context.Notice($"schema \"{name}\" does not exist, skipping");
                continue;
            }

            if (schema.Oid < CatalogOids.FirstUser && schema.Oid != CatalogOids.PublicSchema)
                throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot drop schema {name} because it is required by the database system");
            if (!context.Permissions.IsOwner(schema.OwnerOid))
                throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of schema {name}");
            schemas.Add(schema);
            _subject = _subject.Length == 0 ? "schema " + name : _subject;
            AddContents(schema);
        }

        Finish(statement.Objects.Count == 1 ? null : "desired object(s)");
        foreach (SchemaInfo schema in schemas)
        {
            DropComments(CatalogOids.PgNamespace, schema.Oid);
            context.Changes.Drop(schema, context.Cancellation);
        }
    }

    private void AddContents(SchemaInfo schema)
    {
        foreach (CatalogObject extension in context.View.ObjectsOf(CatalogOids.PgExtension).Where(e => e.SchemaOid == schema.Oid).OrderBy(static e => e.Oid).ToArray())
            if (!_others.Has(extension))
            {
                _cascades.Add((ObjectFinder.Describe(context, extension), "schema " + schema.Name, extension.Oid));
                AddExtension(extension);
            }

        foreach (RelationInfo relation in context.View.UserRelations.OrderBy(static r => r.Oid).ToArray())
        {
            if (relation.SchemaOid != schema.Oid || relation.Index is not null || _relations.Contains(relation.Oid))
                continue;
            bool isOwned = relation.Sequence is not null && Array.Exists(relation.Dependencies, static d => d.Kind != DependencyKind.Normal);
            if (isOwned)
                continue;
            _cascades.Add((Describe(relation), "schema " + schema.Name, relation.Oid));
            Add(context.LockRelation(relation, RelationLockMode.AccessExclusive));
        }

        foreach (object entry in _others.In(schema.Oid))
        {
            if (_others.Has(entry))
                continue;
            _cascades.Add((ObjectFinder.Describe(context, entry), "schema " + schema.Name, ObjectFinder.AddressOf(entry).ObjectOid));
            AddObject(entry);
        }

        foreach (UserTypeInfo type in context.View.UserTypes.ToArray())
            if (type.SchemaOid == schema.Oid && type.Kind is UserTypeKind.Enum or UserTypeKind.Domain or UserTypeKind.Range or UserTypeKind.Base && !_types.Contains(type.Oid))
            {
                _cascades.Add((Describe(type), "schema " + schema.Name, 0));
                AddType(type.Oid, Describe(type));
            }
    }

    private void DropTypes(DropStatement statement)
    {
        foreach (ObjectReference reference in statement.Objects)
        {
            TypeName name = ((TypeObject)reference).Type;
            SqlType? found = TypeResolver.Find(name.Schema, name.Name, context.View, context.Session.SearchPath);
            if (found is null)
            {
                if (!statement.IfExists)
                    throw new SqlException(SqlState.UndefinedObject, $"type \"{string.Join('.', name.Names)}\" does not exist");
                context.Notice($"type \"{string.Join('.', name.Names)}\" does not exist, skipping");
                continue;
            }

            if (context.View.FindUserType(found.Oid) is not { Oid: >= CatalogOids.FirstUser } type)
                throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot drop type {TypeNames.Format(found)} because it is required by the database system");
            if (type.RelationOid != 0 && context.View.FindRelation(type.RelationOid) is { Kind: RelationKind.CompositeType } composite)
            {
                if (!context.Permissions.IsOwner(type.OwnerOid))
                    throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of type {type.Name}");
                _subject = Describe(type);
                Add(composite);
                continue;
            }

            if (type.RelationOid != 0)
                throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot drop type {type.Name} because table {type.Name} requires it") { Hint = $"You can drop table {type.Name} instead." };
            if (statement.Kind == ObjectKind.Domain && type.Kind != UserTypeKind.Domain)
                throw new SqlException(SqlState.WrongObjectType, $"\"{type.Name}\" is not a domain");
            if (!context.Permissions.IsOwner(type.OwnerOid))
                throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of type {type.Name}");
            _subject = Describe(type);
            CheckNotMember(new ObjectAddress(CatalogOids.PgType, type.Oid), _subject);
            AddType(type.Oid, _subject);
        }

        Finish(null);
    }

    /// <summary>Drops a column's dependents and, at the end, what was gathered.</summary>
    public void AddColumn(RelationInfo table, ColumnInfo column)
    {
        _subject = $"column {column.Name} of {Describe(table)}";
        _droppedColumn = (table.Oid, column.Number);
        AddIndexesOn(table, column);
        foreach (ColumnInfo other in table.Columns)
            if (!other.IsDropped && other.Generated != '\0' && Mentions(other.Default, column))
            {
                _cascades.Add(($"column {other.Name} of table {table.Name}", _subject, 0));
                _columns.Add((table, other.Number));
            }

        AddOwnedSequences(table, column.Number);
        foreach ((object entry, DependencyKind kind) in _others.DependentsOf(new ObjectAddress(CatalogOids.PgClass, table.Oid, column.Number)))
            if (kind == DependencyKind.Normal && entry is RoutineInfo or CatalogObject { ClassOid: CatalogOids.PgPolicy })
            {
                _cascades.Add((ObjectFinder.Describe(context, entry), _subject, ObjectFinder.AddressOf(entry).ObjectOid));
                AddObject(entry);
            }

        foreach (RelationInfo candidate in context.View.UserRelations.ToArray())
            if (candidate.View is not null && !_relations.Contains(candidate.Oid))
                foreach (Dependency dependency in candidate.Dependencies)
                    if (dependency.Referenced == new ObjectAddress(CatalogOids.PgClass, table.Oid, column.Number))
                    {
                        _cascades.Add((Describe(candidate), _subject, candidate.Oid));
                        Add(context.LockRelation(candidate, RelationLockMode.AccessExclusive));
                        break;
                    }
    }

    private void AddIndexesOn(RelationInfo table, ColumnInfo column)
    {
        foreach (IndexInfo index in table.Indexes)
            if (Array.Exists(index.Keys, k => k.Column == column.Number) || Mentions(index.Predicate, column) || Array.Exists(index.Keys, k => Mentions(k.Expression, column)))
            {
                foreach (ConstraintInfo foreignKey in table.ReferencedBy)
                    if (foreignKey.IndexOid == index.Oid)
                        AddConstraintDependent(foreignKey, $"column {column.Name} of table {table.Name}");
                if (_relations.Add(index.Oid))
                    _order.Add(context.LockRelation(context.View.FindRelation(index.Oid)!, RelationLockMode.AccessExclusive)!);
            }
    }

    private static bool Mentions(CatalogExpression? expression, ColumnInfo column) =>
        expression is not null && StoredExpressions.ColumnNames(expression.Syntax).Contains(column.Name);

    /// <summary>A foreign key elsewhere that needs what goes.</summary>
    public void AddConstraintDependent(ConstraintInfo foreignKey, string referenced)
    {
        RelationInfo table = context.LockRelation(context.View.FindRelation(foreignKey.TableOid)!, RelationLockMode.AccessExclusive)!;
        if (_subject.Length == 0)
            _subject = referenced;
        _constraints.Add((table, foreignKey));
        _cascades.Add(($"constraint {foreignKey.Name} on {Describe(table)}", referenced, foreignKey.Oid));
    }

    /// <summary>Refuses if something that nobody named depends on what goes (RESTRICT), else says so and drops everything.</summary>
    public void Finish(string? subject)
    {
        if (_cascades.Count > 0 && !_isSilent)
            RefuseOrTell(subject ?? _subject);
        foreach ((RelationInfo table, ConstraintInfo constraint) in _constraints)
        {
            if (context.View.FindRelation(table.Oid) is not { } current)
                continue;
            DropComments(CatalogOids.PgConstraint, constraint.Oid);
            context.Replace(current, current with { Constraints = [.. current.Constraints.Where(c => c.Oid != constraint.Oid)] });
        }

        foreach ((RelationInfo table, int column) in _defaults)
            if (context.View.FindRelation(table.Oid) is { } current && !_relations.Contains(table.Oid))
                AlterTableCommand.ReplaceColumn(context, current, current.Columns[column - 1] with { Default = null, DefaultOid = 0 });
        foreach ((RelationInfo table, int column) in _columns)
            if (context.View.FindRelation(table.Oid) is { } current && !_relations.Contains(table.Oid))
            {
                // Constraints on the column go with it, whatever else they are on.
                ConstraintInfo[] kept = [.. current.Constraints.Where(c => Array.IndexOf(c.Columns, (short)column) < 0)];
                if (kept.Length < current.Constraints.Length)
                    current = context.Replace(current, current with { Constraints = kept });
                AlterTableCommand.MarkDropped(context, current, current.Columns[column - 1]);
            }

        foreach (object entry in _others.Entries)
        {
            ObjectAddress address = ObjectFinder.AddressOf(entry);
            DropComments(address.ClassOid, address.ObjectOid);
            context.Changes.Drop(entry, context.Cancellation);
            if (entry is CatalogObject { ClassOid: CatalogOids.PgStatisticExt } statistics)
                StatisticsCommand.Forget(context, statistics);
        }

        foreach (RelationInfo relation in _order)
            DropOne(relation);
        foreach (uint oid in _types)
            if (context.View.FindUserType(oid) is { } type)
                context.Changes.Drop(type, context.Cancellation);
    }

    private void DropOne(RelationInfo relation)
    {
        RelationInfo current = context.View.FindRelation(relation.Oid)!;
        context.CheckNotPending(current, "DROP TABLE");
        DropComments(CatalogOids.PgClass, current.Oid);
        RelationStorage.Drop(context, current);
        foreach (CatalogObject own in context.View.Objects.ToArray())
            if ((own.ClassOid == CatalogOids.PgPolicy && own.OidAt(2) == current.Oid) || (own.ClassOid is CatalogOids.PgForeignTable or CatalogOids.PgTrigger && own.Oid == current.Oid))
                context.Changes.Drop(own, context.Cancellation);
        context.Changes.Drop(current, context.Cancellation);
    }

    private void DropComments(uint classOid, uint oid)
    {
        foreach (CommentInfo comment in context.View.Comments.Where(c => c.Object.ClassOid == classOid && c.Object.ObjectOid == oid).ToArray())
            context.Changes.Drop(comment, context.Cancellation);
    }

    /// <summary>As PostgreSQL tells it: of what depends on the same object the oldest first, each with what depends on it behind it.</summary>
    private void ArrangeCascades()
    {
        if (_cascades.Exists(static c => c.Oid == 0))
            return;
        var arranged = new List<(string Dependent, string Referenced, uint Oid)>(_cascades.Count);
        var roots = _cascades.Where(c => !_cascades.Exists(other => other.Dependent == c.Referenced)).GroupBy(static c => c.Referenced)
            // A type's array type is older than anything that uses either.
            .OrderBy(static group => group.Key.EndsWith("[]", StringComparison.Ordinal) ? 0 : 1).SelectMany(static group => group.OrderBy(static c => c.Oid)).ToList();
        foreach ((string, string, uint) root in roots)
            AddWithDependents(arranged, root);
        if (arranged.Count != _cascades.Count)
            return;
        _cascades.Clear();
        _cascades.AddRange(arranged);
    }

    private void AddWithDependents(List<(string Dependent, string Referenced, uint Oid)> arranged, (string Dependent, string Referenced, uint Oid) cascade)
    {
        Vectors.DepthGuard.Check();
        if (arranged.Contains(cascade))
            return;
        arranged.Add(cascade);
        foreach ((string, string, uint) next in _cascades.Where(c => c.Referenced == cascade.Dependent).OrderBy(static c => c.Oid).ToList())
            AddWithDependents(arranged, next);
    }

    private void RefuseOrTell(string subject)
    {
        ArrangeCascades();
        // What the statement names itself needs no CASCADE.
        if (behavior == DropBehavior.Restrict)
            throw new SqlException(SqlState.DependentObjectsStillExist, subject == "desired object(s)"
                ? "cannot drop desired object(s) because other objects depend on them"
                : $"cannot drop {subject} because other objects depend on it")
            {
                Detail = string.Join('\n', _cascades.Select(static c => $"{c.Dependent} depends on {c.Referenced}")),
                Hint = "Use DROP ... CASCADE to drop the dependent objects too.",
            };
        if (_cascades.Count == 1)
            context.Notice($"drop cascades to {_cascades[0].Dependent}");
        else
            context.Session.Notice($"drop cascades to {_cascades.Count} other objects", detail: string.Join('\n', _cascades.Select(static c => $"drop cascades to {c.Dependent}")));
    }
}
