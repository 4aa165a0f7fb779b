using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>What an object is called: PostgreSQL's <c>pg_describe_object</c>, <c>pg_identify_object</c> and <c>pg_identify_object_as_address</c>.</summary>
/// <param name="Type">Kind, as in <c>pg_identify_object</c>.</param>
/// <param name="Schema">Schema, unquoted; null for objects in none.</param>
/// <param name="Name">Name, quoted; null where a name alone would not tell the object.</param>
/// <param name="Identity">The whole identity with schemas.</param>
/// <param name="Names">Names for <c>pg_get_object_address</c>.</param>
/// <param name="Arguments">Arguments for it.</param>
public sealed record ObjectIdentity(string Type, string? Schema, string? Name, string Identity, string[] Names, string[] Arguments);

/// <summary>Finds what objects are called. For the session's thread.</summary>
internal sealed class ObjectIdentities(CatalogView view, CatalogServices services)
{
    private string SchemaName(uint oid) => view.FindSchema(oid)?.Name ?? "";

    private static string Quote(string name) => TypeNames.QuoteIdentifier(name);

    private string Qualified(uint schema, string name) => Quote(SchemaName(schema)) + "." + Quote(name);

    // Types in identities are always qualified, but for those that have a name in SQL.
    private string TypeIdentity(uint oid)
    {
        if (TypeResolver.Find(oid, view) is not { } type)
            return "-";
        string name = TypeNames.Format(type);
        SqlType element = type.IsArray && type.ElementType is { } of ? of : type;
        bool isStandard = element.NamespaceOid == CatalogOids.CatalogSchema && TypeNames.Format(element) != Quote(element.Name);
        return isStandard || element.NamespaceOid == CatalogOids.CatalogSchema && IsKeyword(element.Oid) ? name : Quote(SchemaName(type.NamespaceOid)) + "." + name;
    }

    private static bool IsKeyword(uint oid) => oid is TypeOid.Numeric or TypeOid.Interval or TypeOid.Bit;

    /// <summary>The identity; null for an object that is not there.</summary>
    public ObjectIdentity? Find(uint classOid, uint oid, int subId)
    {
        switch (classOid)
        {
            case CatalogOids.PgLargeObject:
                return view.FindObject(CatalogOids.PgLargeObjectMetadata, oid) is { } large ? Other(large) : null;
            case CatalogOids.PgClass:
                return Relation(oid, subId);
            case CatalogOids.PgTrigger:
                return ForeignKeyTriggers.Of(view).GetValueOrDefault(oid) is { } trigger
                    ? Simple("trigger", null, null, $"{Quote(trigger.Name)} on {Qualified(trigger.Table.SchemaOid, trigger.Table.Name)}", [SchemaName(trigger.Table.SchemaOid), trigger.Table.Name, trigger.Name]) : null;
            case CatalogOids.PgProc:
                return services.FindFunction(oid) is { } function ? Function(function) : null;
            case CatalogOids.PgType:
                return TypeResolver.Find(oid, view) is { } type
                    ? Simple("type", SchemaName(type.NamespaceOid), Quote(type.Name), TypeIdentity(oid), [TypeIdentity(oid)])
                    : null;
            case CatalogOids.PgNamespace:
                return view.FindSchema(oid) is { } schema ? Simple("schema", null, Quote(schema.Name), Quote(schema.Name), [schema.Name]) : null;
            case CatalogOids.PgAuthId:
                return view.FindRole(oid) is { } role ? Simple("role", null, Quote(role.Name), Quote(role.Name), [role.Name]) : null;
            case CatalogOids.PgDatabase:
                return view.FindDatabase(oid) is { } database ? Simple("database", null, Quote(database.Name), Quote(database.Name), [database.Name]) : null;
            case CatalogOids.PgConstraint:
                return Constraint(oid);
            case CatalogOids.PgAttrDef:
                return Default(oid);
            case CatalogOids.PgRewrite:
                return Rule(oid);
            case CatalogOids.PgLanguage:
                return BuiltinNames.NameOf("pg_language", "lanname", oid) is { } language ? Simple("language", null, Quote(language), Quote(language), [language]) : null;
            case CatalogOids.PgAm:
                return (view.FindObject(CatalogOids.PgAm, oid)?.Name ?? BuiltinNames.NameOf("pg_am", "amname", oid)) is { } method ? Simple("access method", null, Quote(method), Quote(method), [method]) : null;
            case CatalogOids.PgExtension when oid == ExtensionRows.PlPgSqlOid:
                return Simple("extension", null, "plpgsql", "plpgsql", ["plpgsql"]);
            default:
                return view.FindObject(classOid, oid) is { } entry ? Other(entry) : Builtin(classOid, oid);
        }
    }

