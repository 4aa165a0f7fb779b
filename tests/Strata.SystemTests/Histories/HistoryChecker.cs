using System.Data;
using System.Text;

namespace Strata.SystemTests.Histories;

/// <summary>
/// Looks for anomalies in a history of transactions that read and append to lists. A list that was read tells in which order its values were appended, so all dependencies between transactions
/// are known, and an anomaly is a cycle of them (Adya 1999; the method is that of Kingsbury, Alvaro: "Elle", 2020).
/// </summary>
/// <remarks>
/// Dependencies: ww, the next one to append to a list; wr, who read a list that ended with one's value; rw, who appended what a reader did not see. READ COMMITTED forbids
/// cycles of ww and wr, snapshots also those without two rw in a row, SERIALIZABLE all.
/// </remarks>
public sealed class HistoryChecker
{
    private enum Edge
    {
        WriteWrite,
        WriteRead,
        ReadWrite,
    }

    private readonly IReadOnlyList<HistoryTransaction> _history;
    private readonly IsolationLevel _level;
    private readonly Dictionary<long, HistoryTransaction> _writers = [];
    private readonly Dictionary<int, long[]> _orders = [];
    private readonly List<(int To, Edge Kind)>[] _edges;
    private readonly List<string> _anomalies = [];

    private HistoryChecker(IReadOnlyList<HistoryTransaction> history, IsolationLevel level)
    {
        _history = history;
        _level = level;
        _edges = [.. history.Select(static _ => new List<(int, Edge)>())];
    }

    /// <summary>
    /// The anomalies that a level forbids; empty when there are none. <paramref name="final"/> is what the lists hold in the end. Transactions are numbered by their place in the history.
    /// </summary>
    public static IReadOnlyList<string> Check(IReadOnlyList<HistoryTransaction> history, IReadOnlyDictionary<int, long[]> final, IsolationLevel level)
    {
        HistoryChecker checker = new(history, level);
        checker.FindWriters();
        checker.FindOrders(final);
        checker.CheckReads();
        checker.CheckAppends(final);
        if (checker._anomalies.Count == 0)
        {
            checker.FindEdges();
            checker.FindCycles();
        }
        return checker._anomalies;
    }

    private void FindWriters()
    {
        foreach (HistoryTransaction transaction in _history)
        {
            foreach (HistoryOperation operation in transaction.Operations)
            {
                if (operation.Read is null)
                    _writers.Add(operation.Value, transaction);
            }
        }
    }

    private IEnumerable<(HistoryTransaction Transaction, HistoryOperation Operation)> Reads() =>
        from transaction in _history
        where transaction.Outcome == HistoryOutcome.Committed
        from operation in transaction.Operations
        where operation.Read is not null
        select (transaction, operation);

    /// <summary>The order of a list is the longest that was read; every other one must be its beginning.</summary>
    private void FindOrders(IReadOnlyDictionary<int, long[]> final)
    {
        foreach ((int key, long[] values) in final)
        {
            _orders[key] = values;
            if (values.Distinct().Count() != values.Length)
                _anomalies.Add($"list {key} holds a value twice: {string.Join(',', values)}");
        }
    }

    private void CheckReads()
    {
        foreach ((HistoryTransaction transaction, HistoryOperation operation) in Reads())
        {
            long[] read = operation.Read!, order = _orders.GetValueOrDefault(operation.Key, []);
            // Its own appends come last in what it reads, and others may come before them in the end only if it did not commit; so prefixes are compared as they are.
            if (read.Length > order.Length || !order.AsSpan(0, read.Length).SequenceEqual(read))
            {
                _anomalies.Add($"{transaction} read what is no beginning of the list's order [{string.Join(',', order)}]");
                continue;
            }
            foreach (long value in read)
            {
                if (!_writers.TryGetValue(value, out HistoryTransaction? writer))
                    _anomalies.Add($"{transaction} read {value}, which nobody appended");
                else if (writer.Outcome == HistoryOutcome.Aborted)
                    _anomalies.Add($"aborted read: {transaction} read {value} of {writer}");
            }
            if (read.Length > 0 && _writers.TryGetValue(read[^1], out HistoryTransaction? last) && last != transaction)
            {
                HistoryOperation final = last.Operations.Last(other => other.Read is null && other.Key == operation.Key);
                if (final.Value != read[^1])
                    _anomalies.Add($"intermediate read: {transaction} read {read[^1]} of {last}");
            }
        }
    }

