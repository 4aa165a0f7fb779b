using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>Keeps what the binder found in a statement for those who print it again (<see cref="Deparsing.QueryWriter"/>). Belongs to one <see cref="BindingState"/>; not thread-safe.</summary>
internal sealed class BindingRecorder
{
    private readonly Stack<QueryRecord> _open = [];
    private readonly Dictionary<SelectStatement, QueryRecord> _bySyntax = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<RelationalNode, QueryRecord> _byNode = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, CallRecord> _calls = [];
    private readonly Dictionary<int, Expression> _values = [];

    /// <summary>Set by <see cref="FunctionBinder"/>: the windows of the WINDOW clause, by their syntax.</summary>
    public Dictionary<WindowDefinition, WindowRecord> Windows { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Tables and views that FROM items of the statement itself name.</summary>
    public HashSet<uint> Relations { get; } = [];

    /// <summary>Columns of them that the statement itself reads: relation, attribute number.</summary>
    public HashSet<(uint Relation, short Column)> Columns { get; } = [];

    /// <summary>The level being bound.</summary>
    public QueryRecord? Current => _open.TryPeek(out QueryRecord? record) ? record : null;

    public QueryRecord Begin(SelectStatement statement)
    {
        var record = new QueryRecord(statement);
        _bySyntax[statement] = record;
        _open.Push(record);
        return record;
    }

    public void End(QueryRecord record, BoundQuery? query)
    {
        _open.Pop();
        if (query is null)
            return;
        record.Output = query.Output;
        _byNode[query.Node] = record;
    }

    /// <summary>An aggregate's or window function's value is in a column.</summary>
    public void Call(int column, CallRecord call) => _calls[column] = call;

    /// <summary>A set-returning call's or GROUPING's value is in a column.</summary>
    public void Value(int column, Expression value) => _values[column] = value;

    public CallRecord? CallOf(int column) => _calls.GetValueOrDefault(column);

    public Expression? ValueOf(int column) => _values.GetValueOrDefault(column);

    public QueryRecord? Of(SelectStatement statement) => _bySyntax.GetValueOrDefault(statement);

    public QueryRecord? Of(RelationalNode node) => _byNode.GetValueOrDefault(node);
}
