using Strata.Tests.Engine.Sessions;
using Xunit;

namespace Strata.Tests.Engine.Catalog;

public sealed class CatalogQueryTests
{
    [Fact]
    public void Shows_definitions_as_PostgreSQL_prints_them()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE t (id serial PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x', v numeric(10,2) CHECK (v > 0), CONSTRAINT vv CHECK (name <> '' AND v < 100.5))");
        session.Run("CREATE INDEX i ON t (name DESC) WHERE v > 1; CREATE TABLE u (t int REFERENCES t ON DELETE CASCADE)");
        Assert.Equal(
            "t_pkey|PRIMARY KEY (id)\nt_v_check|CHECK ((v > (0)::numeric))\nvv|CHECK ((((name)::text <> ''::text) AND (v < 100.5)))",
            session.Rows("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass ORDER BY conname"));
        Assert.Equal("CHECK (name::text <> ''::text AND v < 100.5)", session.Rows("SELECT pg_get_constraintdef(oid, true) FROM pg_constraint WHERE conname = 'vv'"));
        Assert.Equal("CREATE INDEX i ON public.t USING btree (name DESC) WHERE (v > (1)::numeric)", session.Rows("SELECT pg_get_indexdef('i'::regclass)"));
        Assert.Equal("nextval('t_id_seq'::regclass)\n'x'::character varying", session.Rows("SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 't'::regclass ORDER BY adnum"));
        session.Run("ALTER SEQUENCE t_id_seq RENAME TO renamed");
        Assert.Equal("nextval('renamed'::regclass)", session.Rows("SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 't'::regclass AND adnum = 1"));
    }

    [Fact]
    public void Built_in_and_user_objects_stand_side_by_side()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE SCHEMA s; CREATE TABLE s.t (a int, b text[])");
        Assert.Equal("pg_class|pg_catalog\nt|s", session.Rows("SELECT relname, nspname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relname IN ('t', 'pg_class') ORDER BY 1"));
        Assert.Equal("a|integer\nb|text[]", session.Rows("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 's.t'::regclass AND attnum > 0 ORDER BY attnum"));
        Assert.Equal("a|integer\nb|ARRAY", session.Rows("SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 's' ORDER BY ordinal_position"));
        Assert.Equal("s.t", session.Rows("SELECT 's.t'::regclass::text"));
    }

    [Fact]
    public void Privileges_are_granted_checked_and_shown()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE ROLE bob LOGIN PASSWORD 'secret'; CREATE TABLE t (a int); GRANT SELECT ON t TO bob");
        Assert.Equal("postgres=arwdDxt/postgres,bob=r/postgres", session.Rows("SELECT array_to_string(relacl, ',') FROM pg_class WHERE relname = 't'"));
        Assert.StartsWith("SCRAM-SHA-256$4096:", harness.Engine.GetRoleCredential("bob").Verifier, StringComparison.Ordinal);
        using TestSession bob = harness.Connect("bob");
        Assert.Equal("0", bob.Rows("SELECT count(*) FROM t"));
        Assert.Equal("42501 permission denied for table t", bob.Error("INSERT INTO t VALUES (1)"));
        Assert.Equal("42501 must be owner of table t", bob.Error("DROP TABLE t"));
        Assert.Equal("42501 permission denied for schema public", bob.Error("CREATE TABLE x (a int)"));
        Assert.StartsWith("2BP01", session.Error("DROP ROLE bob"));
    }

    [Fact]
    public void A_second_session_sees_definitions_when_they_are_committed()
    {
        using var harness = new SessionHarness();
        using TestSession one = harness.Connect();
        using TestSession two = harness.Connect();
        one.Run("BEGIN; CREATE TABLE t (a int)");
        Assert.StartsWith("42P01", two.Error("SELECT * FROM t"));
        one.Run("COMMIT");
        Assert.Equal("0", two.Rows("SELECT count(*) FROM t"));
        two.Run("PREPARE p AS SELECT * FROM t");
        one.Run("ALTER TABLE t ADD COLUMN b int");
        Assert.Equal("0A000 cached plan must not change result type", two.Error("EXECUTE p"));
    }
}
