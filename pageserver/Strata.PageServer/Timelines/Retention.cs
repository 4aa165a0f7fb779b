using Strata.Format;

namespace Strata.PageServer.Timelines;

/// <summary>
/// Which old versions a merge must keep readable: everything above <see cref="Cutoff"/>, and the state at the cutoff and at each retained point below it. The cutoff
/// is in a published index before a merge uses it.
/// </summary>
internal sealed class Retention
{
    private readonly Lsn[] _points;

    /// <param name="cutoff">The history's start.</param>
    /// <param name="retained">Branch points and leases, in any order; those above the cutoff do not matter.</param>
    public Retention(Lsn cutoff, IEnumerable<Lsn> retained)
    {
        Cutoff = cutoff;
        _points = [.. retained.Where(point => point < cutoff).Append(cutoff).Order()];
    }

    public Lsn Cutoff { get; }

    /// <summary>True when somebody may read at an LSN in [from, before).</summary>
    public bool IsNeeded(Lsn from, Lsn before)
    {
        int index = Array.BinarySearch(_points, from);
        if (index < 0)
            index = ~index;
        return index < _points.Length && _points[index] < before;
    }
}
