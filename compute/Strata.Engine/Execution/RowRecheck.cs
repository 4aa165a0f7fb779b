using Strata.Format;

namespace Strata.Engine.Execution;

/// <summary>
/// The rows that scans deliver while a changed row is re-checked (PostgreSQL's EvalPlanQual): the newest version of the changed row, and for the
/// other tables of a join the versions that it was joined with. Scans that are not listed run as usual.
/// </summary>
internal sealed class RowRecheck
{
    private readonly List<(int Scan, Tid Tid, uint Member)> _rows = [];

    /// <summary>Sets the version that a scan delivers; of a tree's scans, that of <paramref name="member"/> does and the others deliver nothing.</summary>
    public void Set(int scan, Tid tid, uint member = 0)
    {
        for (int i = 0; i < _rows.Count; i++)
        {
            if (_rows[i].Scan == scan)
            {
                _rows[i] = (scan, tid, member);
                return;
            }
        }

        _rows.Add((scan, tid, member));
    }

    /// <summary>The version that a scan delivers; false when it runs as usual.</summary>
    public bool TryGet(int scan, out Tid tid)
    {
        foreach ((int number, Tid version, _) in _rows)
        {
            if (number != scan)
                continue;
            tid = version;
            return true;
        }

        tid = default;
        return false;
    }

    /// <summary>The member of a tree whose row is re-checked; 0 when the scan is not one of a tree.</summary>
    public uint MemberOf(int scan)
    {
        foreach ((int number, _, uint member) in _rows)
            if (number == scan)
                return member;
        return 0;
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => _rows.Clear();
}
