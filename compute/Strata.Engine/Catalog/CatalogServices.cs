using System.Globalization;
using Strata.Engine.Binding;
using Strata.Engine.Deparsing;
using Strata.Engine.Functions;
using Strata.Engine.Sessions;
using Strata.Engine.Statistics.Cumulative;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Types;
using Strata.Engine.Types.TextSearch;

namespace Strata.Engine.Catalog;

/// <summary>What SQL functions ask of the catalog: names of objects, definitions as SQL, privileges, sizes. For the session's thread.</summary>
internal sealed class CatalogServices : ICatalogServices
{
    private readonly SessionContext _session;

    public CatalogServices(SessionContext session)
    {
        _session = session;
        Permissions = new Permissions(() => session.View, () => session.CurrentUserOid);
    }

    public Permissions Permissions { get; }

    private CatalogView View => _session.View;

    public IEnumerable<CatalogValue[]> SystemRows(string function, CatalogValue argument) => SystemFunctionRows.Of(function, argument, new SystemScanContext(View, _session.Session));

    public CatalogValue[] SequenceParameters(uint sequence)
    {
        if (View.FindRelation(sequence) is not { Sequence: { } info } relation)
            throw new SqlException(SqlState.InternalError, $"cache lookup failed for sequence {sequence}");
        Permissions.CheckAny(relation, Privileges.AllSequence);
        return [info.Start, info.Minimum, info.Maximum, info.Increment, info.Cycles, info.Cache, info.TypeOid];
    }

    private readonly UserTextSearch _textSearch = new();

    public TsConfiguration TextSearchConfiguration(uint oid) => oid < CatalogOids.FirstUser ? TsConfiguration.Get(oid) : _textSearch.Configuration(View, oid);

    /// <summary>A text search configuration's name with its schema; null when there is none.</summary>
    public string? TextSearchConfigurationName(string name)
    {
        List<string>? parts = SettingValues.SplitQualified(name);
        if (parts is null || parts.Count > 2 || (parts.Count == 2 && View.FindSchema(_session.SearchPath, parts[0]) is null))
            return null;
        uint? oid = ResolveObject(CatalogOids.PgTsConfig, "pg_ts_config", "cfgname", parts.Count > 1 ? parts[0] : null, parts[^1]);
        return oid is null ? null : oid < CatalogOids.FirstUser ? "pg_catalog." + TypeNames.QuoteIdentifier(parts[^1])
            : TypeNames.QuoteIdentifier(View.FindSchema(View.FindObject(CatalogOids.PgTsConfig, oid.Value)!.SchemaOid)!.Name) + "." + TypeNames.QuoteIdentifier(parts[^1]);
    }

    public TsDictionary? TextSearchDictionary(uint oid) => oid < CatalogOids.FirstUser ? TsDictionaries.Builtin(oid) : _textSearch.Dictionary(View, oid);

    public SqlType? FindType(uint oid) => TypeResolver.Find(oid, View);

    public IReadOnlyList<string>? SplitName(string text) => SettingValues.SplitQualified(text);

