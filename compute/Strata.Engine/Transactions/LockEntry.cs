namespace Strata.Engine.Transactions;

/// <summary>A lock in a shared table: who holds it and who waits, in order. All access under the table's lock.</summary>
internal sealed class LockEntry
{
    public struct Holder
    {
        public LockOwner Owner;
        public ushort Modes;
    }

    /// <summary>The tags by which it is found: one, or several for a row whose versions share their locks.</summary>
    public readonly List<LockTag> Tags = new(1);

    public readonly List<Holder> Holders = new(2);

    public readonly List<WaitTarget> Queue = new(0);

    public bool IsEmpty => Holders.Count == 0 && Queue.Count == 0;

    /// <summary>Modes held by others than one owner.</summary>
    public ushort ModesOfOthers(LockOwner owner)
    {
        ushort modes = 0;
        foreach (Holder holder in Holders)
        {
            if (holder.Owner != owner)
                modes |= holder.Modes;
        }
        return modes;
    }

    public int IndexOfHolder(LockOwner owner)
    {
        for (int i = 0; i < Holders.Count; i++)
        {
            if (Holders[i].Owner == owner)
                return i;
        }
        return -1;
    }

    public bool IsHeldBy(LockOwner owner, byte mode)
    {
        int index = IndexOfHolder(owner);
        return index >= 0 && (Holders[index].Modes & (1 << mode)) != 0;
    }

    /// <summary>Whether the owner may have the mode now, given those who wait before position <paramref name="queuePosition"/>.</summary>
    public bool CanGrant(LockOwner owner, byte mode, int queuePosition)
    {
        ushort conflicts = LockConflicts.Of(Tags[0].Kind, mode);
        if ((ModesOfOthers(owner) & conflicts) != 0)
            return false;
        // Who already holds the lock passes the queue: those who wait may well be waiting for it.
        if (IndexOfHolder(owner) >= 0)
            return true;
        for (int i = 0; i < queuePosition; i++)
        {
            if (((1 << Queue[i].Mode) & conflicts) != 0)
                return false;
        }
        return true;
    }

    public void Grant(LockOwner owner, byte mode)
    {
        int index = IndexOfHolder(owner);
        if (index < 0)
            Holders.Add(new Holder { Owner = owner, Modes = (ushort)(1 << mode) });
        else
        {
            Holder holder = Holders[index];
            holder.Modes |= (ushort)(1 << mode);
            Holders[index] = holder;
        }
    }

    /// <summary>Takes a mode from its holder. Returns false when it did not hold it.</summary>
    public bool Revoke(LockOwner owner, byte mode)
    {
        int index = IndexOfHolder(owner);
        if (index < 0 || (Holders[index].Modes & (1 << mode)) == 0)
            return false;
        Holder holder = Holders[index];
        holder.Modes &= (ushort)~(1 << mode);
        if (holder.Modes == 0)
            Holders.RemoveAt(index);
        else
            Holders[index] = holder;
        return true;
    }
}
