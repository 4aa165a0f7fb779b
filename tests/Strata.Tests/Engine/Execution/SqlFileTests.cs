using System.Text;
using Xunit;

namespace Strata.Tests.Engine.Execution;

/// <summary>
/// Runs tests/sql/*.sql on the engine and compares with the files beside them, which PostgreSQL 15 wrote
/// (<c>psql -XAtq -v VERBOSITY=terse</c>).
/// </summary>
public sealed class SqlFileTests
{
    public static TheoryData<string> Files()
    {
        var files = new TheoryData<string>();
        foreach (string path in Directory.GetFiles(Root(), "*.sql").Order(StringComparer.Ordinal))
            files.Add(Path.GetFileNameWithoutExtension(path));
        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Prints_what_PostgreSQL_prints(string name)
    {
        string sql = File.ReadAllText(Path.Combine(Root(), name + ".sql"));
        string expected = File.ReadAllText(Path.Combine(Root(), name + ".out"));
        using var runner = new SqlRunner();
        string actual = runner.Run(sql);
        Assert.Equal(expected, actual, ignoreLineEndingDifferences: true);
        Assert.NotEqual(0, Encoding.UTF8.GetByteCount(expected));
    }

    private static string Root()
    {
        string directory = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(directory, "tests", "sql")))
            directory = Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("tests/sql");
        return Path.Combine(directory, "tests", "sql");
    }
}
