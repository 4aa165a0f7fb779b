using System.Diagnostics;
using Npgsql;

namespace Strata.SystemTests;

/// <summary>A second compute process for the same endpoints: whoever is asked last takes them over, and the other one must notice that it is not the one any more. Killed in the end.</summary>
public sealed class ComputeTwin(Process process, string connectionString) : IDisposable
{
    /// <summary>A connection to it; throws while it is not up yet.</summary>
    public NpgsqlConnection Connect()
    {
        NpgsqlConnection connection = new(connectionString);
        connection.Open();
        return connection;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
