using System.Text;
using Strata.Engine.Types;
using Strata.Tests.Engine.Functions;
using Xunit;

namespace Strata.Tests.Engine.Types;

public class TypeBinaryTests
{
    [Theory]
    [InlineData("bool", "t", "01")]
    [InlineData("int2", "-2", "fffe")]
    [InlineData("int4", "258", "00000102")]
    [InlineData("int8", "-1", "ffffffffffffffff")]
    [InlineData("float8", "1.5", "3ff8000000000000")]
    [InlineData("text", "hé", "68c3a9")]
    [InlineData("bytea", "\\x00ff", "00ff")]
    [InlineData("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc999c0b4ef8bb6d6bb9bd380a11")]
    [InlineData("date", "2000-01-02", "00000001")]
    [InlineData("timestamp", "2000-01-01 00:00:01", "00000000000f4240")]
    [InlineData("interval", "1 mon 2 days 00:00:03", "00000000002dc6c00000000200000001")]
    [InlineData("timetz", "00:00:01+01", "00000000000f4240fffff1f0")]
    [InlineData("numeric", "12345.678", "00030001000000030001092" + "91a7c")]
    [InlineData("numeric", "0", "0000000000000000")]
    [InlineData("numeric", "10000", "0001000100000000" + "0001")]
    [InlineData("numeric", "NaN", "00000000c0000000")]
    [InlineData("_int4", "{1,NULL}", "0000000100000001000000170000000200000001000000040" + "0000001ffffffff")]
    [InlineData("oidvector", "1 2", "00000001000000000000001a00000002000000000000000400000001" + "0000000400000002")]
    [InlineData("jsonb", "{\"a\": 1}", "017b2261223a20317d")]
    [InlineData("tid", "(1,2)", "000000010002")]
    public void Has_the_bytes_of_PostgreSQL_and_reads_them_back(string typeName, string text, string hex)
    {
        var context = new TestFunctionContext();
        SqlType type = BuiltinTypes.Find(typeName)!;
        Datum value = TypeInput.Parse(type, Encoding.UTF8.GetBytes(text), context);
        var buffer = new ByteBuffer();
        using (var vector = new Strata.Engine.Vectors.Vector(type))
        {
            vector.Reset(1);
            value.Store(vector, 0);
            TypeBinary.Send(vector, 0, buffer, context);
        }

        Assert.Equal(hex, Convert.ToHexStringLower(buffer.Written));
        Datum received = TypeBinary.Receive(type, buffer.Written, context);
        Assert.Equal(text, TypeOutput.ToText(type, received, TypeSettings.Default, context));
    }

    [Fact]
    public void Truncated_input_is_an_error_and_not_a_crash()
    {
        var context = new TestFunctionContext();
        foreach (string name in new[] { "bool", "int2", "int4", "int8", "float8", "numeric", "uuid", "date", "timestamp", "interval", "timetz", "_int4", "jsonb", "tid" })
        {
            SqlType type = BuiltinTypes.Find(name)!;
            for (int length = 0; length < 40; length++)
            {
                var bytes = new byte[length];
                Array.Fill(bytes, (byte)0x7F);
                Exception? thrown = Record.Exception(() => TypeBinary.Receive(type, bytes, context));
                Assert.True(thrown is null or SqlException, $"{name} of {length} bytes: {thrown}");
            }
        }
    }
}
