using Strata.Engine.Catalog;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>What the parts of the binder share while one statement is bound. Not thread-safe.</summary>
internal sealed class BindingState
{
    /// <summary>System columns of every table.</summary>
    public static readonly (string Name, short Attribute, SqlType Type)[] SystemColumns =
    [
        ("ctid", SystemAttribute.Ctid, SqlType.Tid),
        ("xmin", SystemAttribute.Xmin, SqlType.Xid),
        ("cmin", SystemAttribute.Cmin, SqlType.Cid),
        ("xmax", SystemAttribute.Xmax, SqlType.Xid),
        ("cmax", SystemAttribute.Cmax, SqlType.Cid),
        ("tableoid", SystemAttribute.TableOid, SqlType.OidType),
    ];

    private readonly Dictionary<uint, ulong> _dependencies = [];
    private readonly List<RequiredPrivilege> _privileges = [];
    private readonly List<QualifiedKey> _absentNames = [];
    private SearchPath _searchPath;
    private uint _privilegeRole;
    private int _viewDepth;
    private uint _policyTable;

    /// <summary>The calls whose anonymous records stand in columns, also where a query around theirs reads these: what fields a record has, only its call knows.</summary>
    public Dictionary<int, Expressions.Expression> RecordSources { get; } = [];

    /// <summary>A column that stands for another has its records' fields.</summary>
    public void KeepRecordSource(int column, int source)
    {
        if (RecordSources.TryGetValue(source, out Expressions.Expression? call))
            RecordSources[column] = call;
    }

    public BindingState(BindingContext context)
    {
        Context = context;
        _searchPath = context.SearchPath;
        Parameters = new ParameterTypes(context);
        Recorder = context.IsRecorded ? new BindingRecorder() : null;
        Expressions = new ExpressionBinder(this);
        Functions = new FunctionBinder(this);
        From = new FromBinder(this);
        Queries = new QueryBinder(this);
        Ctes = new CteBinder(this);
        Security = new RowSecurity(this);
    }

    public BindingContext Context { get; }

    public CatalogView Catalog => Context.Catalog;

    public SearchPath SearchPath => _searchPath;

    public QueryMetadata Metadata { get; } = new();

    public ParameterTypes Parameters { get; }

    /// <summary>Keeps what is bound for printing; null in the usual case.</summary>
    public BindingRecorder? Recorder { get; }

    public ExpressionBinder Expressions { get; }

    public FunctionBinder Functions { get; }

    public FromBinder From { get; }

    public QueryBinder Queries { get; }

    public CteBinder Ctes { get; }

    /// <summary>Names of WITH items that stand behind what is being bound: errors mention them.</summary>
    public List<string> FutureCtes { get; } = [];

    public RowSecurity Security { get; }

    /// <summary>The role whose privileges count now: 0 for the current one.</summary>
    public uint PrivilegeRole => _privilegeRole;

    /// <summary>The statement means something else for other roles: policies were looked at.</summary>
    public bool DependsOnRoles { get; set; }

    /// <summary>The statement writes or locks rows.</summary>
    public bool IsWriting { get; set; }

    /// <summary>Row addresses that the outermost query carries.</summary>
    public IReadOnlyList<RowAddressColumns> RowAddresses { get; set; } = [];

    public IReadOnlyList<PlanDependency> Dependencies => _dependencies.Select(pair => new PlanDependency(pair.Key, pair.Value)).ToArray();

    /// <summary>Names that would mean something else if they existed.</summary>
    public IReadOnlyList<QualifiedKey> AbsentNames => _absentNames;

    public IReadOnlyList<RequiredPrivilege> Privileges =>
        [.. _privileges.Select(p => _columnUses.TryGetValue(p, out SortedSet<short>? columns) ? p with { Columns = [.. columns] } : p)];

    private readonly Dictionary<RequiredPrivilege, SortedSet<short>> _columnUses = [];

