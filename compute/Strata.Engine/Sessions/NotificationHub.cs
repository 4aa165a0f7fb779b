namespace Strata.Engine.Sessions;

/// <summary>A notification on its way to a listener.</summary>
internal readonly record struct Notification(int ProcessId, string Channel, string Payload);

/// <summary>LISTEN and NOTIFY between the sessions of an endpoint. In memory: listeners are connections to this compute. Thread-safe.</summary>
internal sealed class NotificationHub
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(uint Database, string Channel), HashSet<SqlSession>> _listeners = [];

    public void Listen(uint database, string channel, SqlSession session)
    {
        lock (_gate)
        {
            if (!_listeners.TryGetValue((database, channel), out HashSet<SqlSession>? sessions))
                _listeners.Add((database, channel), sessions = []);
            sessions.Add(session);
        }
    }

    public void Unlisten(uint database, string channel, SqlSession session)
    {
        lock (_gate)
        {
            if (_listeners.TryGetValue((database, channel), out HashSet<SqlSession>? sessions) && sessions.Remove(session) && sessions.Count == 0)
                _listeners.Remove((database, channel));
        }
    }

    /// <summary>Hands notifications of a committed transaction to their listeners.</summary>
    public void Send(uint database, IEnumerable<Notification> notifications)
    {
        foreach (Notification notification in notifications)
        {
            SqlSession[] sessions;
            lock (_gate)
                sessions = _listeners.TryGetValue((database, notification.Channel), out HashSet<SqlSession>? found) ? [.. found] : [];
            foreach (SqlSession session in sessions)
                session.Deliver(notification);
        }
    }
}
