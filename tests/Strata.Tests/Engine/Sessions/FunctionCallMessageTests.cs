using System.Buffers.Binary;
using System.Text;
using Strata.Engine.Sessions;
using Xunit;

namespace Strata.Tests.Engine.Sessions;

public sealed class FunctionCallMessageTests
{
    private const uint Upper = 871, LoCreate = 715, LoOpen = 952, LoRead = 954, LoWrite = 955, LoSeek = 956, Count = 2147;

    private static string Call(TestSession session, uint function, params string?[] values)
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

        var call = new BindMessage { ParameterCount = values.Length, ParameterValues = bytes.ToArray() };
        session.Session.CallFunction(function, in call);
        return session.Take();
    }

    [Fact]
    public void Calls_functions_by_their_oids()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        Assert.Equal("result ABC", Call(session, Upper, "abc"));
        Assert.Equal("result NULL", Call(session, Upper, [null]));
        session.Run("CREATE SCHEMA s; CREATE FUNCTION s.twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2'");
        Assert.Equal("result 42", Call(session, uint.Parse(session.Rows("SELECT 's.twice'::regproc::oid")), "21"));
        Assert.Equal(TransactionStatus.Idle, session.Session.TransactionStatus);
    }

    [Fact]
    public void Refuses_what_is_no_plain_call()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        Call(session, 1, "x");
        Assert.Equal("42883", session.LastError!.SqlState);
        Call(session, Count, "x");
        Assert.Equal("22023", session.LastError!.SqlState);
        Call(session, Upper);
        Assert.Equal("08P01", session.LastError!.SqlState);
        session.Run("BEGIN; SELECT 1/0");
        Call(session, Upper, "x");
        Assert.Equal("25P02", session.LastError!.SqlState);
    }

    [Fact]
    public void Works_on_a_large_object_within_a_transaction()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("BEGIN");
        Assert.Equal("result 5000", Call(session, LoCreate, "5000"));
        Assert.Equal("result 0", Call(session, LoOpen, "5000", "393216"));
        Assert.Equal("result 5", Call(session, LoWrite, "0", "bytes"));
        Assert.Equal("result 1", Call(session, LoSeek, "0", "1", "0"));
        Assert.Equal("result \\x7974", Call(session, LoRead, "0", "2"));
        session.Run("COMMIT");
        Call(session, LoRead, "0", "2");
        Assert.Equal("42704", session.LastError!.SqlState);
        Assert.Equal("bytes", session.Rows("SELECT convert_from(lo_get(5000), 'UTF8')"));
    }

    [Fact]
    public void Large_objects_outlive_the_engine()
    {
        using var harness = new SessionHarness();
        using (TestSession session = harness.Connect())
            session.Run("SELECT lo_from_bytea(5000, convert_to(repeat('x', 5000), 'UTF8')), lo_create(5001)");
        using SessionHarness next = harness.Restart();
        using TestSession again = next.Connect();
        Assert.Equal("5000|5000\n5001|0", again.Rows("SELECT oid, length(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY 1"));
    }

    [Fact]
    public void Texts_of_clients_with_other_encodings_are_converted()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("SET client_encoding = 'LATIN1'");
        Assert.Equal("LATIN1", session.Parameters["client_encoding"]);
        session.Session.SimpleQuery([.. "SELECT length('"u8, 0xE9, .. "'), ascii('"u8, 0xE9, .. "')"u8]);
        Assert.EndsWith("1|233\nSELECT 1", session.Take(), StringComparison.Ordinal);
        Assert.Equal("22P05 character with byte sequence 0xe2 0x82 0xac in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"", session.Error("SELECT chr(8364)"));
    }
}