    private static ObjectIdentity Simple(string type, string? schema, string? name, string identity, string[] names, string[]? arguments = null) => new(type, schema, name, identity, names, arguments ?? []);

    private ObjectIdentity? Relation(uint oid, int subId)
    {
        if (view.FindRelation(oid) is not { } relation)
            return null;
        string identity = Qualified(relation.SchemaOid, relation.Name), schema = SchemaName(relation.SchemaOid);
        if (subId != 0)
        {
            if (subId > relation.Columns.Length || subId < 0)
                return null;
            string column = relation.Columns[subId - 1].Name;
            return Simple(KindName(relation.Kind) + " column", schema, Quote(relation.Name), identity + "." + Quote(column), [schema, relation.Name, column]);
        }

        return Simple(KindName(relation.Kind), schema, Quote(relation.Name), identity, [schema, relation.Name]);
    }

    private static string KindName(RelationKind kind) => kind == RelationKind.Toast ? "toast table" : kind == RelationKind.CompositeType ? "composite type" : Permissions.KindName(kind);

    private ObjectIdentity Function(FunctionInfo function)
    {
        string schema = SchemaName(function.NamespaceOid);
        string[] types = [.. function.ArgumentTypes.Select(TypeIdentity)];
        string kind = function.Kind switch { FunctionKind.Procedure => "procedure", FunctionKind.Aggregate => "aggregate", _ => "function" };
        return Simple(kind, schema, null, $"{Quote(schema)}.{Quote(function.Name)}({string.Join(",", types)})", [schema, function.Name], types);
    }

    private ObjectIdentity? Constraint(uint oid)
    {
        foreach (RelationInfo relation in view.UserRelations)
            foreach (ConstraintInfo constraint in PartitionReferences.IsOne(oid) ? PartitionReferences.Of(view, relation) : relation.Constraints)
                if (constraint.Oid == oid)
                    return Simple("table constraint", SchemaName(relation.SchemaOid), null, $"{Quote(constraint.Name)} on {Qualified(relation.SchemaOid, relation.Name)}",
                        [SchemaName(relation.SchemaOid), relation.Name, constraint.Name]);
        foreach (UserTypeInfo type in view.UserTypes)
            foreach (ConstraintInfo constraint in type.Constraints)
                if (constraint.Oid == oid)
                    return Simple("domain constraint", SchemaName(type.SchemaOid), null, $"{Quote(constraint.Name)} on {Qualified(type.SchemaOid, type.Name)}", [TypeIdentity(type.Oid)], [constraint.Name]);
        return null;
    }

    private ObjectIdentity? Default(uint oid)
    {
        foreach (RelationInfo relation in view.UserRelations)
            foreach (ColumnInfo column in relation.Columns)
                if (column.DefaultOid == oid && column.Default is not null)
                    return Simple("default value", null, null, $"for {Qualified(relation.SchemaOid, relation.Name)}.{Quote(column.Name)}", [SchemaName(relation.SchemaOid), relation.Name, column.Name]);
        return null;
    }

    private ObjectIdentity? Rule(uint oid)
    {
        foreach (RelationInfo relation in view.UserRelations)
            if (relation.View?.RuleOid == oid)
                return Simple("rule", null, null, $"\"_RETURN\" on {Qualified(relation.SchemaOid, relation.Name)}", [SchemaName(relation.SchemaOid), relation.Name, "_RETURN"]);
        return null;
    }

