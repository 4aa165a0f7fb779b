using System.Globalization;
using Strata.Engine.Execution;
using Strata.Engine.Sessions.Settings;

namespace Strata.Engine.Sessions;

/// <summary>Turns the settings that running statements look at into their parsed form.</summary>
internal static class ExecutionSettingsFactory
{
    private const int KilobyteBytes = 1024;

    public static ExecutionSettings Make(SessionSettings settings)
    {
        long limit = long.Parse(settings["temp_file_limit"], CultureInfo.InvariantCulture);
        return new ExecutionSettings
        {
            WorkMemoryBytes = long.Parse(settings["work_mem"], CultureInfo.InvariantCulture) * KilobyteBytes,
            HashMemoryMultiplier = double.Parse(settings["hash_mem_multiplier"], CultureInfo.InvariantCulture),
            TemporaryFileLimitBytes = limit < 0 ? null : limit * KilobyteBytes,
            BatchRows = int.Parse(settings["strata.batch_rows"], CultureInfo.InvariantCulture),
            ForcesSpill = settings["strata.force_spill"] == "on",
        };
    }
}