    public uint? ResolveName(uint kind, string text)
    {
        if (kind == TypeOid.RegProcedure)
            return ResolveProcedure(text);
        if (kind == TypeOid.RegType)
            return ResolveType(text);
        List<string> parts = SettingValues.SplitQualified(text) ??
            throw new SqlException(SqlState.InvalidName, $"invalid name syntax");
        if (parts.Count > 3)
            throw new SqlException(SqlState.SyntaxError, $"improper {(kind == TypeOid.RegClass ? "relation" : "qualified")} name (too many dotted names): {string.Join('.', parts)}");
        if (parts.Count == 3 && parts[0] != _session.DatabaseName)
            throw new SqlException(SqlState.FeatureNotSupported, $"cross-database references are not implemented: {(kind == TypeOid.RegClass ? $"\"{string.Join('.', parts)}\"" : string.Join('.', parts))}");
        string name = parts[^1];
        string? schema = parts.Count > 1 ? parts[^2] : null;
        if (schema is not null && kind is not (TypeOid.RegNamespace or TypeOid.RegRole) && View.FindSchema(_session.SearchPath, schema) is null)
            throw new SqlException(SqlState.InvalidSchemaName, $"schema \"{schema}\" does not exist");
        return kind switch
        {
            TypeOid.RegClass => View.ResolveRelation(_session.SearchPath, schema, name)?.Oid,
            TypeOid.RegNamespace => View.FindSchema(name)?.Oid,
            TypeOid.RegRole => View.FindRole(name)?.Oid,
            TypeOid.RegProc => ResolveFunction(schema, name),
            TypeOid.RegOper when OperatorOid(text) is { } op => op,
            TypeOid.RegOper or TypeOid.RegOperator => BuiltinNames.Find("pg_operator", "oprname", name),
            TypeOid.RegCollation => ResolveObject(CatalogOids.PgCollation, "pg_collation", "collname", schema, name),
            TypeOid.RegConfig => ResolveObject(CatalogOids.PgTsConfig, "pg_ts_config", "cfgname", schema, name),
            TypeOid.RegDictionary => ResolveObject(CatalogOids.PgTsDict, "pg_ts_dict", "dictname", schema, name),
            _ => null,
        };
    }

    // Everything that the grammar takes for a type. The places of its errors are no places of the statement.
    private uint ResolveType(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw InvalidTypeName(text);
        try
        {
            Sql.Syntax.TypeName name = Sql.SqlParser.ParseTypeName(text);
            return name.IsSetOf ? throw InvalidTypeName(text) : TypeResolver.Resolve(name, View, _session.SearchPath).Oid;
        }
        catch (Sql.SqlSyntaxException error)
        {
            throw new SqlException(new SqlState(error.SqlState), error.Message, error) { Detail = error.Detail, Hint = error.Hint, Position = error.Position };
        }
        catch (SqlException error) when (error.Position > 0)
        {
            throw new SqlException(error.State, error.Message, error) { Detail = error.Detail, Hint = error.Hint };
        }
    }

    // An object of a catalog by name: in the schema, or in the first schema of the path that has it.
    private uint? ResolveObject(uint classOid, string catalog, string column, string? schema, string name)
    {
        foreach (uint schemaOid in schema is null ? _session.SearchPath.Schemas : [View.FindSchema(_session.SearchPath, schema)!.Oid])
        {
            if (schemaOid == CatalogOids.CatalogSchema && BuiltinNames.Find(catalog, column, name) is { } builtin)
                return builtin;
            foreach (CatalogObject own in View.ObjectsOf(classOid))
                if (own.SchemaOid == schemaOid && own.Name == name)
                    return own.Oid;
        }

        return null;
    }

    private static SqlException InvalidTypeName(string text) => new(SqlState.SyntaxError, $"invalid type name \"{text}\"");

    // A name alone must mean one function.
    private uint? ResolveFunction(string? schema, string name)
    {
        IReadOnlyList<FunctionInfo> known = Binding.RoutineLookup.Find(View, _session.SearchPath, schema, name, -1);
        return known.Count switch
        {
            0 => null,
            1 => known[0].Oid,
            _ => throw new SqlException(SqlState.AmbiguousFunction, $"more than one function named \"{(schema is null ? name : schema + "." + name)}\""),
        };
    }

    private uint? OperatorOid(string text)
    {
        foreach (OperatorInfo op in UserOperators(text))
            return op.Oid;
        return null;
    }

    // name(type, …): the built-in function with exactly these argument types.
    private uint? ResolveProcedure(string text)
    {
        int open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || text[^1] != ')')
            throw new SqlException(SqlState.InvalidTextRepresentation, "expected a left parenthesis");
        List<string>? parts = SettingValues.SplitQualified(text[..open]);
        if (parts is null)
            return null;
        var types = new List<uint>();
        foreach (string argument in text[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            types.Add(TypeResolver.Resolve(Sql.SqlParser.ParseTypeName(argument), View, _session.SearchPath).Oid);
        foreach (FunctionInfo function in Binding.RoutineLookup.Find(View, _session.SearchPath, parts.Count > 1 ? parts[^2] : null, parts[^1], -1))
            if (function.ArgumentTypes.AsSpan().SequenceEqual(types.ToArray()))
                return function.Oid;
        return null;
    }

    public string? ObjectName(uint kind, uint oid)
    {
        switch (kind)
        {
            case TypeOid.RegClass:
                return View.FindRelation(oid) is { } relation ? RelationName(relation) : null;
            case TypeOid.RegNamespace:
                return View.FindSchema(oid) is { } schema ? TypeNames.QuoteIdentifier(schema.Name) : null;
            case TypeOid.RegRole:
                return View.FindRole(oid) is { } role ? TypeNames.QuoteIdentifier(role.Name) : null;
            case TypeOid.RegType:
                return FindType(oid) is { } type ? TypeName(type) : null;
            case TypeOid.RegProc or TypeOid.RegProcedure:
                return kind == TypeOid.RegProc ? FunctionName(oid) : FindFunction(oid) is { } function ? FunctionSignature(function) : null;
            case TypeOid.RegOper or TypeOid.RegOperator:
                if (View.FindObject(CatalogOids.PgOperator, oid) is { } op)
                    return OperatorName(op, kind == TypeOid.RegOperator);
                return BuiltinRegistry.Operator(oid) is not { } builtin ? null
                    : kind == TypeOid.RegOper ? builtin.Name : $"{builtin.Name}({OperandName(builtin.LeftType)},{OperandName(builtin.RightType)})";
            case TypeOid.RegConfig:
                return OwnName(CatalogOids.PgTsConfig, oid) ?? (BuiltinNames.NameOf("pg_ts_config", "cfgname", oid) is { } configuration ? TypeNames.QuoteIdentifier(configuration) : null);
            case TypeOid.RegDictionary:
                return OwnName(CatalogOids.PgTsDict, oid) ?? (BuiltinNames.NameOf("pg_ts_dict", "dictname", oid) is { } dictionary ? TypeNames.QuoteIdentifier(dictionary) : null);
            case TypeOid.RegCollation when OwnName(CatalogOids.PgCollation, oid) is { } own:
                return own;
            case TypeOid.RegCollation:
                return BuiltinNames.NameOf("pg_collation", "collname", oid) is { } collation ? TypeNames.QuoteIdentifier(collation) : null;
            default:
                return null;
        }
    }

    // A user's object by name, qualified when the search path does not find it.
    private string? OwnName(uint classOid, uint oid) => View.FindObject(classOid, oid) is not { } found ? null
        : _session.SearchPath.Contains(found.SchemaOid) ? TypeNames.QuoteIdentifier(found.Name)
        : TypeNames.QuoteIdentifier(View.FindSchema(found.SchemaOid)?.Name ?? "") + "." + TypeNames.QuoteIdentifier(found.Name);

    private string? FunctionName(uint oid)
    {
        if (FindFunction(oid) is not { } function)
            return null;
        IReadOnlyList<FunctionInfo> visible = Binding.RoutineLookup.Find(View, _session.SearchPath, null, function.Name, -1);
        string name = TypeNames.QuoteIdentifier(function.Name);
        return visible.Count == 1 && visible[0].Oid == oid ? name : TypeNames.QuoteIdentifier(View.FindSchema(function.NamespaceOid)?.Name ?? "") + "." + name;
    }

    private string FunctionSignature(FunctionInfo function)
    {
        bool isVisible = Binding.RoutineLookup.Find(View, _session.SearchPath, null, function.Name, -1).Any(f => f.Oid == function.Oid);
        string name = TypeNames.QuoteIdentifier(function.Name);
        if (!isVisible)
            name = TypeNames.QuoteIdentifier(View.FindSchema(function.NamespaceOid)?.Name ?? "") + "." + name;
        return $"{name}({string.Join(",", function.ArgumentTypes.Select(t => ObjectName(TypeOid.RegType, t)))})";
    }

    private string OperatorName(CatalogObject op, bool withTypes)
    {
        bool isVisible = UserOperators(op.Name).Any(o => o.Oid == op.Oid);
        string name = isVisible ? op.Name : TypeNames.QuoteIdentifier(View.FindSchema(op.SchemaOid)?.Name ?? "") + "." + op.Name;
        return withTypes ? $"{name}({OperandName(op.OidAt(7))},{OperandName(op.OidAt(8))})" : name;
    }

    private string OperandName(uint type) => type == 0 ? "NONE" : ObjectName(TypeOid.RegType, type) ?? "";

    /// <summary>A relation's name, qualified when the search path does not find it.</summary>
    public string RelationName(RelationInfo relation) =>
        View.ResolveRelation(_session.SearchPath, null, relation.Name)?.Oid == relation.Oid ? TypeNames.QuoteIdentifier(relation.Name) : QualifiedName(relation);

    /// <summary>A relation's name with its schema.</summary>
    public string QualifiedName(RelationInfo relation) =>
        TypeNames.QuoteIdentifier(View.FindSchema(relation.SchemaOid)?.Name ?? "") + "." + TypeNames.QuoteIdentifier(relation.Name);

    private string TypeName(SqlType type)
    {
        string name = TypeNames.Format(type);
        if (type.NamespaceOid == CatalogOids.CatalogSchema)
            return name;
        SqlType plain = type.IsArray ? type.ElementType! : type;
        return TypeResolver.Find(null, plain.Name, View, _session.SearchPath)?.Oid == plain.Oid
            ? name
            : TypeNames.QuoteIdentifier(View.FindSchema(type.NamespaceOid)?.Name ?? "") + "." + name;
    }

    /// <inheritdoc/>
    public IReadOnlyList<OperatorInfo> UserOperators(string name)
    {
        if (View.Image.Objects.IsEmpty)
            return [];
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        uint[] schemas = dot > 0 ? View.FindSchema(name[..dot]) is { } schema ? [schema.Oid] : [] : _session.SearchPath.Schemas;
        string own = dot > 0 ? name[(dot + 1)..] : name;
        var found = new List<OperatorInfo>();
        foreach (uint oid in schemas)
            foreach (CatalogObject candidate in View.Image.ObjectIndex.Operators(own))
                if (candidate.SchemaOid == oid && candidate.OidAt(12) != 0)
                    found.Add(OperatorRows.Describe(candidate, View));
        return found;
    }

    /// <inheritdoc/>
    public FunctionInfo? FindFunction(uint oid) => View.FindRoutine(oid)?.Function ?? BuiltinRegistry.Function(oid);

    /// <inheritdoc/>
    public CastInfo? UserCast(uint source, uint target)
    {
        if (View.Image.Objects.IsEmpty)
            return null;
        if (View.Image.ObjectIndex.Cast(source, target) is not { } cast)
            return null;
        return new CastInfo(source, target, cast.OidAt(3), cast.Number(4) switch
        {
            'i' => CastContext.Implicit,
            'a' => CastContext.Assignment,
            _ => CastContext.Explicit,
        }, (CastMethod)cast.Number(5));
    }

    public string? UserName(uint role) => View.FindRole(role)?.Name;

    public bool? IsVisible(string catalog, uint oid)
    {
        switch (catalog)
        {
            case "pg_class":
                return View.FindRelation(oid) is { } relation ? View.ResolveRelation(_session.SearchPath, null, relation.Name)?.Oid == oid : null;
            case "pg_type":
                return FindType(oid) is { } type ? TypeResolver.Find(null, type.Name, View, _session.SearchPath)?.Oid == oid : null;
            case "pg_proc" when View.FindRoutine(oid) is { } routine:
                return Binding.RoutineLookup.Find(View, _session.SearchPath, null, routine.Name, -1).Any(f => f.Oid == oid);
            case "pg_operator" when View.FindObject(CatalogOids.PgOperator, oid) is { } op:
                return UserOperators(op.Name).Any(o => o.Oid == oid);
            case "pg_opclass" or "pg_opfamily" or "pg_conversion" or "pg_collation" or "pg_ts_config" or "pg_ts_dict" or "pg_ts_parser" or "pg_ts_template" or "pg_statistic_ext"
                when View.FindObject(BuiltinRelations.Find(CatalogOids.CatalogSchema, catalog)!.Oid, oid) is { } other:
                return _session.SearchPath.Contains(other.SchemaOid);
            default:
                // Everything else is built in, and the built-in schema is always in the path.
                return BuiltinNames.Exists(catalog, oid) ? _session.SearchPath.Contains(CatalogOids.CatalogSchema) : null;
        }
    }

    public string? ObjectDescription(uint oid, string catalog, int subId)
    {
        uint? classOid = BuiltinRelations.Find(CatalogOids.CatalogSchema, catalog)?.Oid;
        if (classOid is null && catalog.Length > 0)
            return null;
        return View.FindComment(new ObjectAddress(classOid ?? 0, oid, subId)) ?? BuiltinNames.Description(classOid ?? 0, oid, subId);
    }

    public int UpdatableEvents(uint relation, short column)
    {
        const int Update = 4, Insert = 8, Delete = 16;
        switch (View.FindRelation(relation))
        {
            case { Kind: RelationKind.Table or RelationKind.PartitionedTable }:
                return Update | Insert | Delete;
            case { Kind: RelationKind.ForeignTable } remote when View.FindObject(CatalogOids.PgForeignTable, remote.Oid) is { } foreign && View.FindObject(CatalogOids.PgForeignServer, foreign.OidAt(1)) is { } server:
                throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"foreign-data wrapper \"{View.FindObject(CatalogOids.PgForeignDataWrapper, server.OidAt(3))?.Name}\" has no handler");
            case { Kind: RelationKind.View, View: not null, SystemTable: null } view when relation >= CatalogOids.FirstUser:
                if (Binder.UpdatableColumns(view, StoredDefinitions.ContextOf(View, _session) with { IsRecorded = false }) is not { } columns)
                    return 0;
                if (column > 0)
                    return columns.Contains(column) ? Update | Delete : Delete;
                return columns.Count > 0 ? Update | Insert | Delete : Delete;
            default:
                return 0;
        }
    }

    public bool IsPublishable(uint relation) => relation >= CatalogOids.FirstUser && View.FindRelation(relation) is { Persistence: 'p', Kind: RelationKind.Table or RelationKind.PartitionedTable };

    public bool IsRowSecurityActive(uint relation) => View.FindRelation(relation) is { } found && RowSecurity.IsActive(found, _session.CurrentUserOid, View, out _);

    /// <summary>Names as this session's search path finds them.</summary>
    private DefinitionNames Names => new(View, _session.SearchPath, _session, isStored: false);

    /// <summary>A stored expression as this session reads it.</summary>
    public string? DeparseExpression(string nodeTree, uint relation, bool pretty)
    {
        RelationInfo? table = View.FindRelation(relation);
        return string.Join(", ", ExpressionList.Split(nodeTree).Select(text => Show(new CatalogExpression(text), table, null, pretty, TypeOfDefault(table, text))));
    }

    // A default is kept without the cast to its column's type.
    private SqlType? TypeOfDefault(RelationInfo? table, string text) =>
        table?.Columns.FirstOrDefault(c => c.Default?.Text == text) is { } column ? FindType(column.TypeOid)?.WithTypmod(column.TypeModifier) : null;

    public ObjectIdentity? IdentifyObject(uint classOid, uint oid, int subId) => new ObjectIdentities(View, this).Find(classOid, oid, subId);

    public string? DescribeObject(uint classOid, uint oid, int subId) => new ObjectIdentities(View, this).Describe(classOid, oid, subId);

    public ObjectAddress FindAddress(string kind, string[] names, string[] arguments) => new Ddl.ObjectAddresses(View, this, _session.SearchPath).Find(kind, names, arguments);

    /// <summary>A stored expression over a relation's columns, or over VALUE of a domain's base type.</summary>
    public string Show(CatalogExpression expression, RelationInfo? relation, SqlType? value, bool pretty, SqlType? target = null)
    {
        try
        {
            RecordedExpression bound = StoredDefinitions.Rebind(expression, relation, value, ExpressionKind.Other, View, _session, target);
            return StoredDefinitions.Print(bound, Names, pretty ? PrintStyle.Pretty : PrintStyle.Indented);
        }
        catch (Exception error) when (error is SqlException or Sql.SqlSyntaxException)
        {
            // Partition bounds, and whatever cannot be bound alone, are shown as they are kept.
            return new StoredNames(View, _session.SearchPath).Shorten(WithRelationNames(expression.Text));
        }
    }

    /// <summary>A collation's name, qualified when the search path does not find it.</summary>
    public string CollationName(uint oid) => Names.Collation(oid);

    /// <summary>A blank and the name of an operator class; nothing for the default one of the type.</summary>
    /// <summary>Where the session looks names up.</summary>
    public SearchPath SearchPath => _session.SearchPath;

    public string OperatorClassName(uint oid, uint typeOid) => oid == 0 || OperatorClassNames.IsDefault(oid, typeOid, View) ? "" : " " + OperatorClassNames.Of(oid, View, _session.SearchPath);

    private string WithRelationNames(string nodeTree)
    {
        const string Suffix = "'::regclass";
        int at = nodeTree.IndexOf(Suffix, StringComparison.Ordinal);
        if (at < 0)
            return nodeTree;
        int start = nodeTree.LastIndexOf('\'', at - 1) + 1;
        string name = uint.TryParse(nodeTree.AsSpan(start, at - start), CultureInfo.InvariantCulture, out uint oid) && View.FindRelation(oid) is { } found
            ? RelationName(found)
            : nodeTree[start..at];
        return nodeTree[..start] + name + Suffix + WithRelationNames(nodeTree[(at + Suffix.Length)..]);
    }

    public RelationInfo? Index(uint oid) => View.FindRelation(oid) is { Index: not null } found ? found : null;

    public string? IndexDefinition(uint index, int column, bool pretty) => new DefinitionPrinter(View, this).Index(index, Math.Max(column, 0), pretty) is { } text ? column < 0 ? "" : text : null;

    public string? ConstraintDefinition(uint constraint, bool pretty) => new DefinitionPrinter(View, this).Constraint(constraint, pretty);

    public string? ViewDefinition(uint view, bool pretty, int wrapColumn) => View.FindRelation(view) switch
    {
        { View: not null } relation => ViewQuery(relation, pretty ? PrintStyle.Pretty : PrintStyle.Indented, wrapColumn) + ";",
        { Kind: RelationKind.View } builtin when BuiltinDefinitions.ViewQuery(builtin) is { } query => query + ";",
        _ => null,
    };

    private string ViewQuery(RelationInfo relation, PrintStyle style, int wrapColumn)
    {
        if (relation.View!.SearchPath.Length == 0)
            return " " + relation.View.Text;
        try
        {
            RecordedQuery query = StoredDefinitions.Rebind(relation.View, View, _session);
            return StoredDefinitions.Print(query, [.. relation.Columns.Where(static c => !c.IsDropped).Select(static c => c.Name)], Names, style, wrapColumn, isView: true);
        }
        catch (SqlException error) when (error.State == SqlState.FeatureNotSupported)
        {
            return " " + relation.View.Text;
        }
    }

    public string? TriggerDefinition(uint trigger, bool pretty) => null;

    public string? RuleDefinition(uint rule, bool pretty)
    {
        foreach (RelationInfo relation in View.UserRelations)
            if (relation.View is { } view && view.RuleOid == rule)
                return $"CREATE RULE \"_RETURN\" AS\n    ON SELECT TO {(pretty ? RelationName(relation) : QualifiedName(relation))} DO INSTEAD {ViewQuery(relation, pretty ? PrintStyle.Pretty : PrintStyle.Indented, 0)};";
        return null;
    }

    public string? FunctionDefinition(uint function) => View.FindRoutine(function) is { } routine
        ? RoutinePrinter.Definition(routine, View, this, FunctionBody(function))
        : BuiltinRegistry.Function(function) is { } builtin ? RoutinePrinter.BuiltinDefinition(builtin, this) : null;

    /// <summary>A routine's body in SQL syntax; null for other bodies.</summary>
    public string? FunctionBody(uint function)
    {
        if (View.FindRoutine(function) is not { SqlBody: { } body } routine)
            return BuiltinDefinitions.FunctionBody(function);
        try
        {
            return StoredDefinitions.PrintBody(routine, Names, View, _session);
        }
        catch (SqlException error) when (error.State == SqlState.FeatureNotSupported)
        {
            return body;
        }
    }

    public string? StatisticsDefinition(uint statistics, bool columnsOnly) => View.FindObject(CatalogOids.PgStatisticExt, statistics) is { } entry
        ? Statistics.StatisticsPrinter.Definition(Statistics.ExtendedStatistics.Of(entry), View, RelationName, (expression, table) => Show(expression, table, null, pretty: true), columnsOnly) : null;

    public string[]? StatisticsExpressions(uint statistics) => View.FindObject(CatalogOids.PgStatisticExt, statistics) is { } entry && !entry.Row[8].IsNull
        ? Array.ConvertAll(Statistics.ExtendedStatistics.Of(entry).Expressions, expression => Show(expression, View.FindRelation(Statistics.ExtendedStatistics.Of(entry).TableOid), null, pretty: false)) : null;

    public string? PartitionKeyDefinition(uint relation) => View.FindRelation(relation) is { } table ? PartitionPrinter.Key(table, View) : null;

    public string? PartitionConstraintDefinition(uint relation) => View.FindRelation(relation) is { } table ? PartitionPrinter.Constraint(table, View) : null;

    private static bool IsPartOfTree(RelationInfo relation) => relation.IsPartition || relation.Kind is RelationKind.PartitionedTable or RelationKind.PartitionedIndex;

    public IReadOnlyList<uint> PartitionAncestors(uint relation)
    {
        if (View.FindRelation(relation) is not { } found || !IsPartOfTree(found))
            return [];
        return [relation, .. RelationTree.PartitionAncestors(View, found).Select(static ancestor => ancestor.Oid)];
    }

    public IReadOnlyList<PartitionTreeRow> PartitionTree(uint relation)
    {
        if (View.FindRelation(relation) is not { } root || !IsPartOfTree(root))
            return [];
        var rows = new List<PartitionTreeRow>();
        var levels = new Dictionary<uint, int> { [relation] = 0 };
        foreach (RelationInfo member in RelationTree.Descendants(View, root).Prepend(root))
        {
            uint parent = member.Parents.Length > 0 ? member.Parents[0] : 0;
            int level = member.Oid == relation ? 0 : levels[parent] + 1;
            levels[member.Oid] = level;
            rows.Add(new PartitionTreeRow(member.Oid, parent, member.Kind is not (RelationKind.PartitionedTable or RelationKind.PartitionedIndex), level));
        }

        return rows;
    }

    public string? SerialSequence(string table, string column)
    {
        if (ResolveName(TypeOid.RegClass, table) is not { } oid || View.FindRelation(oid) is not { } relation)
            throw new SqlException(SqlState.UndefinedTable, $"relation \"{table}\" does not exist");
        ColumnInfo found = relation.FindColumn(column) ??
            throw new SqlException(SqlState.UndefinedColumn, $"column \"{column}\" of relation \"{relation.Name}\" does not exist");
        return OwnedSequence(View, relation.Oid, found.Number) is { } sequence ? QualifiedName(sequence) : null;
    }

    /// <summary>The sequence that a column owns (serial or identity), or null.</summary>
    public static RelationInfo? OwnedSequence(CatalogView view, uint relationOid, int column)
    {
        foreach (RelationInfo candidate in view.UserRelations)
            if (candidate.Sequence is not null)
                foreach (Dependency dependency in candidate.Dependencies)
                    if (dependency.Kind is DependencyKind.Auto or DependencyKind.Internal && dependency.Referenced == new ObjectAddress(CatalogOids.PgClass, relationOid, column))
                        return candidate;
        return null;
    }

    private PrivilegeChecks Checks => new(View, Permissions);

    public uint FindRole(string name, bool orPublic) => Checks.Role(name, orPublic);

    public uint FindNamed(string objectKind, string name) => Checks.Find(objectKind, name);

    public short? FindColumn(uint relation, string name) => Checks.Column(relation, name);

    public bool? HasPrivilege(uint? role, string objectKind, uint oid, string privilege) => Checks.Check(role ?? _session.CurrentUserOid, objectKind, oid, privilege);

    public bool? HasColumnPrivilege(uint? role, uint relation, short? column, string privilege) => Checks.CheckColumn(role ?? _session.CurrentUserOid, relation, column, privilege);

    public bool HasParameterPrivilege(uint? role, string parameter, string privilege) => Checks.CheckParameter(role ?? _session.CurrentUserOid, parameter, privilege);

    public bool IsMemberOf(uint? role, uint target, string privilege) => Checks.CheckRole(role ?? _session.CurrentUserOid, target, privilege);

    public long RelationCounter(uint relation, RelationStatistic item) =>
        View.FindRelation(relation) is { } info ? _session.Engine.Statistics.Get(_session, info, item) : 0;

    public long DatabaseCounter(uint database, DatabaseStatistic item) => _session.Engine.Statistics.Get(database, item);

    public void ResetStatistics(uint relation)
    {
        // PostgreSQL grants these functions to nobody but superusers.
        if (!_session.IsSuperuser)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied for function {(relation == 0 ? "pg_stat_reset" : "pg_stat_reset_single_table_counters")}");
        if (relation == 0)
            _session.Engine.Statistics.Reset(_session.DatabaseOid);
        else if (View.FindRelation(relation) is { } info)
            _session.Engine.Statistics.Of(_session.DatabaseOid, info)?.Reset();
    }

    public long? RelationSize(uint relation, string fork) => View.FindRelation(relation) is { } info ? Bytes(info) : null;

    public long? TableSize(uint relation) => View.FindRelation(relation) is { } info
        ? Bytes(info) + (info.SystemTable is null ? RelationStorage.ToastSizeBytes(_session.Engine.Storage, info, _session.Cancellation) : 0)
        : null;

    public long? IndexesSize(uint relation)
    {
        if (View.FindRelation(relation) is not { } table)
            return null;
        long total = 0;
        foreach (IndexInfo index in table.Indexes)
            total += Bytes(View.FindRelation(index.Oid)!);
        return total;
    }

    public long? DatabaseSize(uint database)
    {
        if (View.FindDatabase(database) is null)
            return null;
        long total = 0;
        foreach (RelationInfo relation in _session.Engine.Catalog.View(database, _session.Cancellation).UserRelations)
            total += Bytes(relation);
        return total;
    }

    private long Bytes(RelationInfo relation) => relation.Kind == RelationKind.Toast
        ? View.FindRelation(ToastRelations.TableOf(relation.Oid)) is { } table ? RelationStorage.ToastSizeBytes(_session.Engine.Storage, table, _session.Cancellation) : 0
        : relation.Storage == 0 || relation.SystemTable is not null
        ? 0
        : RelationStorage.SizeBytes(_session.Engine.Storage, relation, _session.Cancellation);

    public SqlType[] HashPartitionKey(uint relation)
    {
        if (View.FindRelation(relation) is not { } table)
            throw new SqlException(SqlState.UndefinedTable, $"could not open relation with OID {relation}");
        return table.PartitionKey is { Strategy: PartitionStrategy.Hash } key
            ? [.. key.Columns.Select(column => FindType(column.TypeOid)!)]
            : throw new SqlException(SqlState.InvalidParameterValue, $"\"{table.Name}\" is not a hash partitioned table");
    }

    public long? TablespaceSize(uint tablespace) => tablespace is CatalogOids.DefaultTablespace or CatalogOids.GlobalTablespace ? DatabaseSize(_session.DatabaseOid) : null;

    public uint RelationFileNode(uint relation) => unchecked((uint)(View.FindRelation(relation)?.Storage ?? 0));

    public uint FileNodeRelation(uint fileNode)
    {
        if (fileNode != 0)
            foreach (RelationInfo relation in View.UserRelations)
                if (unchecked((uint)relation.Storage) == fileNode)
                    return relation.Oid;
        return 0;
    }

    public uint ReplicaIdentityIndex(uint relation)
    {
        if (View.FindRelation(relation) is not { } table)
            throw new SqlException(SqlState.UndefinedTable, $"could not open relation with OID {relation}");
        char identity = RelationRows.ReplicaIdentity(table);
        return Array.Find(table.Indexes, index => identity == 'i' ? index.IsReplicaIdentity : identity == 'd' && index.IsPrimary)?.Oid ?? 0;
    }

    public bool HasStatistics(uint relation) => View.FindRelation(relation) is { } found && _session.Engine.Statistics.Of(_session.DatabaseOid, found) is not null;

    public IReadOnlyList<(uint Oid, string Label)> EnumLabels(uint enumType)
    {
        var labels = new List<(uint, string)>();
        foreach (EnumLabel label in View.FindUserType(enumType)?.Labels ?? [])
            labels.Add((label.Oid, label.Label));
        return labels;
    }

    private static SqlType WithCollationOf(ColumnInfo column, SqlType type) => column.CollationOid == 0 ? type : type.WithCollation(column.CollationOid);

    public IReadOnlyList<(string Name, SqlType Type)> CompositeColumns(uint type)
    {
        var columns = new List<(string, SqlType)>();
        uint relation = FindType(type)?.RelationOid ?? 0;
        foreach (ColumnInfo column in View.FindRelation(relation)?.Columns ?? [])
            if (!column.IsDropped)
                columns.Add((column.Name, WithCollationOf(column, FindType(column.TypeOid)!.WithTypmod(column.TypeModifier))));
        return columns;
    }
}
