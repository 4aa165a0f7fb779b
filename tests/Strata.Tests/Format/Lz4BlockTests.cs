using System.Text;
using Strata.Format;
using Xunit;

namespace Strata.Tests.Format;

public sealed class Lz4BlockTests
{
    private readonly int[] _table = new int[Lz4Block.TableEntries];

    [Fact]
    public void What_was_compressed_comes_back()
    {
        var random = new Random(7);
        for (int round = 0; round < 400; round++)
        {
            byte[] value = Generate(random, random.Next(0, round < 350 ? 3000 : 200_000));
            var compressed = new byte[value.Length + (value.Length / 255) + 16];
            int length = Lz4Block.Compress(value, compressed, _table);
            Assert.True(length > 0);
            var back = new byte[value.Length];
            Assert.True(Lz4Block.TryDecompress(compressed.AsSpan(0, length), back));
            Assert.Equal(value, back);
        }
    }

    [Fact]
    public void A_known_block_of_the_format_is_read()
    {
        // Literals "abcd", a match of 12 at distance 4, then the literals "vwxyz".
        byte[] block = [0x48, (byte)'a', (byte)'b', (byte)'c', (byte)'d', 4, 0, 0x50, (byte)'v', (byte)'w', (byte)'x', (byte)'y', (byte)'z'];
        var value = new byte[21];
        Assert.True(Lz4Block.TryDecompress(block, value));
        Assert.Equal("abcdabcdabcdabcdvwxyz", Encoding.ASCII.GetString(value));
    }

    [Fact]
    public void Repetition_becomes_short()
    {
        byte[] value = [.. Enumerable.Repeat((byte)'x', 100_000)];
        Assert.InRange(Lz4Block.Compress(value, new byte[1000], _table), 1, 500);
    }

    [Fact]
    public void What_does_not_fit_is_not_compressed()
    {
        var value = new byte[10_000];
        new Random(3).NextBytes(value);
        Assert.Equal(0, Lz4Block.Compress(value, new byte[9_900], _table));
    }

    [Fact]
    public void Damage_is_never_followed_out_of_bounds()
    {
        var random = new Random(11);
        int accepted = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] value = Generate(random, random.Next(1, 400));
            var compressed = new byte[value.Length + 32];
            int length = Lz4Block.Compress(value, compressed, _table);
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                compressed[random.Next(length)] = (byte)random.Next(256);
            int cut = random.Next(2) == 0 ? length : random.Next(length + 1);
            accepted += Lz4Block.TryDecompress(compressed.AsSpan(0, cut), new byte[value.Length]) ? 1 : 0;
        }
        Assert.InRange(accepted, 1, 19_999);
    }

    private static byte[] Generate(Random random, int length)
    {
        var value = new byte[length];
        int position = 0;
        while (position < length)
        {
            int run = Math.Min(random.Next(1, 300), length - position);
            if (position > 0 && random.Next(3) > 0)
            {
                int from = random.Next(position);
                for (int i = 0; i < run; i++)
                    value[position + i] = value[from + (i % (position - from))];
            }
            else
            {
                random.NextBytes(value.AsSpan(position, run));
            }
            position += run;
        }
        return value;
    }
}
