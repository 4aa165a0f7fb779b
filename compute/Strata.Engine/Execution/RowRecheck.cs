using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution;

/// <summary>
/// The rows that scans deliver while a changed row is re-checked (PostgreSQL's EvalPlanQual): the newest version of the changed row, and for the
/// other sources of a join the rows that it was joined with. Scans that are not listed run as usual.
/// </summary>
internal sealed class RowRecheck(HeldSlots held)
{
    private readonly List<(int Scan, Tid Tid, uint Member)> _rows = [];
    private Batch? _original;
    private int _position;

    /// <summary>Begins with what a row of the main run was joined with; the batch must live until the re-check ends.</summary>
    public void Begin(Batch original, int position)
    {
        _rows.Clear();
        _original = original;
        _position = position;
        foreach ((int scan, int slot, int memberSlot) in held.Tables)
        {
            bool isNone = original[slot].IsNull(position);
            _rows.Add((
                scan, isNone ? default : Rows.TidValue.Unpack(original[slot].Get<long>(position)), isNone || memberSlot < 0 ? 0 : original[memberSlot].Get<uint>(position)));
        }
    }

    /// <summary>
    /// Sets the version that a scan delivers, none for nothing; of a tree's scans, that of <paramref name="member"/> does and the others deliver nothing.
    /// </summary>
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

    /// <summary>The version that a scan delivers, none for nothing; false when it runs as usual.</summary>
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

    /// <summary>The row of a source that is kept as a copy: where it stands in the main run's row.</summary>
    public (Batch Source, int Position, int[] Slots) CopyOf(int number)
    {
        foreach ((int copy, int[] slots) in held.Copies)
            if (copy == number)
                return (_original!, _position, slots);
        throw new InvariantViolationException($"nothing is kept of source {number}");
    }
}
