using System.Globalization;
using Strata.Engine.Planning;
using Strata.Engine.Sessions.Settings;

namespace Strata.Engine.Sessions;

/// <summary>Turns the settings that the planner looks at into their parsed form.</summary>
internal static class PlannerSettingsFactory
{
    private static readonly (string Setting, PlannerMethods Method)[] s_methods =
    [
        ("enable_seqscan", PlannerMethods.SeqScan),
        ("enable_indexscan", PlannerMethods.IndexScan),
        ("enable_indexonlyscan", PlannerMethods.IndexOnlyScan),
        ("enable_bitmapscan", PlannerMethods.BitmapScan),
        ("enable_hashjoin", PlannerMethods.HashJoin),
        ("enable_mergejoin", PlannerMethods.MergeJoin),
        ("enable_nestloop", PlannerMethods.NestedLoop),
        ("enable_material", PlannerMethods.Material),
        ("enable_memoize", PlannerMethods.Memoize),
        ("enable_sort", PlannerMethods.Sort),
        ("enable_incremental_sort", PlannerMethods.IncrementalSort),
        ("enable_hashagg", PlannerMethods.HashAggregate),
        ("strata.enable_unnesting", PlannerMethods.Unnesting),
        ("strata.enable_adaptive_joins", PlannerMethods.Adaptive),
    ];

    public static PlannerSettings Make(SessionSettings settings)
    {
        var disabled = PlannerMethods.None;
        foreach ((string setting, PlannerMethods method) in s_methods)
            disabled |= settings[setting] == "on" ? PlannerMethods.None : method;
        int seed = int.Parse(settings["strata.join_order_seed"], CultureInfo.InvariantCulture);
        return disabled == PlannerMethods.None && seed == 0 ? PlannerSettings.Default : new PlannerSettings(disabled, seed);
    }
}
