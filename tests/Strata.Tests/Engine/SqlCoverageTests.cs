using Xunit;

namespace Strata.Tests.Engine;

/// <summary>docs/sql-coverage.md says what the engine does.</summary>
public sealed class SqlCoverageTests
{
    [Fact]
    public void Coverage_page_is_up_to_date()
    {
        string root = Root(), path = Path.Combine(root, "docs", "sql-coverage.md");
        string made = SqlCoveragePage.Make(Path.Combine(root, "tests", "sql", "coverage", "commands.txt"));
        if (Environment.GetEnvironmentVariable("STRATA_UPDATE_DOCS") == "1")
            File.WriteAllText(path, made);
        Assert.Equal(made, File.ReadAllText(path), ignoreLineEndingDifferences: true);
    }

    private static string Root()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Cloud.sln")))
            directory = Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("Cloud.sln");
        return directory;
    }
}
