namespace Strata.Format.Messages;

/// <summary>From <paramref name="StartLsn"/> on, the log was written by the leader of <paramref name="Term"/>.</summary>
public readonly record struct TermSwitch(ulong Term, Lsn StartLsn);

/// <summary>
/// Which term wrote which part of a log: switches with ascending terms and non-descending LSNs, the first being where the log (as far as known) began. Immutable.
/// Two logs are equal up to their highest common point (Raft's log matching, with LSNs for indices).
/// </summary>
public sealed class TermHistory : IEquatable<TermHistory>
{
    private readonly TermSwitch[] _switches;

    private TermHistory(TermSwitch[] switches) => _switches = switches;

    public static TermHistory Empty { get; } = new([]);

    /// <summary>The history of a timeline that begins at an LSN and has had no leader.</summary>
    public static TermHistory Begin(Lsn startLsn) => new([new TermSwitch(0, startLsn)]);

    /// <summary>Builds a history; false when the switches are not in order or too many.</summary>
    public static bool TryCreate(TermSwitch[] switches, out TermHistory history)
    {
        history = Empty;
        if (switches.Length > SafekeeperProtocol.MaxTermHistory)
            return false;
        for (int i = 1; i < switches.Length; i++)
        {
            if (switches[i].Term <= switches[i - 1].Term || switches[i].StartLsn < switches[i - 1].StartLsn)
                return false;
        }
        history = new TermHistory(switches);
        return true;
    }

    public ReadOnlySpan<TermSwitch> Switches => _switches;

    public bool IsEmpty => _switches.Length == 0;

    /// <summary>The last switch's term; 0 when empty.</summary>
    public ulong LastTerm => _switches.Length == 0 ? 0 : _switches[^1].Term;

    /// <summary>The term of a log of this history that ends at an LSN: of the last switch at or below it.</summary>
    public ulong TermAt(Lsn end)
    {
        ulong term = 0;
        foreach (TermSwitch entry in _switches)
        {
            if (entry.StartLsn > end)
                break;
            term = entry.Term;
        }
        return term;
    }

    /// <summary>The part that describes a log ending at an LSN.</summary>
    public TermHistory UpTo(Lsn end)
    {
        int count = 0;
        while (count < _switches.Length && _switches[count].StartLsn <= end)
            count++;
        return count == _switches.Length ? this : new TermHistory(_switches[..count]);
    }

    /// <summary>This history followed by a new term.</summary>
    public TermHistory Append(ulong term, Lsn startLsn)
    {
        Invariant.Check(_switches.Length == 0 || (term > _switches[^1].Term && startLsn >= _switches[^1].StartLsn), "term history ascends");
        return new TermHistory([.. _switches, new TermSwitch(term, startLsn)]);
    }

    /// <summary>
    /// Folds away all but the newest switches, keeping the first of those kept as the beginning: older parts are only needed to compare with logs that are
    /// that far behind, and such a log is then restarted from the base.
    /// </summary>
    public TermHistory Trim(int keep) => _switches.Length <= keep ? this : new TermHistory(_switches[^keep..]);

    /// <summary>
    /// The highest LSN up to which both logs are surely equal, or null when no common switch is known. Ends are the logs' ends: a history may name terms that begin beyond them.
    /// </summary>
    public static Lsn? HighestCommonPoint(TermHistory left, Lsn leftEnd, TermHistory right, Lsn rightEnd)
    {
        // A term has one leader, so one start: equal terms imply equal logs up to that start and, after it, up to the shorter log's end of the term.
        int l = left._switches.Length - 1;
        int r = right._switches.Length - 1;
        while (l >= 0 && r >= 0)
        {
            TermSwitch a = left._switches[l];
            TermSwitch b = right._switches[r];
            if (a.Term > b.Term || a.StartLsn > leftEnd)
            {
                l--;
                continue;
            }
            if (b.Term > a.Term || b.StartLsn > rightEnd)
            {
                r--;
                continue;
            }
            Lsn leftStop = l + 1 < left._switches.Length ? Lsn.Min(left._switches[l + 1].StartLsn, leftEnd) : leftEnd;
            Lsn rightStop = r + 1 < right._switches.Length ? Lsn.Min(right._switches[r + 1].StartLsn, rightEnd) : rightEnd;
            return Lsn.Min(leftStop, rightStop);
        }
        return null;
    }

    public bool Equals(TermHistory? other) => other is not null && _switches.AsSpan().SequenceEqual(other._switches);

    public override bool Equals(object? obj) => Equals(obj as TermHistory);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (TermSwitch entry in _switches)
            hash.Add(entry);
        return hash.ToHashCode();
    }

    public override string ToString() => string.Join(" ", _switches.Select(entry => $"{entry.Term}@{entry.StartLsn}"));
}
