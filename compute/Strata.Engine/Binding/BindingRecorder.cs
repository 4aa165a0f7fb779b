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
    private readonly Dictionary<Statement, ModificationRecord> _modifications = new(ReferenceEqualityComparer.Instance);
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

    /// <summary>The change of data being bound; null inside its queries and outside.</summary>
    public ModificationRecord? Modification => Current?.Modification;

    /// <summary>A level for a statement that changes data. <see cref="End(QueryRecord, BoundQuery?)"/> ends it.</summary>
    public ModificationRecord Begin(Statement statement, WithClause? with)
    {
        QueryRecord level = Begin(new SelectStatement(new SelectBody([], -1), -1) { With = with });
        var record = new ModificationRecord(statement, level);
        level.Modification = record;
        _modifications[statement] = record;
        return record;
    }

    public ModificationRecord? Of(Statement statement) => _modifications.GetValueOrDefault(statement);

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
