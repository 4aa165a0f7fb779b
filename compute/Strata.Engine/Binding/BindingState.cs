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

    public BindingState(BindingContext context)
    {
        Context = context;
        _searchPath = context.SearchPath;
        Parameters = new ParameterTypes(context);
        Expressions = new ExpressionBinder(this);
        Functions = new FunctionBinder(this);
        From = new FromBinder(this);
        Queries = new QueryBinder(this);
        Ctes = new CteBinder(this);
    }

    public BindingContext Context { get; }

    public CatalogView Catalog => Context.Catalog;

    public SearchPath SearchPath => _searchPath;

    public QueryMetadata Metadata { get; } = new();

    public ParameterTypes Parameters { get; }

    public ExpressionBinder Expressions { get; }

    public FunctionBinder Functions { get; }

    public FromBinder From { get; }

    public QueryBinder Queries { get; }

    public CteBinder Ctes { get; }

    /// <summary>The statement writes or locks rows.</summary>
    public bool IsWriting { get; set; }

    public IReadOnlyList<PlanDependency> Dependencies => _dependencies.Select(pair => new PlanDependency(pair.Key, pair.Value)).ToArray();

    /// <summary>Names that would mean something else if they existed.</summary>
    public IReadOnlyList<QualifiedKey> AbsentNames => _absentNames;

    public IReadOnlyList<RequiredPrivilege> Privileges => _privileges;

    /// <summary>The relation of a name. Throws 42P01, 0A000.</summary>
    public RelationInfo ResolveRelation(RelationName name)
    {
        if (name.Catalog is not null && Catalog.FindDatabase(Catalog.DatabaseOid)?.Name != name.Catalog)
        {
            throw BindingErrors.At(
                name.Position, SqlState.FeatureNotSupported, $"cross-database references are not implemented: \"{name}\"");
        }

        RelationInfo relation = Catalog.ResolveRelation(_searchPath, name.Schema, name.Name)
            ?? throw BindingErrors.UndefinedTable(name.Position, name.Schema is null ? name.Name : $"{name.Schema}.{name.Name}");
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

    /// <summary>The plan must be made anew when the relation changes.</summary>
    public void DependOn(RelationInfo relation) => _dependencies[relation.Oid] = relation.Version;

    /// <summary>The statement needs a privilege.</summary>
    public void Require(RelationInfo relation, char privilege)
    {
        var required = new RequiredPrivilege(relation.Oid, privilege, _privilegeRole);
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
        SearchPath path = _searchPath;
        uint role = _privilegeRole;
        _privilegeRole = view.OwnerOid;
        _searchPath = view.View.SearchPath.Length > 0
            ? new SearchPath(view.View.SearchPath, 0)
            : new SearchPath([CatalogOids.CatalogSchema, CatalogOids.InformationSchema, CatalogOids.PublicSchema], 0);
        try
        {
            return Queries.BindSelect(select, null, resolveUnknown: true);
        }
        finally
        {
            _searchPath = path;
            _privilegeRole = role;
        }
    }
}
