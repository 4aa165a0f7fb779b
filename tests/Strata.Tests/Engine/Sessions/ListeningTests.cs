using Xunit;

namespace Strata.Tests.Engine.Sessions;

public sealed class ListeningTests
{
    [Fact]
    public void Channels_are_listened_to_from_the_commit_on()
    {
        const string Channels = "SELECT * FROM pg_listening_channels() ORDER BY 1";
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        Assert.Equal("", session.Rows("SELECT pg_listening_channels()"));
        session.Run("LISTEN here");
        session.Run("LISTEN \"There\"");
        Assert.Equal("There\nhere", session.Rows(Channels));
        session.Run("BEGIN");
        session.Run("LISTEN later");
        Assert.Equal("There\nhere", session.Rows(Channels));
        session.Run("COMMIT");
        Assert.Equal("There\nhere\nlater", session.Rows(Channels));
        session.Run("UNLISTEN *");
        Assert.Equal("0", session.Rows("SELECT count(*) FROM pg_listening_channels()"));
    }
}
