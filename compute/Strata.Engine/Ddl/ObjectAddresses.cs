using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql;

namespace Strata.Engine.Ddl;

/// <summary><c>pg_get_object_address</c>: the object that a kind, names and arguments mean.</summary>
internal sealed class ObjectAddresses(CatalogView view, CatalogServices services, SearchPath path)
{
    /// <summary>The address. Throws 22023 for bad arguments, 42704, 42P01, 42883, 42703 for objects that are not there.</summary>
    public ObjectAddress Find(string kind, string[] names, string[] arguments)
    {
        switch (kind)
        {
            case "table" or "index" or "sequence" or "view" or "materialized view" or "foreign table" or "toast table":
                return new ObjectAddress(CatalogOids.PgClass, Relation(kind, names).Oid);
            case "table column" or "index column" or "sequence column" or "toast table column" or "view column" or "materialized view column" or "foreign table column" or "composite type column":
                Require(names, 2, 3);
                RelationInfo owner = Relation("relation", names[..^1]);
                ColumnInfo column = owner.FindColumn(names[^1]) ?? throw new SqlException(SqlState.UndefinedColumn, $"column \"{names[^1]}\" of relation \"{owner.Name}\" does not exist");
                return new ObjectAddress(CatalogOids.PgClass, owner.Oid, column.Number);
            case "composite type" or "type" or "domain":
                return new ObjectAddress(CatalogOids.PgType, Type(One(names)).Oid);
            case "schema":
                return new ObjectAddress(CatalogOids.PgNamespace, view.FindSchema(One(names))?.Oid ?? throw new SqlException(SqlState.InvalidSchemaName, $"schema \"{names[0]}\" does not exist"));
            case "role":
                return new ObjectAddress(CatalogOids.PgAuthId, Role(One(names)));
            case "database":
                return new ObjectAddress(CatalogOids.PgDatabase, view.FindDatabase(One(names))?.Oid ?? throw new SqlException(SqlState.InvalidCatalogName, $"database \"{names[0]}\" does not exist"));
            case "language":
                return new ObjectAddress(CatalogOids.PgLanguage, BuiltinNames.Find("pg_language", "lanname", One(names)) ?? throw Missing("language", names[0]));
            case "access method":
                return new ObjectAddress(CatalogOids.PgAm, AccessMethodCommands.Find(view, One(names))?.Oid ?? throw Missing("access method", names[0]));
            case "function" or "procedure" or "aggregate" or "routine":
                return new ObjectAddress(CatalogOids.PgProc, Function(kind, names, arguments));
            case "operator":
                return Operator(names, arguments);
            case "cast":
                Require(names, 1, 1);
                Arguments(arguments, 1);
                return Cast(names[0], arguments[0]);
            case "operator class" or "operator family":
                return OperatorClass(kind, names);
            case "table constraint" or "policy" or "rule" or "trigger":
                return OfTable(kind, names);
            case "domain constraint":
                Arguments(arguments, 1);
                SqlType domain = Type(One(names));
                ConstraintInfo? check = view.FindUserType(domain.Oid)?.Constraints.FirstOrDefault(c => c.Name == arguments[0]);
                return new ObjectAddress(CatalogOids.PgConstraint, check?.Oid ?? throw new SqlException(SqlState.UndefinedObject, $"constraint \"{arguments[0]}\" for domain \"{domain.Name}\" does not exist"));
            case "default value":
                RelationInfo table = Relation("relation", names[..^1]);
                ColumnInfo with = table.FindColumn(names[^1]) ?? throw new SqlException(SqlState.UndefinedColumn, $"column \"{names[^1]}\" of relation \"{table.Name}\" does not exist");
                return with.Default is not null ? new ObjectAddress(CatalogOids.PgAttrDef, with.DefaultOid)
                    : throw new SqlException(SqlState.UndefinedObject, $"default value for column \"{with.Name}\" of relation \"{table.Name}\" does not exist");
            default:
                return Other(kind, names, arguments);
        }
    }