    private ObjectIdentity? Other(CatalogObject entry)
    {
        string word = CatalogObjectShapes.Of(entry.ClassOid).Word, schema = SchemaName(entry.SchemaOid);
        switch (entry.ClassOid)
        {
            case CatalogOids.PgOperator:
                string[] operands = [.. new[] { entry.OidAt(7), entry.OidAt(8) }.Where(static type => type != 0).Select(TypeIdentity)];
                return Simple("operator", schema, null, $"{Quote(schema)}.{entry.Name}({(operands.Length == 1 ? "NONE," : "")}{string.Join(',', operands)})", [schema, entry.Name], operands);
            case CatalogOids.PgCast:
                return Simple("cast", null, null, $"({TypeIdentity(entry.OidAt(1))} AS {TypeIdentity(entry.OidAt(2))})", [TypeIdentity(entry.OidAt(1))], [TypeIdentity(entry.OidAt(2))]);
            case CatalogOids.PgOpClass or CatalogOids.PgOpFamily:
                string method = BuiltinNames.NameOf("pg_am", "amname", entry.OidAt(1)) ?? "";
                return Simple(word, schema, Quote(entry.Name), $"{Qualified(entry.SchemaOid, entry.Name)} USING {Quote(method)}", [method, schema, entry.Name]);
            case CatalogOids.PgPolicy when view.FindRelation(entry.OidAt(2)) is { } table:
                return Simple("policy", null, null, $"{Quote(entry.Name)} on {Qualified(table.SchemaOid, table.Name)}", [SchemaName(table.SchemaOid), table.Name, entry.Name]);
            case CatalogOids.PgUserMapping when view.FindObject(CatalogOids.PgForeignServer, entry.OidAt(2)) is { } server:
                string user = entry.OidAt(1) == 0 ? "public" : view.RoleName(entry.OidAt(1));
                return Simple("user mapping", null, null, $"{Quote(user)} on server {server.Name}", [user], [server.Name]);
            case CatalogOids.PgPublicationRel when view.FindRelation(entry.OidAt(2)) is { } member && view.FindObject(CatalogOids.PgPublication, entry.OidAt(1)) is { } publication:
                return Simple("publication relation", null, null, $"{Qualified(member.SchemaOid, member.Name)} in publication {publication.Name}", [SchemaName(member.SchemaOid), member.Name], [publication.Name]);
            case CatalogOids.PgPublicationNamespace when view.FindObject(CatalogOids.PgPublication, entry.OidAt(1)) is { } owner:
                return Simple("publication namespace", null, null, $"{SchemaName(entry.OidAt(2))} in publication {owner.Name}", [SchemaName(entry.OidAt(2))], [owner.Name]);
            case CatalogOids.PgLargeObjectMetadata:
                string number = entry.Oid.ToString(System.Globalization.CultureInfo.InvariantCulture);
                return Simple("large object", null, null, number, [number]);
            case CatalogOids.PgDefaultAcl:
                return DefaultAcl(entry);
            case CatalogOids.PgForeignDataWrapper or CatalogOids.PgForeignServer or CatalogOids.PgPublication or CatalogOids.PgExtension:
                return Simple(word, null, Quote(entry.Name), Quote(entry.Name), [entry.Name]);
            case CatalogOids.PgAmOp or CatalogOids.PgAmProc:
                return FamilyMember(entry);
            case CatalogOids.PgTsConfigMap or CatalogOids.PgForeignTable or CatalogOids.PgTrigger or CatalogOids.PgStatisticExtData:
                return null;
            default:
                return Simple(word, schema, Quote(entry.Name), Qualified(entry.SchemaOid, entry.Name), [schema, entry.Name]);
        }
    }

    private ObjectIdentity? FamilyMember(CatalogObject entry)
    {
        if (view.FindObject(CatalogOids.PgOpFamily, entry.OidAt(1)) is not { } family)
            return null;
        string method = BuiltinNames.NameOf("pg_am", "amname", family.OidAt(1)) ?? "", schema = SchemaName(family.SchemaOid), word = entry.ClassOid == CatalogOids.PgAmOp ? "operator" : "function";
        string[] types = [TypeIdentity(entry.OidAt(2)), TypeIdentity(entry.OidAt(3))];
        string number = entry.Number(4).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Simple(
            word + " of access method", null, null, $"{word} {number} ({types[0]}, {types[1]}) of {Qualified(family.SchemaOid, family.Name)} USING {Quote(method)}", [method, schema, family.Name, number], types);
    }

