using Xunit;

namespace Strata.Tests.Engine.Sessions;

public sealed class CopyProgressTests
{
    [Theory]
    [InlineData("1\n2\n", 2)]
    [InlineData("1\nx\n", 0)]
    public void A_copy_that_has_ended_is_no_longer_in_progress(string data, int rows)
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE t (a int)");
        session.Copy("COPY t FROM STDIN", data);
        Assert.Equal("0", session.Rows("SELECT count(*) FROM pg_stat_progress_copy").Trim());
        Assert.Equal(rows.ToString(System.Globalization.CultureInfo.InvariantCulture), session.Rows("SELECT count(*) FROM t").Trim());
    }
}