    /// <summary>The statement reads a column: who may read only some columns may read this one.</summary>
    public void Read(int column, bool isWholeRow = false)
    {
        Planning.Algebra.QueryColumn read = Metadata[column];
        if (Recorder is not null && _viewDepth == 0 && read.TableOid != 0 && !isWholeRow)
            Recorder.Columns.Add((read.TableOid, read.AttributeNumber));
        if (read.TableOid != 0 && read.AttributeNumber > 0 && read.TableOid != _policyTable)
            Use(read.TableOid, 'r', read.AttributeNumber);
    }

    /// <summary>The statement needs a privilege for a column of a relation.</summary>
    public void Use(uint relationOid, char privilege, short column)
    {
        var key = new RequiredPrivilege(relationOid, privilege, _privilegeRole) { Columns = s_noColumns };
        if (!_columnUses.TryGetValue(key, out SortedSet<short>? columns))
            _columnUses.Add(key, columns = []);
        columns.Add(column);
    }

    private static readonly short[] s_noColumns = [];

    /// <summary>Throws for a name of three parts that is not of this database (0A000), and for longer ones (42601).</summary>
    public void CheckDatabase(QualifiedName name, int position)
    {
        if (name.Parts.Count > 3)
            throw BindingErrors.At(position, SqlState.SyntaxError, $"improper qualified name (too many dotted names): {name}");
        if (name.Parts.Count == 3 && name.Parts[0] != Context.Functions.Session.DatabaseName)
            throw BindingErrors.At(position, SqlState.FeatureNotSupported, $"cross-database references are not implemented: {name}");
    }

    /// <summary>The relation of a name. Throws 42P01, 0A000.</summary>
    public RelationInfo ResolveRelation(RelationName name)
    {
        if (name.Catalog is not null && Catalog.FindDatabase(Catalog.DatabaseOid)?.Name != name.Catalog)
        {
            throw BindingErrors.At(
                name.Position, SqlState.FeatureNotSupported, $"cross-database references are not implemented: \"{name}\"");
        }

        RelationInfo relation = Catalog.ResolveRelation(_searchPath, name.Schema, name.Name)
            ?? throw (name.Schema is null && FutureCtes.Contains(name.Name)
                ? BindingErrors.At(
                    name.Position, SqlState.UndefinedTable, $"relation \"{name.Name}\" does not exist", "Use WITH RECURSIVE, or re-order the WITH items to remove forward references.",
                    $"There is a WITH item named \"{name.Name}\", but it cannot be referenced from this part of the query.")
                : BindingErrors.UndefinedTable(name.Position, name.Schema is null ? name.Name : $"{name.Schema}.{name.Name}"));
        DependOn(relation);
        if (name.Schema is null)
            NoteAbsent(relation);
        return relation;
    }

    private void NoteAbsent(RelationInfo relation)
    {
        foreach (uint schema in _searchPath.Schemas)
        {
            if (schema == relation.SchemaOid)
                return;
            if (schema != CatalogOids.CatalogSchema)
                _absentNames.Add(new QualifiedKey(schema, relation.Name));
        }
    }

    /// <summary>What the plan of a bound tree depends on: relations that are named as constants (<c>'t'::regclass</c>) included.</summary>
    public IReadOnlyList<PlanDependency> DependenciesOf(RelationalNode root)
    {
        TreeWalker.Visit(root, part =>
        {
            if (part is Expressions.ConstantExpression { IsNull: false } constant && constant.Type.Oid == TypeOid.RegClass && Catalog.FindRelation(constant.Value.Get<uint>()) is { SystemTable: null } relation)
            {
                DependOn(relation);
                NoteAbsent(relation);
            }
        });
        return Dependencies;
    }

    /// <summary>The plan must be made anew when the relation changes.</summary>
    public void DependOn(RelationInfo relation)
    {
        _dependencies[relation.Oid] = relation.Version;
        if (_viewDepth == 0)
            Recorder?.Relations.Add(relation.Oid);
    }

