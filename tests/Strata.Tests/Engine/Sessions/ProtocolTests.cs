using System.Buffers.Binary;
using System.Text;
using Strata.Engine.Sessions;
using Xunit;

namespace Strata.Tests.Engine.Sessions;

public sealed class ProtocolTests
{
    private static SessionStep Bind(TestSession session, string portal, string statement, params string?[] values)
    {
        var bytes = new List<byte>();
        Span<byte> length = stackalloc byte[4];
        foreach (string? value in values)
        {
            byte[] text = value is null ? [] : Encoding.UTF8.GetBytes(value);
            BinaryPrimitives.WriteInt32BigEndian(length, value is null ? -1 : text.Length);
            bytes.AddRange(length);
            bytes.AddRange(text);
        }

        var bind = new BindMessage { ParameterCount = values.Length, ParameterValues = bytes.ToArray() };
        return session.Session.Bind(Encoding.UTF8.GetBytes(portal), Encoding.UTF8.GetBytes(statement), in bind);
    }

    [Fact]
    public void Describes_and_executes_a_prepared_statement_in_portions()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE t (a int, b text); INSERT INTO t SELECT g, 'r' || g FROM generate_series(1, 5) g");
        Assert.Equal(SessionStep.Completed, session.Session.Parse("s"u8, "SELECT b FROM t WHERE a > $1 ORDER BY a"u8, []));
        session.Session.DescribeStatement("s"u8);
        Assert.Equal("parameters 23\nb", session.Take());
        Bind(session, "p", "s", "2");
        session.Session.Execute("p"u8, 2);
        Assert.Equal("r3\nr4\n(suspended)", session.Take());
        session.Session.Execute("p"u8, 0);
        Assert.Equal("r5\nSELECT 1", session.Take());
        session.Session.Sync();
        Assert.Equal(TransactionStatus.Idle, session.Session.TransactionStatus);
        Assert.Equal(SessionStep.Failed, session.Session.Execute("p"u8, 0));
    }

    [Fact]
    public void Commands_with_a_query_take_its_parameters()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE t (a int, b text); INSERT INTO t SELECT g, 'r' || g FROM generate_series(1, 5) g; BEGIN");
        Assert.Equal(SessionStep.Completed, session.Session.Parse("e"u8, "EXPLAIN (COSTS OFF) SELECT b FROM t WHERE a > $1"u8, []));
        session.Session.DescribeStatement("e"u8);
        Assert.Equal("parameters 23\nQUERY PLAN", session.Take());
        Assert.Equal(SessionStep.Completed, Bind(session, "", "e", "3"));
        session.Session.Execute(""u8, 0);
        Assert.Contains("Filter: (a > 3)", session.Take(), StringComparison.Ordinal);
        session.Session.Parse("c"u8, "DECLARE c CURSOR FOR SELECT b FROM t WHERE a > $1 AND b <> $2 ORDER BY a"u8, []);
        session.Session.DescribeStatement("c"u8);
        Bind(session, "", "c", "3", "r5");
        session.Session.Execute(""u8, 0);
        Assert.Equal("parameters 23,25\nno data\nDECLARE CURSOR", session.Take());
        Assert.Equal("r4", session.Rows("FETCH ALL FROM c"));
        session.Session.Parse("m"u8, "CREATE TABLE made AS SELECT a, $1::text AS x FROM t WHERE a = $2"u8, []);
        Bind(session, "", "m", "y", "2");
        session.Session.Execute(""u8, 0);
        session.Take();
        Assert.Equal("2|y", session.Rows("SELECT * FROM made"));
        Assert.Equal(SessionStep.Failed, Bind(session, "", "m", "y"));
        Assert.Equal("08P01", session.LastError?.SqlState);
    }

    [Theory]
    [InlineData("a\0b", "0x00")]
    [InlineData("\0", "0x00")]
    public void Text_parameters_have_no_zero_bytes(string value, string shown)
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Session.Parse("s"u8, "SELECT $1::text"u8, []);
        Assert.Equal(SessionStep.Failed, Bind(session, "", "s", value));
        Assert.Equal("22021", session.LastError?.SqlState);
        Assert.Equal($"invalid byte sequence for encoding \"UTF8\": {shown}", session.LastError?.Message);
    }

    [Fact]
    public void Drivers_know_a_stale_plan_by_its_routine()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE t (a int)");
        session.Session.Parse("s"u8, "SELECT * FROM t"u8, []);
        session.Session.Sync();
        session.Run("ALTER TABLE t ADD b int");
        Assert.Equal(SessionStep.Failed, Bind(session, "", "s"));
        Assert.Equal("0A000 RevalidateCachedQuery", $"{session.LastError?.SqlState} {session.LastError?.Routine}");
    }

    [Fact]
    public void A_void_parameter_stands_for_the_result_of_a_function()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        Assert.Equal(SessionStep.Completed, session.Session.Parse("s"u8, "SELECT abs($1::void, $2)"u8, [0, 23]));
        Bind(session, "", "s", null, "-4");
        session.Session.Execute(""u8, 0);
        Assert.EndsWith("4\nSELECT 1", session.Take(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipeline_commits_or_fails_as_a_whole_at_sync()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE t (a int PRIMARY KEY)");
        session.Session.Parse("i"u8, "INSERT INTO t VALUES ($1)"u8, []);
        session.Session.Sync();
        Bind(session, "", "i", "1");
        session.Session.Execute(""u8, 0);
        Bind(session, "", "i", "1");
        Assert.Equal(SessionStep.Failed, session.Session.Execute(""u8, 0));
        session.Session.Sync();
        session.Take();
        Assert.Equal("0", session.Rows("SELECT count(*) FROM t"));
    }

    [Fact]
    public void Copies_in_and_out_with_bytes_cut_anywhere()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE t (a int, b text, c numeric)");
        Assert.EndsWith("COPY 3", session.Copy("COPY t FROM STDIN", "1\ta\\tb\t1.5\n2\t\\N\t\\N\n3\tü\t-2\n\\.\n"), StringComparison.Ordinal);
        Assert.Equal("copy out 3\n1\ta\\tb\t1.5\n2\t\\N\t\\N\n3\tü\t-2\nCOPY 3", session.Run("COPY t TO STDOUT"));
        Assert.EndsWith("COPY 2", session.Copy("COPY t (a, b) FROM STDIN WITH (FORMAT csv, HEADER)", "a,b\r\n4,\"x, \"\"y\"\"\"\r\n5,\"two\nlines\"\r\n"), StringComparison.Ordinal);
        Assert.Equal("x, \"y\"|f", session.Rows("SELECT b, b IS NULL FROM t WHERE a = 4"));
        session.Copy("COPY t FROM STDIN", "1\tx\n");
        Assert.Equal("missing data for column \"c\"", session.LastError?.Message);
        session.Copy("COPY t FROM STDIN", "1\tx\t2\nz\ty\t1\n");
        Assert.Equal("COPY t, line 2, column a: \"z\"", session.LastError?.Where);
    }

    [Fact]
    public void Settings_follow_their_transaction()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("SET application_name = 'one'");
        Assert.Equal("one", session.Parameters["application_name"]);
        session.Run("BEGIN; SET application_name = 'two'; SET LOCAL statement_timeout = '5s'");
        Assert.Equal("two|5s", session.Rows("SELECT current_setting('application_name'), current_setting('statement_timeout')"));
        session.Run("ROLLBACK");
        Assert.Equal("one", session.Parameters["application_name"]);
        Assert.Equal("0", session.Rows("SHOW statement_timeout"));
        Assert.Equal("42704 unrecognized configuration parameter \"nope\"", session.Error("SET nope = 1"));
        Assert.Equal("22023 parameter \"enable_seqscan\" requires a Boolean value", session.Error("SET enable_seqscan = maybe"));
    }

    [Fact]
    public void Cursors_and_savepoints()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("BEGIN; DECLARE c SCROLL CURSOR FOR SELECT g FROM generate_series(1, 4) g");
        Assert.Equal("1\n2", session.Rows("FETCH 2 FROM c"));
        Assert.Equal("1", session.Rows("FETCH PRIOR FROM c"));
        Assert.Equal("4", session.Rows("FETCH LAST FROM c"));
        session.Run("SAVEPOINT s");
        session.Error("SELECT 1/0");
        Assert.Equal("E", ((char)session.Session.TransactionStatus).ToString());
        session.Run("ROLLBACK TO s");
        Assert.Equal("1", session.Rows("SELECT 1"));
        session.Run("COMMIT");
        Assert.StartsWith("34000", session.Error("FETCH 1 FROM c"));
    }
}
