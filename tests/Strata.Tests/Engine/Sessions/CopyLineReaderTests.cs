using System.Text;
using Strata.Engine.Sessions.Copying;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Engine.Sessions;

/// <summary>Lines and fields of COPY, with the input cut at every place.</summary>
public sealed class CopyLineReaderTests
{
    private static readonly CopyOptions s_text = new() { Format = CopyFormat.Text, Delimiter = (byte)'\t', Null = "\\N"u8.ToArray() };
    private static readonly CopyOptions s_csv = new() { Format = CopyFormat.Csv, Delimiter = (byte)',', Null = [] };

    private static string Read(CopyOptions options, string input, int pieceBytes)
    {
        CopyLineReader reader = new(options, 2);
        StringBuilder said = new();
        byte[] bytes = Encoding.UTF8.GetBytes(input);
        for (int at = 0; at < bytes.Length; at += pieceBytes)
        {
            reader.Append(bytes.AsSpan(at, Math.Min(pieceBytes, bytes.Length - at)));
            Take(reader, said);
        }

        reader.End();
        Take(reader, said);
        return said.ToString();
    }

    private static void Take(CopyLineReader reader, StringBuilder said)
    {
        while (reader.TryRead(out bool isEnd))
        {
            if (isEnd)
            {
                said.Append("end");
                return;
            }

            for (int i = 0; i < reader.FieldCount; i++)
                said.Append('[').Append(reader.IsNull(i) ? "NULL" : Encoding.UTF8.GetString(reader.Field(i))).Append(']');
            said.Append(';');
        }
    }

    [Theory]
    [InlineData("a\tb\n", "[a][b];")]
    [InlineData("a\tb\r\nc\td\r\n", "[a][b];[c][d];")]
    [InlineData("a\tb", "[a][b];")]
    [InlineData("\n\t\n", "[];[][];")]
    [InlineData("\\N\tx\\Ny\n", "[NULL][xNy];")]
    [InlineData("a\\tb\\\\\tc\\\nd\n", "[a\tb\\][c\nd];")]
    [InlineData("\\101\\x42\\103\t\\x4Z\n", "[ABC][\u0004Z];")]
    [InlineData("a\tb\n\\.\nc\td\n", "[a][b];end")]
    [InlineData("ä\tö\\ü\n", "[ä][öü];")]
    public void Reads_text(string input, string expected)
    {
        for (int piece = 1; piece <= input.Length + 3; piece++)
            Assert.Equal(expected, Read(s_text, input, piece));
    }

    [Theory]
    [InlineData("a,b\n", "[a][b];")]
    [InlineData("a,\n,b\n", "[a][NULL];[NULL][b];")]
    [InlineData("\"a\"\"b\",\"\"\n", "[a\"b][];")]
    [InlineData("\"a\nb\r\nc\",d\r\n", "[a\nb\r\nc][d];")]
    [InlineData("x\"y,z\"w,v", "[xy,zw][v];")]
    [InlineData("\"a\",\"b\"", "[a][b];")]
    [InlineData("\\.\n", "end")]
    public void Reads_csv(string input, string expected)
    {
        for (int piece = 1; piece <= input.Length + 3; piece++)
            Assert.Equal(expected, Read(s_csv, input, piece));
    }

    [Fact]
    public void Reads_csv_with_another_escape()
    {
        CopyOptions options = s_csv with { Escape = (byte)'\\' };
        for (int piece = 1; piece < 20; piece++)
            Assert.Equal("[a\"b\\c][d];", Read(options, "\"a\\\"b\\\\c\",d\n", piece));
    }

    [Fact]
    public void Reads_what_was_written_however_it_is_cut()
    {
        SeededRandom random = new(7);
        for (int round = 0; round < 200; round++)
        {
            StringBuilder input = new(), expected = new();
            for (int line = 0; line < 20; line++)
            {
                for (int field = 0; field < 3; field++)
                {
                    string value = string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => "ab\t\n\\\r,\"ü"[random.Next(9)]));
                    input.Append(field == 0 ? "" : "\t").Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)
                        .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal));
                    expected.Append('[').Append(value).Append(']');
                }

                input.Append('\n');
                expected.Append(';');
            }

            Assert.Equal(expected.ToString(), Read(s_text, input.ToString(), random.Next(49) + 1));
        }
    }
}
