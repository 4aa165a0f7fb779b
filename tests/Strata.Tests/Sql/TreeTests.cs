using Strata.Sql;
using Strata.Sql.Syntax;
using Xunit;

namespace Strata.Tests.Sql;

public class TreeTests
{
    [Theory]
    [InlineData("a + b * c", "a + (b * c)")]
    [InlineData("a - b - c", "(a - b) - c")]
    [InlineData("a ^ b ^ c", "(a ^ b) ^ c")]
    [InlineData("- a ^ 2", "(- a) ^ 2")]
    [InlineData("- a::int", "- a::integer")]
    [InlineData("-1::int", "- 1::integer")]
    [InlineData("a || b + c", "a || (b + c)")]
    [InlineData("@ a + b", "@ (a + b)")]
    [InlineData("a = b || c", "a = (b || c)")]
    [InlineData("NOT a = b AND c", "(NOT (a = b)) AND c")]
    [InlineData("a OR b AND c", "a OR (b AND c)")]
    [InlineData("a = b IS NULL", "(a = b) IS NULL")]
    [InlineData("a < b + c IN (1)", "a < ((b + c) IN (1))")]
    [InlineData("a LIKE b || c", "a LIKE (b || c)")]
    [InlineData("a BETWEEN 1 AND 2 AND b", "(a BETWEEN 1 AND 2) AND b")]
    [InlineData("a COLLATE x || b AT TIME ZONE c", "(a COLLATE x) || (b AT TIME ZONE c)")]
    [InlineData("a IS NULL = b", "(a IS NULL) = b")]
    [InlineData("a * NOT b = c AND d", "(a * (NOT (b = c))) AND d")]
    [InlineData("a[1]::text[]", "a[1]::text[]")]
    public void Operators_bind_as_in_PostgreSQL(string sql, string printed) =>
        Assert.Equal(printed, SqlDeparser.Deparse(SqlParser.ParseExpression(sql)));

    [Fact]
    public void Logical_chains_are_flat()
    {
        var or = (LogicalExpression)SqlParser.ParseExpression("a AND b AND (c AND d) OR e OR f");
        Assert.Equal((LogicalKind.Or, 3), (or.Kind, or.Operands.Count));
        Assert.Equal(3, ((LogicalExpression)or.Operands[0]).Operands.Count);
    }

    [Fact]
    public void Positions_point_at_PostgreSQLs_tokens()
    {
        const string sql = "SELECT a.b + f(1), x::int FROM s.t WHERE c IN (2)";
        var select = (SelectBody)((SelectStatement)SqlParser.ParseStatement(sql)).Body;
        var sum = (BinaryExpression)select.Targets[0].Value;
        Assert.Equal(sql.IndexOf('+', StringComparison.Ordinal), sum.Position);
        Assert.Equal(sql.IndexOf("a.b", StringComparison.Ordinal), sum.Left.Position);
        Assert.Equal(sql.IndexOf("f(", StringComparison.Ordinal), sum.Right.Position);
        Assert.Equal(sql.IndexOf("::", StringComparison.Ordinal), select.Targets[1].Value.Position);
        Assert.Equal(sql.IndexOf("s.t", StringComparison.Ordinal), ((TableItem)select.From[0]).Relation.Position);
        Assert.Equal(sql.IndexOf("IN", StringComparison.Ordinal), select.Where!.Position);
    }

    [Fact]
    public void Statements_of_a_script_have_their_ranges()
    {
        const string sql = " ; SELECT 1 ;; /* x */ BEGIN; COMMIT -- end\n";
        IReadOnlyList<ParsedStatement> statements = SqlParser.ParseScript(sql);
        Assert.Equal(["SELECT 1", "BEGIN", "COMMIT"], statements.Select(s => sql.Substring(s.Start, s.Length)));
        Assert.Empty(SqlParser.ParseScript(" -- nothing\n;"));
    }

