using System.Collections.Concurrent;
using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions;

/// <summary>A session's part in LISTEN and NOTIFY: what it listens to and sends takes effect when its transaction commits; what it receives goes out when it is idle. <see cref="Enqueue"/> from any thread.</summary>
internal sealed class SessionNotifications(SqlSession session)
{
    private readonly HashSet<string> _channels = new(StringComparer.Ordinal);
    private readonly List<(bool Listen, string? Channel, int Depth)> _pendingListens = [];
    private readonly List<(Notification Notification, int Depth)> _pending = [];
    private readonly ConcurrentQueue<Notification> _received = new();

    private NotificationHub Hub => session.Context.Engine.Notifications;

    public IEnumerable<string> Channels => _channels;

    /// <summary>It listens, or has got something that its client was not told yet.</summary>
    public bool IsListening => _channels.Count > 0 || !_received.IsEmpty;

    public void Listen(string channel) => _pendingListens.Add((true, channel, Depth));

    /// <summary>UNLISTEN; null for all.</summary>
    public void Unlisten(string? channel) => _pendingListens.Add((false, channel, Depth));

    /// <summary>NOTIFY: a repeated notification of one transaction counts once. Throws 22023.</summary>
    public void Notify(string channel, string payload)
    {
        const int ChannelMaxBytes = 63, PayloadMaxBytes = 7999;
        if (channel.Length == 0)
            throw new SqlException(SqlState.InvalidParameterValue, "channel name cannot be empty");
        if (Encoding.UTF8.GetByteCount(channel) > ChannelMaxBytes)
            throw new SqlException(SqlState.InvalidParameterValue, "channel name too long");
        if (Encoding.UTF8.GetByteCount(payload) > PayloadMaxBytes)
            throw new SqlException(SqlState.InvalidParameterValue, "payload string too long");
        var notification = new Notification(session.ProcessId, channel, payload);
        if (!_pending.Exists(other => other.Notification == notification))
            _pending.Add((notification, Depth));
    }

    /// <summary>The transaction has executed LISTEN, UNLISTEN or NOTIFY.</summary>
    public bool HasWork => _pendingListens.Count > 0 || _pending.Count > 0;

    // What a savepoint undoes was never said.
    private int Depth => session.Context.Transactions.SavepointDepth;

    /// <summary>A savepoint was rolled back to; <paramref name="depth"/> are around it.</summary>
    public void RolledBack(int depth)
    {
        _pendingListens.RemoveAll(pending => pending.Depth > depth);
        _pending.RemoveAll(pending => pending.Depth > depth);
    }

    /// <summary>Savepoints were released; <paramref name="depth"/> are left.</summary>
    public void Released(int depth)
    {
        for (int i = 0; i < _pendingListens.Count; i++)
            _pendingListens[i] = _pendingListens[i] with { Depth = Math.Min(_pendingListens[i].Depth, depth) };
        for (int i = 0; i < _pending.Count; i++)
            _pending[i] = _pending[i] with { Depth = Math.Min(_pending[i].Depth, depth) };
    }

    /// <summary>True when notifications wait for <see cref="Flush"/>. Any thread.</summary>
    public bool HasReceived => !_received.IsEmpty;

    public void Enqueue(in Notification notification) => _received.Enqueue(notification);

    /// <summary>The transaction ended: its LISTENs and NOTIFYs count, or never were.</summary>
    public void TransactionEnded(bool committed)
    {
        if (_pendingListens.Count == 0 && _pending.Count == 0)
            return;
        if (committed)
        {
            foreach ((bool listen, string? channel, _) in _pendingListens)
                Apply(listen, channel);
            Hub.Send(session.Context.DatabaseOid, _pending.ConvertAll(static pending => pending.Notification));
        }

        _pendingListens.Clear();
        _pending.Clear();
    }

    private void Apply(bool listen, string? channel)
    {
        if (channel is null)
        {
            UnlistenAll();
        }
        else if (listen)
        {
            if (_channels.Add(channel))
                Hub.Listen(session.Context.DatabaseOid, channel, session);
        }
        else if (_channels.Remove(channel))
        {
            Hub.Unlisten(session.Context.DatabaseOid, channel, session);
        }
    }

    public void UnlistenAll()
    {
        foreach (string channel in _channels)
            Hub.Unlisten(session.Context.DatabaseOid, channel, session);
        _channels.Clear();
    }

    /// <summary>Sends what has arrived, unless a transaction is open.</summary>
    public void Flush()
    {
        if (_received.IsEmpty || session.HoldsTransaction)
            return;
        while (_received.TryDequeue(out Notification notification))
            session.Context.Output.NotificationResponse(notification.ProcessId, notification.Channel, notification.Payload);
    }
}
