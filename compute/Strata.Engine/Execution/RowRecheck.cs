using Strata.Format;

namespace Strata.Engine.Execution;

/// <summary>
/// The rows that scans deliver while a changed row is re-checked (PostgreSQL's EvalPlanQual): the newest version of the changed row, and for the
/// other tables of a join the versions that it was joined with. Scans that are not listed run as usual.
/// </summary>
internal sealed class RowRecheck
{
    private readonly List<(int Scan, Tid Tid)> _rows = [];

    /// <summary>Sets the version that a scan delivers.</summary>
    public void Set(int scan, Tid tid)
    {
        for (int i = 0; i < _rows.Count; i++)
        {
            if (_rows[i].Scan == scan)
            {
                _rows[i] = (scan, tid);
                return;
            }
        }

        _rows.Add((scan, tid));
    }

    /// <summary>The version that a scan delivers; false when it runs as usual.</summary>
    public bool TryGet(int scan, out Tid tid)
    {
        foreach ((int number, Tid version) in _rows)
        {
            if (number != scan)
                continue;
            tid = version;
            return true;
        }

        tid = default;
        return false;
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => _rows.Clear();
}