    private ObjectIdentity DefaultAcl(CatalogObject entry)
    {
        string role = view.RoleName(entry.OidAt(1)), kind = entry.Number(3) switch { 'r' => "tables", 'S' => "sequences", 'f' => "functions", 'T' => "types", _ => "schemas" };
        string identity = $"for role {Quote(role)}" + (entry.SchemaOid == 0 ? "" : $" in schema {Quote(SchemaName(entry.SchemaOid))}") + $" on {kind}";
        return Simple("default acl", null, null, identity, entry.SchemaOid == 0 ? [role] : [role, SchemaName(entry.SchemaOid)], [((char)entry.Number(3)).ToString()]);
    }

    private static ObjectIdentity? Builtin(uint classOid, uint oid)
    {
        (string Catalog, string Name, string Type)? source = classOid switch
        {
            CatalogOids.PgCollation => ("pg_collation", "collname", "collation"),
            CatalogOids.PgTsConfig => ("pg_ts_config", "cfgname", "text search configuration"),
            CatalogOids.PgTsDict => ("pg_ts_dict", "dictname", "text search dictionary"),
            CatalogOids.PgTsParser => ("pg_ts_parser", "prsname", "text search parser"),
            CatalogOids.PgTsTemplate => ("pg_ts_template", "tmplname", "text search template"),
            _ => null,
        };
        return source is { } found && BuiltinNames.NameOf(found.Catalog, found.Name, oid) is { } name
            ? Simple(found.Type, "pg_catalog", Quote(name), "pg_catalog." + Quote(name), ["pg_catalog", name])
            : null;
    }