    /// <summary>The statement needs a privilege.</summary>
    public void Require(RelationInfo relation, char privilege)
    {
        var required = new RequiredPrivilege(relation.Oid, privilege, _privilegeRole) { Columns = s_noColumns };
        if (!_privileges.Contains(required))
            _privileges.Add(required);
    }

    /// <summary>The plan must be made anew when the routine changes, and the caller must be allowed to execute it.</summary>
    public void Call(RoutineInfo routine)
    {
        _dependencies[routine.Oid] = routine.Version;
        var required = new RequiredPrivilege(routine.Oid, 'X', _privilegeRole) { Columns = s_noColumns };
        if (!_privileges.Contains(required))
            _privileges.Add(required);
    }

    /// <summary>The same for a built-in function, which everybody may execute until somebody changes that.</summary>
    public void Call(Functions.FunctionInfo builtin)
    {
        if (Catalog.FindBuiltinPrivileges(CatalogOids.PgProc, builtin.Oid) is null)
            return;
        var required = new RequiredPrivilege(builtin.Oid, 'X', _privilegeRole) { Columns = s_noColumns };
        if (!_privileges.Contains(required))
            _privileges.Add(required);
    }

    /// <summary>Takes over what an expression that was bound apart depends on.</summary>
    public void Adopt(BindingState inner)
    {
        foreach ((uint oid, ulong version) in inner._dependencies)
            _dependencies[oid] = version;
        DependsOnRoles |= inner.DependsOnRoles;
        foreach (RequiredPrivilege required in inner._privileges)
            if (!_privileges.Contains(required))
                _privileges.Add(required);
    }

    /// <summary>Type of a table's column.</summary>
    public SqlType TypeOf(ColumnInfo column) => Types.OfColumn(column);

    /// <summary>Types by OID, user-defined ones too.</summary>
    public TypeLookup Types => _types ??= new TypeLookup(this);

    private TypeLookup? _types;

    /// <summary>Binds a view's query: with the owner's privileges, and names as they were when it was made.</summary>
    public BoundQuery BindView(RelationInfo view)
    {
        DepthGuard.Check();
        if (view.View?.Query is not SelectStatement select)
            throw new SqlException(SqlState.InternalError, $"view \"{view.Name}\" has no query");
        return AsView(view, () => Queries.BindSelect(select, null, resolveUnknown: true));
    }

    /// <summary>Binds a policy's condition: names in full, and the table's own columns need no privilege.</summary>
    public T AsPolicy<T>(RelationInfo table, Func<T> bind)
    {
        (SearchPath path, uint before) = (_searchPath, _policyTable);
        _searchPath = new SearchPath([CatalogOids.CatalogSchema], 0);
        _policyTable = table.Oid;
        _viewDepth++;
        try
        {
            return bind();
        }
        finally
        {
            _searchPath = path;
            _policyTable = before;
            _viewDepth--;
        }
    }

    /// <summary>Binds something with a view owner's privileges, and names as they were when the view was made.</summary>
    public T AsView<T>(RelationInfo view, Func<T> bind)
    {
        SearchPath path = _searchPath;
        uint role = _privilegeRole;
        _viewDepth++;
        // With security_invoker the caller's own privileges count.
        if (!Array.Exists(view.Options ?? [], static option => option is "security_invoker=true" or "security_invoker=on" or "security_invoker=1"))
            _privilegeRole = view.OwnerOid;
        _searchPath = view.View!.SearchPath.Length > 0
            ? new SearchPath(view.View.SearchPath, 0)
            : new SearchPath([CatalogOids.CatalogSchema, CatalogOids.InformationSchema, CatalogOids.PublicSchema], 0);
        try
        {
            return bind();
        }
        finally
        {
            _searchPath = path;
            _privilegeRole = role;
            _viewDepth--;
        }
    }
}