    private ObjectAddress Other(string kind, string[] names, string[] arguments)
    {
        uint classOid = kind switch
        {
            "collation" => CatalogOids.PgCollation,
            "conversion" => CatalogOids.PgConversion,
            "text search parser" => CatalogOids.PgTsParser,
            "text search dictionary" => CatalogOids.PgTsDict,
            "text search template" => CatalogOids.PgTsTemplate,
            "text search configuration" => CatalogOids.PgTsConfig,
            "foreign-data wrapper" => CatalogOids.PgForeignDataWrapper,
            "server" => CatalogOids.PgForeignServer,
            "publication" => CatalogOids.PgPublication,
            "user mapping" => CatalogOids.PgUserMapping,
            "publication relation" => CatalogOids.PgPublicationRel,
            "publication namespace" => CatalogOids.PgPublicationNamespace,
            "default acl" => CatalogOids.PgDefaultAcl,
            "large object" => CatalogOids.PgLargeObject,
            "tablespace" or "extension" or "event trigger" or "subscription" or "parameter ACL" or "transform" or "statistics object" or "operator of access method"
                or "function of access method" => 0,
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized object type \"{kind}\""),
        };
        if (classOid == 0)
            throw kind is "transform" or "statistics object" or "operator of access method" or "function of access method"
                ? new SqlException(SqlState.FeatureNotSupported, $"addresses of type \"{kind}\" are not supported")
                : Missing(kind, One(names));
        switch (classOid)
        {
            case CatalogOids.PgForeignDataWrapper or CatalogOids.PgForeignServer or CatalogOids.PgPublication:
                string name = One(names);
                return view.ObjectsOf(classOid).FirstOrDefault(o => o.Name == name)?.Address ?? throw Missing(kind, name);
            case CatalogOids.PgLargeObject:
                if (!uint.TryParse(One(names), out uint large))
                    throw new SqlException(SqlState.InvalidTextRepresentation, $"invalid input syntax for type oid: \"{names[0]}\"");
                return view.FindObject(CatalogOids.PgLargeObjectMetadata, large) is null ? throw new SqlException(SqlState.UndefinedObject, $"large object {large} does not exist") : new ObjectAddress(classOid, large);
            case CatalogOids.PgUserMapping:
                Arguments(arguments, 1);
                uint user = One(names) == "public" ? 0 : Role(names[0]);
                return view.ObjectsOf(classOid).FirstOrDefault(m => m.OidAt(1) == user && view.FindObject(CatalogOids.PgForeignServer, m.OidAt(2))?.Name == arguments[0])?.Address
                    ?? throw new SqlException(SqlState.UndefinedObject, $"user mapping for user \"{names[0]}\" on server \"{arguments[0]}\" does not exist");
            case CatalogOids.PgPublicationRel:
                Arguments(arguments, 1);
                RelationInfo member = Relation("relation", names);
                return view.ObjectsOf(classOid).FirstOrDefault(m => m.OidAt(2) == member.Oid && view.FindObject(CatalogOids.PgPublication, m.OidAt(1))?.Name == arguments[0])?.Address
                    ?? throw new SqlException(SqlState.UndefinedObject, $"publication relation \"{member.Name}\" in publication \"{arguments[0]}\" does not exist");
            case CatalogOids.PgPublicationNamespace:
                Arguments(arguments, 1);
                return view.ObjectsOf(classOid).FirstOrDefault(m => view.FindSchema(m.OidAt(2))?.Name == One(names) && view.FindObject(CatalogOids.PgPublication, m.OidAt(1))?.Name == arguments[0])?.Address
                    ?? throw new SqlException(SqlState.UndefinedObject, $"publication schema \"{names[0]}\" in publication \"{arguments[0]}\" does not exist");
            case CatalogOids.PgDefaultAcl:
                Arguments(arguments, 1);
                uint role = Role(names.Length > 0 ? names[0] : ""), schema = names.Length > 1 ? view.FindSchema(names[1])?.Oid ?? 0 : 0;
                if (arguments[0] is not ("r" or "S" or "f" or "T" or "n"))
                    throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized default ACL object type \"{arguments[0]}\"")
                    {
                        Hint = "Valid object types are \"r\", \"S\", \"f\", \"T\", \"n\".",
                    };
                return DefaultPrivileges.FindEntry(view, role, schema, arguments[0][0])?.Address
                    ?? throw new SqlException(SqlState.UndefinedObject, $"default ACL for user \"{names[0]}\"{(names.Length > 1 ? $" in schema \"{names[1]}\"" : "")} on {arguments[0]} does not exist");
            default:
                return Named(classOid, kind, names);
        }
    }

    private ObjectAddress Named(uint classOid, string kind, string[] names)
    {
        Require(names, 1, 2);
        (string catalog, string column)? builtin = classOid switch
        {
            CatalogOids.PgCollation => ("pg_collation", "collname"),
            CatalogOids.PgTsParser => ("pg_ts_parser", "prsname"),
            CatalogOids.PgTsDict => ("pg_ts_dict", "dictname"),
            CatalogOids.PgTsTemplate => ("pg_ts_template", "tmplname"),
            CatalogOids.PgTsConfig => ("pg_ts_config", "cfgname"),
            _ => null,
        };
        foreach (CatalogObject candidate in view.ObjectsOf(classOid))
            if (candidate.Name == names[^1] && (names.Length > 1 ? view.FindSchema(candidate.SchemaOid)?.Name == names[0] : path.Contains(candidate.SchemaOid)))
                return candidate.Address;
        if (names.Length > 1 && view.FindSchema(names[0]) is null)
            throw new SqlException(SqlState.InvalidSchemaName, $"schema \"{names[0]}\" does not exist");
        if (builtin is { } source && names is [_] or ["pg_catalog", _] && BuiltinNames.Find(source.catalog, source.column, names[^1]) is { } oid)
            return new ObjectAddress(classOid, oid);
        throw new SqlException(SqlState.UndefinedObject, kind == "collation"
            ? $"collation \"{string.Join('.', names)}\" for encoding \"UTF8\" does not exist" : $"{kind} \"{string.Join('.', names)}\" does not exist");
    }

    private static SqlException Missing(string kind, string name) => new(SqlState.UndefinedObject, $"{kind} \"{name}\" does not exist");

    private static string One(string[] names) => names.Length == 1 ? names[0] : throw new SqlException(SqlState.InvalidParameterValue, "name list length must be exactly 1");

    private static void Require(string[] names, int least, int most)
    {
        if (names.Length < least)
            throw new SqlException(SqlState.InvalidParameterValue, $"name list length must be at least {least}");
        if (names.Length > most + 1)
            throw new SqlException(SqlState.SyntaxError, $"improper qualified name (too many dotted names): {string.Join('.', names)}");
    }

    private static void Arguments(string[] arguments, int count)
    {
        if (arguments.Length != count)
            throw new SqlException(SqlState.InvalidParameterValue, $"argument list length must be exactly {count}");
    }

    private uint Role(string name) => view.FindRole(name)?.Oid ?? throw Missing("role", name);

    private SqlType Type(string name)
    {
        try
        {
            return TypeResolver.Resolve(SqlParser.ParseTypeName(name), view, path);
        }
        catch (SqlSyntaxException error)
        {
            throw new SqlException(SqlState.SyntaxError, error.Message);
        }
    }

    private RelationInfo Relation(string kind, string[] names)
    {
        Require(names, 1, 3);
        string schema = names.Length > 1 ? names[^2] : "";
        RelationInfo relation = (names.Length > 1 ? view.ResolveRelation(path, schema, names[^1]) : view.ResolveRelation(path, null, names[^1]))
            ?? throw new SqlException(SqlState.UndefinedTable, $"relation \"{string.Join('.', names)}\" does not exist");
        RelationKind[] fitting = kind switch
        {
            "table" => [RelationKind.Table, RelationKind.PartitionedTable],
            "index" => [RelationKind.Index, RelationKind.PartitionedIndex],
            "sequence" => [RelationKind.Sequence],
            "view" => [RelationKind.View],
            "materialized view" => [RelationKind.MaterializedView],
            "foreign table" => [RelationKind.ForeignTable],
            _ => [],
        };
        if (fitting.Length > 0 && !fitting.Contains(relation.Kind))
            throw new SqlException(SqlState.WrongObjectType, $"\"{relation.Name}\" is not {(kind == "index" ? "an" : "a")} {kind}");
        return relation;
    }

    private uint Function(string kind, string[] names, string[] arguments)
    {
        Require(names, 1, 3);
        uint[] types = [.. arguments.Select(a => Type(a).Oid)];
        foreach (Functions.FunctionInfo function in Binding.RoutineLookup.Find(view, path, names.Length > 1 ? names[^2] : null, names[^1], -1))
        {
            if (!function.ArgumentTypes.AsSpan().SequenceEqual(types))
                continue;
            bool fits = kind switch
            {
                "aggregate" => function.Kind == Functions.FunctionKind.Aggregate,
                "procedure" => function.Kind == Functions.FunctionKind.Procedure,
                "function" => function.Kind is not Functions.FunctionKind.Procedure,
                _ => true,
            };
            return fits ? function.Oid : throw new SqlException(SqlState.WrongObjectType, $"function {Signature(names, arguments)} is not {(kind == "aggregate" ? "an" : "a")} {kind}");
        }

        throw new SqlException(SqlState.UndefinedFunction, $"{kind} {Signature(names, arguments)} does not exist");
    }

    private string Signature(string[] names, string[] arguments) => $"{string.Join('.', names)}({string.Join(", ", arguments.Select(a => TypeNames.Format(Type(a))))})";

    private ObjectAddress Operator(string[] names, string[] arguments)
    {
        Arguments(arguments, 2);
        uint left = arguments[0] is "-" or "none" or "NONE" ? 0 : Type(arguments[0]).Oid, right = arguments[1] is "-" or "none" or "NONE" ? 0 : Type(arguments[1]).Oid;
        foreach (Functions.OperatorInfo op in services.UserOperators(string.Join('.', names)))
            if (op.LeftType == left && op.RightType == right)
                return new ObjectAddress(CatalogOids.PgOperator, op.Oid);
        if (names is [_] or ["pg_catalog", _] && Functions.BuiltinRegistry.Operator(names[^1], left, right) is { } builtin)
            return new ObjectAddress(CatalogOids.PgOperator, builtin.Oid);
        throw new SqlException(SqlState.UndefinedFunction, $"operator does not exist: {(left == 0 ? "" : arguments[0] + " ")}{string.Join('.', names)}{(right == 0 ? "" : " " + arguments[1])}");
    }

    private ObjectAddress Cast(string source, string target)
    {
        SqlType from = Type(source), to = Type(target);
        foreach (CatalogObject cast in view.ObjectsOf(CatalogOids.PgCast))
            if (cast.OidAt(1) == from.Oid && cast.OidAt(2) == to.Oid)
                return cast.Address;
        CatalogTable table = CatalogTable.Open("pg_cast");
        int oid = table.ColumnIndex("oid"), left = table.ColumnIndex("castsource"), right = table.ColumnIndex("casttarget");
        for (int i = 0; i < table.RowCount; i++)
            if (table[i].Oid(left) == from.Oid && table[i].Oid(right) == to.Oid)
                return new ObjectAddress(CatalogOids.PgCast, table[i].Oid(oid));
        throw new SqlException(SqlState.UndefinedObject, $"cast from type {TypeNames.Format(from)} to type {TypeNames.Format(to)} does not exist");
    }

    private ObjectAddress OperatorClass(string kind, string[] names)
    {
        if (names.Length < 2)
            throw new SqlException(SqlState.InvalidParameterValue, "name list length must be at least 2");
        uint method = BuiltinNames.Find("pg_am", "amname", names[0]) ?? throw Missing("access method", names[0]);
        bool isClass = kind == "operator class";
        foreach (CatalogObject candidate in view.ObjectsOf(isClass ? CatalogOids.PgOpClass : CatalogOids.PgOpFamily))
            if (candidate.Name == names[^1] && candidate.OidAt(1) == method && (names.Length > 2 ? view.FindSchema(candidate.SchemaOid)?.Name == names[1] : path.Contains(candidate.SchemaOid)))
                return candidate.Address;
        CatalogTable table = CatalogTable.Open(isClass ? "pg_opclass" : "pg_opfamily");
        int oid = table.ColumnIndex("oid"), name = table.ColumnIndex(isClass ? "opcname" : "opfname"), access = table.ColumnIndex(isClass ? "opcmethod" : "opfmethod");
        for (int i = 0; i < table.RowCount; i++)
            if (table[i].Text(name) == names[^1] && table[i].Oid(access) == method)
                return new ObjectAddress(isClass ? CatalogOids.PgOpClass : CatalogOids.PgOpFamily, table[i].Oid(oid));
        throw new SqlException(SqlState.UndefinedObject, $"{kind} \"{string.Join('.', names[1..])}\" does not exist for access method \"{names[0]}\"");
    }

    private ObjectAddress OfTable(string kind, string[] names)
    {
        if (names.Length < 2)
            throw new SqlException(SqlState.InvalidParameterValue, "must specify relation and object name");
        RelationInfo table = Relation("relation", names[..^1]);
        string name = names[^1];
        switch (kind)
        {
            case "table constraint" when Array.Find(table.Constraints, c => c.Name == name) is { } constraint:
                return new ObjectAddress(CatalogOids.PgConstraint, constraint.Oid);
            case "policy" when view.ObjectsOf(CatalogOids.PgPolicy).FirstOrDefault(p => p.OidAt(2) == table.Oid && p.Name == name) is { } policy:
                return policy.Address;
            case "rule" when name == "_RETURN" && table.View is { RuleOid: not 0 } view:
                return new ObjectAddress(CatalogOids.PgRewrite, view.RuleOid);
            default:
                string word = kind == "table constraint" ? "constraint" : kind;
                throw new SqlException(SqlState.UndefinedObject, $"{word} \"{name}\" for {(kind is "rule" ? "relation" : kind is "policy" or "trigger" ? "table" : "table")} \"{table.Name}\" does not exist");
        }
    }
}