    private void CheckAppends(IReadOnlyDictionary<int, long[]> final)
    {
        HashSet<long> there = [.. final.Values.SelectMany(static values => values)];
        foreach ((long value, HistoryTransaction writer) in _writers)
        {
            if (writer.Outcome == HistoryOutcome.Committed && !there.Contains(value))
                _anomalies.Add($"lost: {value} of {writer}");
            if (writer.Outcome == HistoryOutcome.Aborted && there.Contains(value))
                _anomalies.Add($"dirty: {value} of {writer} is there");
        }
    }

    private void FindEdges()
    {
        foreach (long[] order in _orders.Values)
        {
            for (int i = 1; i < order.Length; i++)
                Add(_writers[order[i - 1]], _writers[order[i]], Edge.WriteWrite);
        }
        foreach ((HistoryTransaction transaction, HistoryOperation operation) in Reads())
        {
            long[] read = operation.Read!, order = _orders.GetValueOrDefault(operation.Key, []);
            if (read.Length > 0)
                Add(_writers[read[^1]], transaction, Edge.WriteRead);
            if (read.Length < order.Length)
                Add(transaction, _writers[order[read.Length]], Edge.ReadWrite);
        }
    }

    private void Add(HistoryTransaction from, HistoryTransaction to, Edge kind)
    {
        if (from != to && !_edges[from.Number].Contains((to.Number, kind)))
            _edges[from.Number].Add((to.Number, kind));
    }

    private void FindCycles()
    {
        // A forbidden cycle has at least one edge of its last kind: look for a way back from each edge.
        for (int from = 0; from < _edges.Length && _anomalies.Count < 10; from++)
        {
            foreach ((int to, Edge kind) in _edges[from])
            {
                bool counts = kind != Edge.ReadWrite || _level >= IsolationLevel.RepeatableRead;
                if (counts && FindWay(to, from, kind) is { } way)
                {
                    _anomalies.Add(Describe(from, kind, way));
                    break;
                }
            }
        }
    }

    /// <summary>The shortest way that closes a forbidden cycle, or null.</summary>
    private List<(int Node, Edge Kind)>? FindWay(int start, int goal, Edge first)
    {
        bool noReadWrite = _level < IsolationLevel.RepeatableRead, noTwoInARow = _level < IsolationLevel.Serializable;
        Dictionary<(int Node, bool LastReadWrite), (int Node, bool LastReadWrite, Edge Kind)> came = [];
        Queue<(int Node, bool LastReadWrite)> queue = new();
        (int, bool) begin = (start, first == Edge.ReadWrite);
        queue.Enqueue(begin);
        came[begin] = (-1, false, first);
        while (queue.TryDequeue(out (int Node, bool LastReadWrite) at))
        {
            foreach ((int to, Edge kind) in _edges[at.Node])
            {
                bool isReadWrite = kind == Edge.ReadWrite;
                if (isReadWrite && (noReadWrite || (noTwoInARow && at.LastReadWrite)))
                    continue;
                if (to == goal && noTwoInARow && isReadWrite && first == Edge.ReadWrite)
                    continue;
                if (!came.TryAdd((to, isReadWrite), (at.Node, at.LastReadWrite, kind)))
                    continue;
                if (to == goal)
                    return Way(came, (to, isReadWrite));
                queue.Enqueue((to, isReadWrite));
            }
        }
        return null;
    }

    private static List<(int Node, Edge Kind)> Way(Dictionary<(int Node, bool LastReadWrite), (int Node, bool LastReadWrite, Edge Kind)> came, (int Node, bool LastReadWrite) end)
    {
        List<(int, Edge)> way = [];
        for ((int Node, bool LastReadWrite) at = end; at.Node >= 0;)
        {
            (int node, bool last, Edge kind) = came[at];
            way.Add((at.Node, kind));
            at = (node, last);
        }
        way.Reverse();
        return way;
    }

    private string Describe(int from, Edge kind, List<(int Node, Edge Kind)> way)
    {
        StringBuilder text = new($"cycle that {_level} forbids:\n  {_history[from]}");
        Edge next = kind;
        foreach ((int node, Edge edge) in way)
        {
            next = node == way[0].Node && edge == way[0].Kind ? kind : edge;
            text.Append($"\n  -{next}-> {_history[node]}");
        }
        return text.ToString();
    }
}
