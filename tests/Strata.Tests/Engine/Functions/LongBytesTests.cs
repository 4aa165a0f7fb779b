using System.Security.Cryptography;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;
using Xunit;

namespace Strata.Tests.Engine.Functions;

/// <summary>Work on long values does what the plain way does, and ends when the statement is cancelled.</summary>
public sealed class LongBytesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(33_000)]
    [InlineData(66_999)]
    [InlineData(149_000)]
    [InlineData(-1)]
    public void A_part_is_found_wherever_the_windows_end(int place)
    {
        // Long enough for several windows: each place may cost a thousand comparisons.
        byte[] text = new byte[150_000], part = new byte[1_000];
        part[^1] = 1;
        if (place >= 0)
            part.CopyTo(text, place);
        Assert.Equal(text.AsSpan().IndexOf(part), LongBytes.IndexOf(text, part));
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(3, 2)]
    [InlineData(7, 3_000_001)]
    [InlineData(1_500_000, 4_000_000)]
    public void A_unit_is_repeated_to_the_end(int unitLength, int length)
    {
        byte[] unit = [.. Enumerable.Range(0, unitLength).Select(static i => (byte)(i * 31))], target = new byte[length];
        LongBytes.Repeat(unit, target);
        for (int i = 0; i < length; i++)
        {
            if (target[i] != unit[i % unitLength])
                Assert.Fail($"byte {i}");
        }
    }

    [Fact]
    public void A_digest_is_that_of_all_bytes()
    {
        byte[] bytes = new byte[(2 * LongBytes.PartBytes) + 17];
        bytes[^3] = 9;
        Assert.Equal(SHA256.HashData(bytes), LongBytes.Hash(HashAlgorithmName.SHA256, bytes));
        Assert.Equal(SHA256.HashData([]), LongBytes.Hash(HashAlgorithmName.SHA256, []));
    }

    [Fact]
    public void A_cancelled_statement_ends_in_the_middle()
    {
        byte[] text = new byte[300_000], part = new byte[1_000];
        part[^1] = 1;
        DepthGuard.Watch(new CancellationToken(canceled: true));
        try
        {
            Assert.Throws<OperationCanceledException>(() => LongBytes.IndexOf(text, part));
            Assert.Throws<OperationCanceledException>(() => LongBytes.Repeat([1], new byte[3 * LongBytes.PartBytes]));
            Assert.Throws<OperationCanceledException>(() => LongBytes.Hash(HashAlgorithmName.MD5, new byte[2 * LongBytes.PartBytes]));
        }
        finally
        {
            DepthGuard.Watch(CancellationToken.None);
        }
    }
}
