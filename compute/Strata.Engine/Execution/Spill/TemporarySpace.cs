using System.Globalization;
using Strata.Engine.Types;

namespace Strata.Engine.Execution.Spill;

/// <summary>What the temporary files of one session take together, and what is told of each when it goes. Thread-safe: helper threads spill too.</summary>
/// <param name="closed">Called with the size of each file when it goes.</param>
public sealed class TemporarySpace(Action<string, long> closed)
{
    private const int KilobyteBytes = 1024;

    private long _usedBytes;

    /// <summary>Bytes of all files now.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>Takes room for a file that grows. Throws 53400 beyond the limit.</summary>
    internal void Take(long bytes, long? limitBytes)
    {
        long used = Interlocked.Add(ref _usedBytes, bytes);
        if (limitBytes is not { } limit || used <= limit)
            return;
        Interlocked.Add(ref _usedBytes, -bytes);
        throw new SqlException(
            SqlState.ConfigurationLimitExceeded,
            $"temporary file size exceeds temp_file_limit ({(limit / KilobyteBytes).ToString(CultureInfo.InvariantCulture)}kB)");
    }

    /// <summary>A file goes.</summary>
    internal void Give(string name, long bytes)
    {
        Interlocked.Add(ref _usedBytes, -bytes);
        closed(name, bytes);
    }
}
