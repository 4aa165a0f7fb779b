using System.Buffers;
using System.Text;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Extensions.CiText;

/// <summary>citext: text that is compared in lower case. Stored as it was given.</summary>
internal sealed class CiTextType : NativeType
{
    private const int StackBytesMax = 256;

    public static readonly CiTextType Instance = new();

    private CiTextType()
    {
    }

    public override string InputSymbol => "citextin";

    public override ValueComparison Comparison => LowerCaseComparison.Instance;

    /// <summary>The text in lower case (allocates).</summary>
    public static byte[] Lower(ReadOnlySpan<byte> text)
    {
        if (!System.Text.Ascii.IsValid(text))
            return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text).ToLowerInvariant());
        var lower = new byte[text.Length];
        System.Text.Ascii.ToLower(text, lower, out _);
        return lower;
    }

    /// <summary>Compares in lower case. Allocates only for texts that are not ASCII.</summary>
    public static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int length = Math.Min(a.Length, b.Length);
        for (int i = 0; i < length; i++)
        {
            byte x = a[i], y = b[i];
            // A letter beyond ASCII may have a lower case of another length: from here on both are turned as a whole.
            if ((x | y) >= 0x80)
                return Lower(a[i..]).AsSpan().SequenceCompareTo(Lower(b[i..]));
            if (x != y && ToLower(x) is var lowerX && ToLower(y) is var lowerY && lowerX != lowerY)
                return lowerX - lowerY;
        }

        return a.Length - b.Length;
    }

    private static int ToLower(byte c) => c is >= (byte)'A' and <= (byte)'Z' ? c + ('a' - 'A') : c;

    public override void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row) => result.SetBytes(row, text);

    public override void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog) => buffer.Write(stored);

    public override void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog) => buffer.Write(stored);

    public override void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        Utf8Text.Check(bytes);
        result.SetBytes(row, bytes);
    }

    public override void AppendKey(ReadOnlySpan<byte> stored, KeyBuffer key)
    {
        if (!System.Text.Ascii.IsValid(stored))
        {
            KeyEncoder.AppendEscaped(Lower(stored), key);
            return;
        }

        byte[]? rented = stored.Length > StackBytesMax ? ArrayPool<byte>.Shared.Rent(stored.Length) : null;
        Span<byte> lower = rented ?? stackalloc byte[StackBytesMax];
        System.Text.Ascii.ToLower(stored, lower, out int written);
        KeyEncoder.AppendEscaped(lower[..written], key);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    public override ulong Hash(ReadOnlySpan<byte> stored, ulong seed) => JenkinsHash.Bytes(Lower(stored), seed);

    private sealed class LowerCaseComparison : ValueComparison
    {
        public static readonly LowerCaseComparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => CiTextType.Compare(a, b);

        public override ulong Hash(ReadOnlySpan<byte> value) => VectorHash.Bytes(Lower(value));
    }
}
