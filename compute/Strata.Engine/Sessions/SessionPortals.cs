using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions;

/// <summary>The prepared statements, portals and cursors of a session, by name. Lookups by UTF-8 names allocate nothing. For the session's thread.</summary>
internal sealed class SessionPortals(SessionContext context)
{
    private const int NameCharsOnStack = 128;

    private static readonly Dictionary<string, PreparedStatement> s_none = new(StringComparer.Ordinal);

    // Made at the first statement: many sessions never prepare one.
    private Dictionary<string, PreparedStatement>? _statements;
    private readonly Dictionary<string, Portal> _portals = new(StringComparer.Ordinal);
    private Portal? _unnamed;
    private Portal? _spare;

    public IEnumerable<PreparedStatement> Statements => (_statements ?? s_none).Values;

    /// <summary>The prepared statements as a whole: a client of the pooler takes them along. Null when there are none.</summary>
    public Dictionary<string, PreparedStatement>? StatementsByName
    {
        get => _statements;
        set => _statements = value;
    }

    /// <summary>Between transactions: there are cursors WITH HOLD.</summary>
    public bool HasPortals => _portals.Count > 0;

    public IEnumerable<Portal> Portals => _portals.Values;

    /// <summary>Keeps a statement. Throws 42P05 when the name is taken; the unnamed one is replaced.</summary>
    public void Add(PreparedStatement statement)
    {
        _statements ??= new Dictionary<string, PreparedStatement>(StringComparer.Ordinal);
        if (statement.Name.Length > 0 && _statements.ContainsKey(statement.Name))
            throw new SqlException(SqlState.DuplicatePreparedStatement, $"prepared statement \"{statement.Name}\" already exists");
        _statements[statement.Name] = statement;
    }

    /// <summary>A statement by name. Throws 26000.</summary>
    public PreparedStatement FindStatement(ReadOnlySpan<byte> name) => Lookup(_statements ?? s_none, name) ?? throw MissingStatement(Encoding.UTF8.GetString(name));

    /// <summary>A statement by name. Throws 26000.</summary>
    public PreparedStatement FindStatement(string name) => _statements?.GetValueOrDefault(name) ?? throw MissingStatement(name);

    private static SqlException MissingStatement(string name) => name.Length == 0
        ? new SqlException(SqlState.InvalidSqlStatementName, "unnamed prepared statement does not exist")
        : new SqlException(SqlState.InvalidSqlStatementName, $"prepared statement \"{name}\" does not exist");

    /// <summary>Forgets a statement, if there is one.</summary>
    public void RemoveStatement(ReadOnlySpan<byte> name)
    {
        if (_statements is { } statements && Lookup(statements, name) is { } statement)
            statements.Remove(statement.Name);
    }

    /// <summary>DEALLOCATE. Throws 26000.</summary>
    public void RemoveStatement(string name)
    {
        if (_statements is null || !_statements.Remove(name))
            throw MissingStatement(name);
    }

    public void RemoveAllStatements() => _statements?.Clear();

    /// <summary>A portal for a statement, not kept yet. The unnamed one is replaced; the object of a finished one is not reused, as a client may still describe it.</summary>
    public Portal Create(ReadOnlySpan<byte> name, PreparedStatement statement)
    {
        if (name.IsEmpty)
        {
            DropUnnamedPortal();
            if (_spare is { } spare)
            {
                spare.Reuse(statement.Text, statement.Statement, context.Transactions.SavepointDepth, context.StatementTimestamp);
                return spare;
            }
        }
        else if (Lookup(_portals, name) is not null)
        {
            throw new SqlException(SqlState.DuplicateCursor, $"cursor \"{Encoding.UTF8.GetString(name)}\" already exists");
        }

        return new Portal(name.IsEmpty ? "" : Encoding.UTF8.GetString(name), statement.Text, statement.Statement)
        {
            SavepointDepth = context.Transactions.SavepointDepth,
            CreatedAt = context.StatementTimestamp,
        };
    }