    [Fact]
    public void Type_names_resolve_to_system_types()
    {
        TypeName type = SqlParser.ParseTypeName("timestamp(3) with time zone[][5]");
        Assert.Equal(["pg_catalog", "timestamptz"], type.Names);
        Assert.Equal(3, ((IntegerLiteral)type.Modifiers[0]).Value);
        Assert.Equal([-1, 5], type.ArrayBounds);
        Assert.Equal(["pg_catalog", "bpchar"], SqlParser.ParseTypeName("char").Names);
        Assert.Equal(["char"], SqlParser.ParseTypeName("\"char\"").Names);
        Assert.Equal(IntervalFields.Day | IntervalFields.Hour, ((IntegerLiteral)SqlParser.ParseTypeName("interval day to hour").Modifiers[0]).Value);
    }

    [Theory]
    [InlineData("SELECT * FROM t AS OF LSN '0/16B3748' x", AsOfKind.Lsn, "x")]
    [InlineData("SELECT * FROM t AS OF TIMESTAMP '2026-11-21' AS x", AsOfKind.Timestamp, "x")]
    [InlineData("SELECT * FROM t AS OF now() - interval '1 hour'", AsOfKind.Timestamp, null)]
    [InlineData("SELECT * FROM t AS OF $1 WHERE true", AsOfKind.Timestamp, null)]
    public void As_of_names_a_moment(string sql, AsOfKind kind, string? alias)
    {
        var item = (TableItem)((SelectBody)((SelectStatement)SqlParser.ParseStatement(sql)).Body).From[0];
        Assert.Equal(kind, item.AsOf!.Kind);
        Assert.Equal(alias, item.Alias?.Name);
    }

    [Theory]
    [InlineData("SELECT * FROM t AS of")]
    [InlineData("SELECT * FROM t AS of WHERE true")]
    [InlineData("SELECT * FROM t AS of JOIN u ON true")]
    [InlineData("SELECT * FROM t AS of LEFT JOIN u ON true")]
    [InlineData("SELECT * FROM t AS of (a, b)")]
    [InlineData("SELECT * FROM t AS of, u")]
    [InlineData("SELECT * FROM t of")]
    public void Of_stays_an_alias(string sql)
    {
        FromItem item = ((SelectBody)((SelectStatement)SqlParser.ParseStatement(sql)).Body).From[0];
        var table = (TableItem)(item is JoinItem join ? join.Left : item);
        Assert.Null(table.AsOf);
        Assert.Equal("of", table.Alias!.Name);
    }

    [Fact]
    public void Old_copy_options_become_the_new_ones()
    {
        var old = (CopyStatement)SqlParser.ParseStatement("COPY BINARY t FROM STDIN DELIMITER ',' NULL 'x' CSV HEADER");
        Assert.Equal(["format", "delimiter", "null", "format", "header"], old.Options.Select(option => option.Name));
        Assert.Equal(
            SqlParser.ParseStatement("COPY t TO STDOUT (FORMAT csv, HEADER)"),
            SqlParser.ParseStatement("COPY t TO STDOUT CSV HEADER"));
    }

    [Fact]
    public void Parsing_a_short_statement_again_allocates_little_more_than_the_tree()
    {
        const string sql = "UPDATE pgbench_accounts SET abalance = abalance + -1234 WHERE aid = 456789;";
        for (int i = 0; i < 100; i++)
        {
            SqlParser.ParseScript(sql);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        SqlParser.ParseScript(sql);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 1200);
    }

    [Theory]
    [InlineData("SELECT 1; SELECT ';'; -- ;\nSELECT $$;$$", 3)]
    [InlineData("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3", 2)]
    [InlineData("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END; SELECT 2", 2)]
    [InlineData("BEGIN; END; SELECT 'open", 3)]
    [InlineData(" ; ; ", 0)]
    public void Splitter_cuts_at_top_level_semicolons(string sql, int count) => Assert.Equal(count, StatementSplitter.Split(sql).Count);
}
