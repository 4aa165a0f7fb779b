namespace Strata.Engine.Sessions;

/// <summary>Gives sessions the numbers of their temporary schemas (<c>pg_temp_3</c>): the lowest that no other session of the database has. Thread-safe.</summary>
internal sealed class TemporarySlots
{
    private readonly Lock _gate = new();
    private readonly HashSet<(uint Database, int Slot)> _taken = [];

    /// <summary>Takes a free number, from 1.</summary>
    public int Take(uint database)
    {
        lock (_gate)
        {
            int slot = 1;
            while (!_taken.Add((database, slot)))
                slot++;
            return slot;
        }
    }

    /// <summary>Gives a number back: what stood in its schema is gone.</summary>
    public void Release(uint database, int slot)
    {
        lock (_gate)
            _taken.Remove((database, slot));
    }

    /// <summary>True while a session has the number.</summary>
    public bool IsTaken(uint database, int slot)
    {
        lock (_gate)
            return _taken.Contains((database, slot));
    }
}
