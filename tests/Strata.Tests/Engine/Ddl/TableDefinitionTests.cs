using Strata.Tests.Engine.Sessions;
using Xunit;

namespace Strata.Tests.Engine.Ddl;

public sealed class TableDefinitionTests
{
    [Fact]
    public void Alters_columns_and_keeps_rows_and_defaults()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE t (a int PRIMARY KEY, b text DEFAULT 'x'); INSERT INTO t VALUES (1, 'one'), (2, DEFAULT)");
        session.Run("ALTER TABLE t ADD COLUMN n int DEFAULT 5");
        Assert.Equal("1|one|5\n2|x|5", session.Rows("SELECT * FROM t ORDER BY a"));
        Assert.Equal("ALTER TABLE", session.Run("ALTER TABLE t ALTER COLUMN n TYPE bigint USING n * 2"));
        Assert.Equal("ALTER TABLE", session.Run("ALTER TABLE t ALTER COLUMN n DROP DEFAULT, ALTER COLUMN n SET NOT NULL"));
        Assert.StartsWith("23502", session.Error("INSERT INTO t (a) VALUES (3)"));
        Assert.Equal("ALTER TABLE", session.Run("ALTER TABLE t DROP COLUMN b"));
        Assert.Equal("1|10\n2|10", session.Rows("SELECT * FROM t ORDER BY a"));
        Assert.StartsWith("23505", session.Error("INSERT INTO t VALUES (1, 1)"));
        using SessionHarness next = harness.Restart();
        using TestSession again = next.Connect();
        Assert.Equal("1|10\n2|10", again.Rows("SELECT * FROM t ORDER BY a"));
    }

    [Fact]
    public void Refuses_to_drop_what_others_depend_on_unless_cascade()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE a (x int PRIMARY KEY); CREATE TABLE b (y int REFERENCES a); CREATE VIEW v AS SELECT x FROM a");
        string answer = session.Run("DROP TABLE a");
        Assert.Contains("2BP01: cannot drop table a because other objects depend on it", answer, StringComparison.Ordinal);
        Assert.Contains("constraint b_y_fkey on table b depends on table a", answer, StringComparison.Ordinal);
        Assert.Equal("NOTICE: drop cascades to 2 other objects\nDROP TABLE", session.Run("DROP TABLE a CASCADE"));
        Assert.Equal("INSERT 0 1", session.Run("INSERT INTO b VALUES (7)"));
        Assert.StartsWith("42P01", session.Error("SELECT * FROM v"));
    }

    [Fact]
    public void One_transaction_drops_more_storages_than_a_record_has_changes()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE SCHEMA many; CREATE TABLE kept (a int); INSERT INTO kept VALUES (1)");
        session.Run(string.Concat(Enumerable.Range(0, 150).Select(static i => $"CREATE TABLE many.t{i} (a int PRIMARY KEY);")));
        Assert.EndsWith("DROP SCHEMA", session.Run("DROP SCHEMA many CASCADE"));
        using SessionHarness next = harness.Restart();
        using TestSession again = next.Connect();
        Assert.Equal("1", again.Rows("SELECT a FROM kept"));
        Assert.StartsWith("42P01", again.Error("SELECT * FROM many.t7"));
    }

    [Fact]
    public void Truncates_transactionally()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
        session.Run("BEGIN; TRUNCATE t; INSERT INTO t VALUES (1)");
        Assert.Equal("1", session.Rows("SELECT count(*) FROM t"));
        session.Run("ROLLBACK");
        Assert.Equal("2", session.Rows("SELECT count(*) FROM t"));
        session.Run("TRUNCATE t");
        Assert.Equal("0", session.Rows("SELECT count(*) FROM t"));
        Assert.Equal("INSERT 0 1", session.Run("INSERT INTO t VALUES (1)"));
    }

    [Fact]
    public void Builds_indexes_over_existing_rows_and_finds_duplicates()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE t (a int, b int); INSERT INTO t SELECT g, g % 10 FROM generate_series(1, 1000) g; UPDATE t SET a = a + 10000 WHERE b = 3");
        Assert.Equal("CREATE INDEX", session.Run("CREATE UNIQUE INDEX t_a ON t (a DESC)"));
        Assert.Equal("3", session.Rows("SELECT b FROM t WHERE a = 10003"));
        string answer = session.Run("CREATE UNIQUE INDEX ON t (b)");
        Assert.Contains("23505: could not create unique index \"t_b_idx\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Sequences_serial_and_identity_hand_out_values()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE s (a serial, b int GENERATED ALWAYS AS IDENTITY (START 10), c text); INSERT INTO s (c) VALUES ('x'), ('y')");
        Assert.Equal("1|10|x\n2|11|y", session.Rows("SELECT * FROM s ORDER BY a"));
        Assert.Equal("2|t", session.Rows("SELECT last_value, is_called FROM s_a_seq"));
        Assert.StartsWith("428C9", session.Error("INSERT INTO s (b) VALUES (1)"));
        Assert.StartsWith("2BP01", session.Error("DROP SEQUENCE s_a_seq"));
        Assert.Equal("DROP TABLE", session.Run("DROP TABLE s"));
        Assert.StartsWith("42P01", session.Error("SELECT nextval('s_a_seq')"));
    }

    [Fact]
    public void Views_find_their_tables_under_any_search_path()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE SCHEMA s; CREATE TABLE s.t (a int); INSERT INTO s.t VALUES (4); SET search_path = s; CREATE VIEW v AS SELECT a FROM t WHERE a > 1; RESET search_path");
        Assert.Equal("4", session.Rows("SELECT * FROM s.v"));
        using SessionHarness next = harness.Restart();
        using TestSession again = next.Connect();
        Assert.Equal("4", again.Rows("SELECT * FROM s.v"));
        Assert.Equal("<>", again.Rows("SELECT ev_qual FROM pg_rewrite"));
    }
}