    /// <summary>The object in words, with names as the session's search path shows them; null for an object that is not there.</summary>
    public string? Describe(uint classOid, uint oid, int subId)
    {
        switch (classOid)
        {
            case CatalogOids.PgClass when view.FindRelation(oid) is { } relation:
                string described = $"{KindName(relation.Kind)} {services.RelationName(relation)}";
                if (subId < 0)
                    return Array.Find(Binding.BindingState.SystemColumns, column => column.Attribute == subId).Name is { } system ? $"column {system} of {described}" : null;
                return subId == 0 ? described : subId <= relation.Columns.Length ? $"column {relation.Columns[subId - 1].Name} of {described}" : null;
            case CatalogOids.PgProc:
                return services.ObjectName(TypeOid.RegProcedure, oid) is { } signature
                    ? "function " + signature : null;
            case CatalogOids.PgType:
                return services.ObjectName(TypeOid.RegType, oid) is { } type ? "type " + type : null;
            case CatalogOids.PgOperator:
                return services.ObjectName(TypeOid.RegOperator, oid) is { } op ? "operator " + op : null;
            case CatalogOids.PgConstraint:
                foreach (RelationInfo table in view.UserRelations)
                    foreach (ConstraintInfo constraint in PartitionReferences.IsOne(oid) ? PartitionReferences.Of(view, table) : table.Constraints)
                        if (constraint.Oid == oid)
                            return $"constraint {constraint.Name} on {KindName(table.Kind)} {services.RelationName(table)}";
                return Constraint(oid) is { } domain ? $"constraint {domain.Arguments[0]}" : null;
            case CatalogOids.PgAttrDef:
                foreach (RelationInfo table in view.UserRelations)
                    foreach (ColumnInfo column in table.Columns)
                        if (column.DefaultOid == oid && column.Default is not null)
                            return $"default value for column {column.Name} of {KindName(table.Kind)} {services.RelationName(table)}";
                return null;
            case CatalogOids.PgRewrite:
                foreach (RelationInfo table in view.UserRelations)
                    if (table.View?.RuleOid == oid)
                        return $"rule _RETURN on {KindName(table.Kind)} {services.RelationName(table)}";
                return null;
            case CatalogOids.PgTrigger when ForeignKeyTriggers.Of(view).GetValueOrDefault(oid) is { } trigger:
                return $"trigger {trigger.Name} on {KindName(trigger.Table.Kind)} {services.RelationName(trigger.Table)}";
            case CatalogOids.PgCast when view.FindObject(classOid, oid) is { } cast:
                return $"cast from {RoutineNames.TypeName(cast.OidAt(1), services)} to {RoutineNames.TypeName(cast.OidAt(2), services)}";
            case CatalogOids.PgPolicy when view.FindObject(classOid, oid) is { } policy && view.FindRelation(policy.OidAt(2)) is { } secured:
                return $"policy {policy.Name} on table {services.RelationName(secured)}";
            case CatalogOids.PgOpClass or CatalogOids.PgOpFamily when view.FindObject(classOid, oid) is { } opclass:
                return DescribeClass(opclass);
            case CatalogOids.PgAmOp or CatalogOids.PgAmProc when view.FindObject(classOid, oid) is { } member && view.FindObject(CatalogOids.PgOpFamily, member.OidAt(1)) is { } family:
                bool isOperator = classOid == CatalogOids.PgAmOp;
                string what = services.ObjectName(isOperator ? TypeOid.RegOperator : TypeOid.RegProcedure, member.OidAt(isOperator ? 6 : 5)) ?? "-";
                return $"{(isOperator ? "operator" : "function")} {member.Number(4)} ({RoutineNames.TypeName(member.OidAt(2), services)}, {RoutineNames.TypeName(member.OidAt(3), services)}) of {DescribeClass(family)}: {what}";
            case CatalogOids.PgDefaultAcl when view.FindObject(classOid, oid) is { } defaults:
                string objects = defaults.Number(3) switch { 'r' => "relations", 'S' => "sequences", 'f' => "functions", 'T' => "types", _ => "schemas" };
                return $"default privileges on new {objects} belonging to role {view.RoleName(defaults.OidAt(1))}" + (defaults.SchemaOid == 0 ? "" : $" in schema {SchemaName(defaults.SchemaOid)}");
            case CatalogOids.PgUserMapping when view.FindObject(classOid, oid) is { } mapping && view.FindObject(CatalogOids.PgForeignServer, mapping.OidAt(2)) is { } server:
                return $"user mapping for {(mapping.OidAt(1) == 0 ? "public" : view.RoleName(mapping.OidAt(1)))} on server {server.Name}";
            case CatalogOids.PgPublicationRel when view.FindObject(classOid, oid) is { } published && view.FindRelation(published.OidAt(2)) is { } publishedTable && view.FindObject(CatalogOids.PgPublication, published.OidAt(1)) is { } publication:
                return $"publication of {KindName(publishedTable.Kind)} {services.RelationName(publishedTable)} in publication {publication.Name}";
            case CatalogOids.PgPublicationNamespace when view.FindObject(classOid, oid) is { } whole && view.FindObject(CatalogOids.PgPublication, whole.OidAt(1)) is { } of:
                return $"publication of schema {SchemaName(whole.OidAt(2))} in publication {of.Name}";
            case CatalogOids.PgCollation or CatalogOids.PgConversion or CatalogOids.PgTsConfig or CatalogOids.PgTsDict or CatalogOids.PgTsParser or CatalogOids.PgTsTemplate or CatalogOids.PgStatisticExt
                when view.FindObject(classOid, oid) is { } named:
                string catalog = BuiltinRelations.Find(classOid)!.Name;
                return $"{CatalogObjectShapes.Of(classOid).Word} {(services.IsVisible(catalog, oid) == false ? Qualified(named.SchemaOid, named.Name) : Quote(named.Name))}";
            default:
                return Find(classOid, oid, subId) is { } found ? $"{(found.Type == "foreign-data wrapper" ? "foreign-data wrapper" : found.Type)} {(found.Name is null ? found.Identity : Unquoted(found.Name))}" : null;
        }
    }

    private string DescribeClass(CatalogObject entry) => $"{CatalogObjectShapes.Of(entry.ClassOid).Word} {entry.Name} for access method {BuiltinNames.NameOf("pg_am", "amname", entry.OidAt(1))}";

    private static string Unquoted(string name) => name.StartsWith('"') ? name[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : name;
}
