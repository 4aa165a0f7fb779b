using System.Text.RegularExpressions;
using Xunit;

namespace Strata.Tests.Tidy;

/// <summary>Rules of the source text that no compiler checks.</summary>
public sealed partial class SourceTests
{
    /// <summary>A file that is longer can't be held in a reader's head: split it by subject.</summary>
    private const int LinesMax = 1000;

    [Fact]
    public void Files_have_a_length_that_a_reader_can_hold()
    {
        string[] tooLong = [.. Sources().Where(static path => Repository.Read(path).AsSpan().Count('\n') > LinesMax)];
        Assert.Empty(tooLong);
    }

    [Fact]
    public void No_promises_in_the_code()
    {
        string[] found = [.. Sources().Where(static path => Promise().IsMatch(Repository.Read(path)))];
        Assert.Empty(found);
    }

    [Fact]
    public void No_catch_block_is_empty()
    {
        string[] found = [.. Sources().Where(static path => EmptyCatch().IsMatch(Repository.Read(path)))];
        Assert.Empty(found);
    }

    [Fact]
    public void Every_documentation_page_has_a_title()
    {
        foreach (string page in Repository.Files("*.md"))
            Assert.StartsWith("# ", Repository.Read(page), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Sources() => Repository.Files("*.cs").Where(static path => !path.EndsWith("Tidy/SourceTests.cs", StringComparison.Ordinal));

    [GeneratedRegex(@"NotImplementedException|\bTODO\b|\bFIXME\b|\bHACK\b")]
    private static partial Regex Promise();

    [GeneratedRegex(@"catch\s*(\([^)]*\))?\s*(when\s*\([^{]*\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();
}
