using System.Numerics;
using System.Text;
using Strata.Engine.Types;
using Xunit;

namespace Strata.Tests.Engine.Types;

public class NumericMathTests
{
    private const int Cases = 2000;

    /// <summary>Values around the borders of the fast path: 64 bits, 128 bits, many scales.</summary>
    private static NumericValue Next(ref ulong seed)
    {
        seed = (seed * 6364136223846793005) + 1442695040888963407;
        int bits = (int)(seed >> 33) % 150;
        BigInteger magnitude = (BigInteger.One << bits) + (int)(seed >> 50);
        seed = (seed * 6364136223846793005) + 1442695040888963407;
        int scale = (int)(seed >> 40) % 25;
        return new NumericValue((seed & 1) == 0 ? magnitude : -magnitude, scale);
    }

    private static BigInteger At(in NumericValue value, int scale) => value.Mantissa * BigInteger.Pow(10, scale - value.Scale);

    [Fact]
    public void Sums_and_products_equal_big_integer_arithmetic()
    {
        ulong seed = 1;
        for (int i = 0; i < Cases; i++)
        {
            NumericValue a = Next(ref seed), b = Next(ref seed);
            int scale = Math.Max(a.Scale, b.Scale);
            Assert.Equal(At(a, scale) + At(b, scale), NumericMath.Add(a, b).Mantissa);
            Assert.Equal(At(a, scale) - At(b, scale), NumericMath.Subtract(a, b).Mantissa);
            Assert.Equal(a.Mantissa * b.Mantissa, NumericMath.Multiply(a, b).Mantissa);
            Assert.Equal(At(a, scale).CompareTo(At(b, scale)), a.CompareTo(b));
        }
    }

    [Fact]
    public void Quotients_are_rounded_half_away_from_zero()
    {
        ulong seed = 2;
        for (int i = 0; i < Cases; i++)
        {
            NumericValue a = Next(ref seed), b = Next(ref seed);
            NumericValue quotient = NumericMath.Divide(a, b);
            // |a - q·b| is at most half a unit of q's last place times b.
            BigInteger left = BigInteger.Abs((At(a, a.Scale + b.Scale + quotient.Scale) * 1) - (quotient.Mantissa * b.Mantissa * BigInteger.Pow(10, a.Scale)));
            BigInteger half = BigInteger.Abs(b.Mantissa) * BigInteger.Pow(10, a.Scale);
            Assert.True(left * 2 <= half, $"{a.Mantissa}e-{a.Scale} / {b.Mantissa}e-{b.Scale}");
        }
    }

    [Fact]
    public void Bytes_and_text_read_back()
    {
        ulong seed = 3;
        var buffer = new ByteBuffer();
        for (int i = 0; i < Cases; i++)
        {
            NumericValue value = Next(ref seed);
            var bytes = new byte[value.EncodedLength];
            value.Encode(bytes);
            NumericValue decoded = NumericValue.Decode(bytes);
            Assert.Equal((value.Mantissa, value.Scale), (decoded.Mantissa, decoded.Scale));

            buffer.Clear();
            NumberText.WriteNumeric(buffer, value);
            NumericValue parsed = NumberText.ParseNumeric(buffer.Written);
            Assert.Equal((value.Mantissa, value.Scale), (parsed.Mantissa, parsed.Scale));

            buffer.Clear();
            NumericBinary.Send(value, buffer);
            NumericValue received = NumericBinary.Receive(buffer.Written);
            Assert.Equal((value.Mantissa, value.Scale), (received.Mantissa, received.Scale));
        }
    }

    [Fact]
    public void Equal_values_of_different_scale_have_equal_hashes()
    {
        foreach (string text in new[] { "0", "1", "1234567890123456789012345678901234567890", "-0.5", "100" })
        {
            NumericValue value = NumberText.ParseNumeric(Encoding.ASCII.GetBytes(text));
            NumericValue longer = NumericMath.Round(value, value.Scale + 7);
            Assert.Equal(value, longer);
            Assert.Equal(value.Hash(), longer.Hash());
        }
    }

    [Fact]
    public void Small_values_stay_inside_a_view()
    {
        Assert.Equal(12, NumericValue.FromInt64(long.MaxValue).EncodedLength);
        Assert.Equal(12, NumberText.ParseNumeric("123456789.123456"u8).EncodedLength);
        Assert.Equal(20, new NumericValue((Int128)long.MaxValue + 1, 0).EncodedLength);
    }
}