    public void Add(Portal portal)
    {
        if (portal.Name.Length == 0)
            _unnamed = portal;
        else if (!_portals.TryAdd(portal.Name, portal))
            throw new SqlException(SqlState.DuplicateCursor, $"cursor \"{portal.Name}\" already exists");
    }

    /// <summary>A portal by name. Throws 34000.</summary>
    public Portal Find(ReadOnlySpan<byte> name) =>
        (name.IsEmpty ? _unnamed : Lookup(_portals, name)) ??
        throw new SqlException(SqlState.InvalidCursorName, $"portal \"{Encoding.UTF8.GetString(name)}\" does not exist");

    /// <summary>A cursor by name. Throws 34000.</summary>
    public Portal FindCursor(string name) =>
        _portals.GetValueOrDefault(name) ?? throw new SqlException(SqlState.InvalidCursorName, $"cursor \"{name}\" does not exist");

    /// <summary>Closes a portal, if there is one.</summary>
    public void Remove(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
            DropUnnamedPortal();
        else if (Lookup(_portals, name) is { } portal)
            Remove(portal);
    }

    public void Remove(Portal portal)
    {
        portal.Close(CurrentTransaction);
        portal.Rows?.Dispose();
        _portals.Remove(portal.Name);
    }

    /// <summary>A simple query does away with the unnamed statement and portal.</summary>
    public void DropUnnamed()
    {
        _statements?.Remove("");
        DropUnnamedPortal();
    }

    public void DropUnnamedPortal()
    {
        _unnamed?.Close(CurrentTransaction);
        _spare = _unnamed ?? _spare;
        _unnamed = null;
    }

    private Transactions.Transaction? CurrentTransaction => context.Transactions.IsActive ? context.Transactions.Current : null;

    /// <summary>A rollback to a savepoint: portals made after it go.</summary>
    public void CloseAbove(int savepointDepth)
    {
        foreach (Portal portal in _portals.Values.Where(p => p.SavepointDepth > savepointDepth).ToArray())
            Remove(portal);
    }

    /// <summary>Savepoints were released: portals made inside them belong to the savepoint that is left.</summary>
    public void LowerTo(int savepointDepth)
    {
        foreach (Portal portal in _portals.Values)
            portal.SavepointDepth = Math.Min(portal.SavepointDepth, savepointDepth);
    }

    /// <summary>The transaction is over: all portals go but held cursors that it committed.</summary>
    public void CloseAll(bool committed)
    {
        _unnamed?.Close(null);
        if (_portals.Count == 0)
            return;
        foreach (Portal portal in _portals.Values.ToArray())
        {
            if (portal.Declaration is { IsHold: true } && portal.Rows is not null && (committed || portal.OutlivedTransaction))
            {
                portal.OutlivedTransaction = true;
                continue;
            }

            portal.Close(null);
            portal.Rows?.Dispose();
            _portals.Remove(portal.Name);
        }
    }

    /// <summary>An error: an execution that failed can't go on; with the whole transaction gone, none can.</summary>
    public void CloseFailed()
    {
        bool survives = context.Transactions is { IsBlock: true, SavepointDepth: > 0 };
        foreach (Portal portal in _portals.Values)
        {
            if (portal.Execution is null || (survives && !portal.Execution.HasFailed))
                continue;
            portal.Close(CurrentTransaction);
            portal.HasFailed = true;
        }

        _unnamed?.Close(CurrentTransaction);
    }

    /// <summary>CLOSE ALL and DISCARD ALL.</summary>
    public void RemoveAllCursors()
    {
        foreach (Portal portal in _portals.Values.ToArray())
            Remove(portal);
    }

    /// <summary>The session ends.</summary>
    public void DropAll()
    {
        DropUnnamedPortal();
        RemoveAllCursors();
        _statements = null;
    }

    private static T? Lookup<T>(Dictionary<string, T> map, ReadOnlySpan<byte> name)
        where T : class
    {
        Span<char> chars = name.Length <= NameCharsOnStack ? stackalloc char[NameCharsOnStack] : new char[name.Length];
        int length = Encoding.UTF8.GetChars(name, chars);
        return map.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..length], out T? found) ? found : null;
    }
}
