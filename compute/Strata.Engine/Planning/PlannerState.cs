using Strata.Engine.Catalog;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Estimation;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>What the parts of the planner share while one statement is planned. Not thread-safe.</summary>
internal sealed class PlannerState
{
    private readonly Dictionary<uint, TableLayout> _layouts = [];
    private readonly Dictionary<uint, TableSize> _sizes = [];

    public PlannerState(PlanningContext context, PhysicalPlan plan)
    {
        Context = context;
        Plan = plan;
        ParameterTypes = [.. plan.ParameterTypes];
        Expressions = new ExpressionPlanner(this);
        AccessPaths = new AccessPathPlanner(this);
        Joins = new JoinPlanner(this);
        Builder = new PlanBuilder(this);
        Selectivity = new Selectivity(this);
        Modifications = new ModifyPlanner(this);
    }

    public PlanningContext Context { get; }

    /// <summary>Which methods the session allows.</summary>
    public PlannerSettings Settings => Context.Settings;

    /// <summary>The plan under construction.</summary>
    public PhysicalPlan Plan { get; }

    public QueryMetadata Metadata => Plan.Metadata;

    public PlanBuilder Builder { get; }

    public ExpressionPlanner Expressions { get; }

    public AccessPathPlanner AccessPaths { get; }

    public JoinPlanner Joins { get; }

    public ModifyPlanner Modifications { get; }

    public Selectivity Selectivity { get; }

    /// <summary>Types of all parameters so far.</summary>
    public List<SqlType> ParameterTypes { get; }

    /// <summary>WITH items by number, for their estimates.</summary>
    public Dictionary<int, CtePlan> Ctes { get; } = [];

    /// <summary>A new executor parameter.</summary>
    public int AddParameter(SqlType type)
    {
        ParameterTypes.Add(type);
        return ParameterTypes.Count - 1;
    }

    /// <summary>Types of columns.</summary>
    public SqlType[] TypesOf(IReadOnlyList<int> columns) => columns.Select(column => Metadata[column].Type).ToArray();

    /// <summary>Pages and rows of a relation; read once per planning.</summary>
    public TableSize SizeOf(RelationInfo relation)
    {
        if (!_sizes.TryGetValue(relation.Oid, out TableSize size))
            _sizes.Add(relation.Oid, size = TableSize.Of(relation, Context.Services.Handles));
        return size;
    }

    /// <summary>The row layout of a relation.</summary>
    public TableLayout LayoutOf(RelationInfo relation)
    {
        if (!_layouts.TryGetValue(relation.Oid, out TableLayout? layout))
        {
            layout = new TableLayout(relation, TypeOf, Context.Functions);
            _layouts.Add(relation.Oid, layout);
        }

        return layout;
    }

    /// <summary>Type of a table's column.</summary>
    public SqlType TypeOf(ColumnInfo column)
    {
        SqlType type = TypeResolver.Find(column.TypeOid, Context.Catalog)
            ?? throw new SqlException(SqlState.UndefinedObject, $"type with OID {column.TypeOid} does not exist");
        type = type.WithTypmod(column.TypeModifier);
        return column.CollationOid == 0 ? type : type.WithCollation(column.CollationOid);
    }

    /// <summary>Name of a relation's schema, for error fields.</summary>
    public string? SchemaOf(RelationInfo relation) => Context.Catalog.FindSchema(relation.SchemaOid)?.Name;
}

/// <summary>A planned WITH item: its columns and how many rows it is thought to have.</summary>
internal sealed record CtePlan(IReadOnlyList<int> Columns, double Rows, PhysicalNode? Plan);
