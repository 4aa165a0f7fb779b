using Strata.Engine.Planning;
using Strata.Engine.Sessions.Settings;

namespace Strata.Engine.Sessions.Plans;

/// <summary>The settings that the planner looks at.</summary>
internal static class PlannerSettings
{
    private static readonly string[] s_switches = ["enable_seqscan", "enable_indexscan", "enable_indexonlyscan", "enable_hashjoin", "enable_mergejoin", "enable_nestloop", "enable_hashagg", "enable_sort"];

    /// <summary>Names of the switches that are off, in a fixed order: equal texts mean equal plans.</summary>
    public static string Signature(SessionSettings settings)
    {
        string signature = "";
        foreach (string name in s_switches)
            if (settings.IsChanged(name) && settings[name] == "off")
                signature += name + ";";
        return signature;
    }

    public static PlannerOptions Make(SessionSettings settings) => new()
    {
        EnableSequentialScan = settings["enable_seqscan"] == "on",
        EnableIndexScan = settings["enable_indexscan"] == "on",
        EnableHashJoin = settings["enable_hashjoin"] == "on",
        EnableNestedLoop = settings["enable_nestloop"] == "on",
    };
}
