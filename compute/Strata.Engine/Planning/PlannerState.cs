using Strata.Engine.Catalog;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Estimation;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Planning.Unnesting;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>What the parts of the planner share while one statement is planned. Not thread-safe.</summary>
internal sealed class PlannerState
{
    private readonly Dictionary<uint, TableLayout> _layouts = [];
    // A table up to this share of the buffer pool stays in it however much else is read: its pages are asked for often.
    private const double HotShare = 0.1;

    // Indexes of a table have about so many pages for each of its own.
    private const double IndexPagesShare = 0.25;

    private readonly Dictionary<uint, TableSize> _sizes = [];
    private double? _pages;

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
        Unnesting = new SubqueryUnnesting(this);
        Laterals = new LateralUnnesting(this);
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

    public SubqueryUnnesting Unnesting { get; }

    public LateralUnnesting Laterals { get; }

    /// <summary>Types of all parameters so far.</summary>
    public List<SqlType> ParameterTypes { get; }

    /// <summary>WITH items by number, for their estimates.</summary>
    public Dictionary<int, CtePlan> Ctes { get; } = [];

    /// <summary>By number of a scan: conditions on its table that were tried on a sample, and the share of rows that met them.</summary>
    public Dictionary<int, (IReadOnlyList<Expression> Conditions, double Share)> SampledShares { get; } = [];

    /// <summary>The share of a scan's rows for which all conditions hold: by a sample of the table when they were tried on one.</summary>
    public double ShareOf(ScanNode scan, IReadOnlyList<Expression> conditions) =>
        SampledShares.TryGetValue(scan.Scan, out (IReadOnlyList<Expression> Conditions, double Share) sampled) && sampled.Conditions.Count == conditions.Count
            && conditions.All(sampled.Conditions.Contains)
            ? sampled.Share
            : Selectivity.Of(conditions);

    /// <summary>How many rows a LIMIT leaves; null when that is not known before the execution.</summary>
    public double? LimitOf(LimitNode limit)
    {
        if (limit.Limit is null)
            return null;
        Expression count = limit.Limit;
        if (Context.Peek is { } peek && peek.Mentions(count))
        {
            if (Selectivity.ConstantOf(count) is not { IsNull: false } value)
            {
                peek.IsOpaque = true;
                return null;
            }

            peek.NoteCount(count, value);
            return value.Value.Get<long>();
        }

        return count is ConstantExpression { IsNull: false } constant ? constant.Value.Get<long>() : null;
    }

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
            _sizes.Add(relation.Oid, size = relation.SystemTable is { } system ? TableSize.Of(system, Context.Catalog) : TableSize.Of(relation, Context.Services.Handles));
        return size;
    }

    /// <summary>Pages of a table that stay in the buffer pool, beside what else the statement reads; at most all of them.</summary>
    public double CachedPages(double pages)
    {
        _pages ??= Plan.Relations.Sum(access => access.Relation.Storage == 0 ? 0 : SizeOf(access.Relation).Pages) * (1 + IndexPagesShare);
        double pool = Context.Services.Storage.Pool.FrameCount;
        if (_pages <= pool)
            return pages;
        double share = pool / _pages.Value;
        return Math.Min(pages, Math.Max(pages * share, pool * HotShare));
    }

    /// <summary>The chance that a page of a table is not in the buffer pool.</summary>
    public double RemoteShare(double pages) => pages <= 0 ? 0 : 1 - (CachedPages(pages) / pages);

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
