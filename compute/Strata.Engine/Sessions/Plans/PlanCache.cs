using Strata.Engine.Catalog;
using Strata.Engine.Planning;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Plans;

/// <summary>What a plan was made for; equal keys may share a plan while its dependencies stand.</summary>
/// <param name="Database">Database.</param>
/// <param name="Text">The statement's text.</param>
/// <param name="Parameters">Parameter types that were given, as OIDs separated by commas.</param>
/// <param name="SearchPath">Where names were looked up.</param>
/// <param name="Settings">Settings that literals were read with.</param>
/// <param name="Planner">Methods that the planner could choose from.</param>
/// <param name="User">The current role and row_security: <see cref="SessionContext.PlanUser"/>.</param>
internal readonly record struct PlanKey(
    uint Database, string Text, string Parameters, SearchPath SearchPath, TypeSettings Settings, PlannerSettings Planner, ulong User);

/// <summary>
/// Plans by statement, shared by the sessions of an endpoint: at most <see cref="EntriesMax"/>, those not used for longest go first (a clock over two
/// generations). Thread-safe.
/// </summary>
internal sealed class PlanCache
{
    /// <summary>Most plans in each of the two generations.</summary>
    public const int EntriesMax = 512;

    private const int SeenSlots = 4096;

    private readonly int[] _seen = new int[SeenSlots];
    private readonly int[] _unsuitable = new int[SeenSlots];
    private readonly Lock _gate = new();
    private Dictionary<PlanKey, CachedPlan> _young = [];
    private Dictionary<PlanKey, CachedPlan> _old = [];

    /// <summary>A plan that is still valid under a catalog view, or null.</summary>
    public CachedPlan? Find(in PlanKey key, CatalogView view)
    {
        lock (_gate)
        {
            if (_young.TryGetValue(key, out CachedPlan? plan))
                return plan.IsValid(view) ? plan : null;
            if (!_old.Remove(key, out plan) || !plan.IsValid(view))
                return null;
            AddYoung(key, plan);
            return plan;
        }
    }

    /// <summary>Keeps a plan, replacing one of the same key.</summary>
    public void Add(in PlanKey key, CachedPlan plan)
    {
        lock (_gate)
            AddYoung(key, plan);
    }

    private void AddYoung(in PlanKey key, CachedPlan plan)
    {
        if (_young.Count >= EntriesMax)
        {
            _old = _young;
            _young = [];
        }

        _young[key] = plan;
    }

    /// <summary>Whether a text was asked about before, as far as a small table of hashes remembers; it is remembered now.</summary>
    public bool WasSeen(in PlanKey key)
    {
        int hash = key.GetHashCode();
        ref int slot = ref _seen[(uint)hash % SeenSlots];
        return Interlocked.Exchange(ref slot, hash) == hash;
    }

    /// <summary>Remembers, as far as a small table of hashes does, that a text with parameters for its literals can't be planned once for all of them.</summary>
    public void MarkUnsuitable(in PlanKey key)
    {
        int hash = key.GetHashCode();
        Volatile.Write(ref _unsuitable[(uint)hash % SeenSlots], hash);
    }

    /// <summary>Whether <see cref="MarkUnsuitable"/> was said of a text.</summary>
    public bool IsUnsuitable(in PlanKey key)
    {
        int hash = key.GetHashCode();
        return Volatile.Read(ref _unsuitable[(uint)hash % SeenSlots]) == hash;
    }

    /// <summary>Forgets everything (DISCARD PLANS by anybody is cheap enough to concern all).</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _young = [];
            _old = [];
            Array.Clear(_unsuitable);
        }
    }
}
