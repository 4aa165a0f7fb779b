using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>
/// The different values of the outer columns that a correlated tree reads ("magic set", the domain D of Neumann and Kemper): the outer rows are computed once and kept, as a WITH item is, and read
/// twice, for the domain and for the join with the unnested tree. For one unnesting; not thread-safe.
/// </summary>
internal sealed class CorrelationDomain
{
    private const string RowsName = "outer_rows";
    private const string ValuesName = "outer_values";

    private readonly PlannerState _state;
    private readonly PhysicalNode _outer;
    private readonly int[] _columns;
    private readonly int[] _values;
    private readonly SqlType[] _types;
    private readonly int _rowsCte;
    private readonly int _valuesCte;
    private PhysicalNode? _valuesPlan;

    private CorrelationDomain(PlannerState state, PhysicalNode outer, int[] columns, SqlType[] types)
    {
        _state = state;
        _outer = outer;
        _columns = columns;
        _types = types;
        _values = NewColumns();
        _rowsCte = state.Metadata.NextCte();
        _valuesCte = state.Metadata.NextCte();
    }

    /// <summary>The domain of columns of an outer plan; null when a column's values can't be compared.</summary>
    public static CorrelationDomain? Of(PlannerState state, PhysicalNode outer, IEnumerable<int> columns)
    {
        int[] read = [.. columns.Order()];
        SqlType[] types = state.TypesOf(read);
        return Array.TrueForAll(types, static type => ValueEquality.Compare(new ColumnExpression(0, type), new ColumnExpression(1, type), isNullSafe: true) is not null)
            ? new CorrelationDomain(state, outer, read, types)
            : null;
    }

    /// <summary>True for a scan of a domain's values, as they are or filtered.</summary>
    public static bool IsScan(PhysicalNode node) => node is CteScanPlan { CteName: ValuesName } || (node is FilterPlan or ProjectPlan && IsScan(((UnaryPlan)node).Input));

    /// <summary>The different values, under new column numbers, with their links.</summary>
    public UnnestedTree Scan()
    {
        Plan();
        int[] columns = NewColumns();
        var scan = new CteScanNode(_valuesCte, ValuesName, ValuesName, _values, columns, _types);
        _state.Selectivity.Variables.Learn(scan);
        var links = new CorrelationLink[columns.Length];
        for (int i = 0; i < links.Length; i++)
        {
            var outer = new ColumnExpression(_columns[i], _types[i]);
            links[i] = new CorrelationLink(outer, columns[i], ValueEquality.Compare(outer, new ColumnExpression(columns[i], _types[i]), isNullSafe: true)!, IsSame: true);
        }

        return new UnnestedTree(scan, links);
    }

    /// <summary>The outer rows, to be joined with the unnested tree.</summary>
    public PhysicalNode Rows() => new CteScanPlan
    {
        Columns = _outer.Columns,
        Cte = _rowsCte,
        CteName = RowsName,
        IsWorkTable = false,
        Slots = [.. Enumerable.Range(0, _outer.Columns.Count)],
        Rows = _outer.Rows,
        StartupCost = _outer.StartupCost,
        TotalCost = _outer.TotalCost + (_outer.Rows * CostModel.CpuTupleCost),
        WidthBytes = _outer.WidthBytes,
    };

    /// <summary>What runs the plan of the join over the kept rows.</summary>
    public PhysicalNode Wrap(PhysicalNode body)
    {
        Plan();
        _state.Plan.Subplans.Add(($"CTE {RowsName}", _outer));
        _state.Plan.Subplans.Add(($"CTE {ValuesName}", _valuesPlan!));
        return new WithPlan
        {
            Columns = body.Columns,
            Items = [(_rowsCte, RowsName, _outer), (_valuesCte, ValuesName, _valuesPlan!)],
            Body = body,
            Rows = body.Rows,
            StartupCost = body.StartupCost,
            // The outer plan's own cost is that of the rows' first scan.
            TotalCost = body.TotalCost + _valuesPlan!.TotalCost - _outer.TotalCost,
            WidthBytes = body.WidthBytes,
            Ordering = body.Ordering,
        };
    }

    private void Plan()
    {
        if (_valuesPlan is not null)
            return;
        _state.Ctes[_rowsCte] = new CtePlan(_outer.Columns, _outer.Rows, _outer);
        var values = new DistinctNode(new CteScanNode(_rowsCte, RowsName, RowsName, _columns, _values, _types), _values, isOn: false);
        _state.Selectivity.Variables.Learn(values);
        _valuesPlan = _state.Builder.Plan(values);
        _state.Ctes[_valuesCte] = new CtePlan(_valuesPlan.Columns, _valuesPlan.Rows, _valuesPlan);
    }

    private int[] NewColumns() => Array.ConvertAll(_columns, column => _state.Metadata.AddColumn(_state.Metadata[column].Name, _state.Metadata[column].Type));
}
