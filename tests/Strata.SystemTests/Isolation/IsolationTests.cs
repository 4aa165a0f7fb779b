using System.Text;
using Npgsql;

namespace Strata.SystemTests.Isolation;

/// <summary>
/// Runs tests/isolation/*.iso and compares with the files beside them, which PostgreSQL 15 wrote: with STRATA_ISOLATION_PEER set to the connection string of a PostgreSQL they are written anew
/// instead (and the test fails, so that this is not forgotten). STRATA_ISOLATION_ACTUAL names a folder for what Strata answered.
/// </summary>
public sealed class IsolationTests(IsolationTests.Server server) : IClassFixture<IsolationTests.Server>
{
    /// <summary>One server for all files.</summary>
    public sealed class Server : IDisposable
    {
        private readonly StrataInstance? _instance;

        public Server()
        {
            Peer = Environment.GetEnvironmentVariable("STRATA_ISOLATION_PEER");
            Running = Environment.GetEnvironmentVariable("STRATA_ISOLATION_SERVER");
            _instance = Peer is null && Running is null ? new StrataInstance().Start() : null;
        }

        /// <summary>The PostgreSQL that writes the files; null when they are compared.</summary>
        public string? Peer { get; }

        /// <summary>A Strata that runs already, to be tested instead of a new one.</summary>
        public string? Running { get; }

        public string ConnectionString => new NpgsqlConnectionStringBuilder(Peer ?? Running ?? _instance!.ConnectionString) { Pooling = false, Timeout = 15, CommandTimeout = 60 }.ConnectionString;

        public void Dispose() => _instance?.Dispose();
    }

    public static TheoryData<string> Files() => [.. Directory.GetFiles(Root(), "*.iso").Order(StringComparer.Ordinal).Select(static path => Path.GetFileNameWithoutExtension(path))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Sessions_see_and_wait_for_each_other_as_in_PostgreSQL(string name)
    {
        IsolationFile file = IsolationFile.Parse(File.ReadAllText(Path.Combine(Root(), name + ".iso")));
        string path = Path.Combine(Root(), name + ".out");
        using IsolationRunner runner = new(server.ConnectionString);
        string actual = runner.Run(file);
        if (Environment.GetEnvironmentVariable("STRATA_ISOLATION_ACTUAL") is { Length: > 0 } folder)
            File.WriteAllText(Path.Combine(folder, name + ".out"), actual, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        if (server.Peer is not null)
            File.WriteAllText(path, actual, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        Assert.True(server.Peer is null, "the expected output was written anew");
        Assert.NotEmpty(file.Runs);
        Assert.Equal(File.ReadAllText(path), actual, ignoreLineEndingDifferences: true);
    }

    private static string Root()
    {
        string directory = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(directory, "tests", "isolation")))
            directory = Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("tests/isolation");
        return Path.Combine(directory, "tests", "isolation");
    }
}
