using System.Buffers.Binary;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Extensions.HStore;

/// <summary>hstore: a set of pairs of texts, stored as <see cref="HStoreValue"/> says.</summary>
internal sealed class HStoreType : NativeType
{
    private const int PairBytesMin = 8;

    public static readonly HStoreType Instance = new();

    private HStoreType()
    {
    }

    public override string InputSymbol => "hstore_in";

    public override FunctionInfo SubscriptFetch { get; } = Subscript("hstore_subscript_fetch", isStrict: true, TypeOid.Text);

    public override FunctionInfo SubscriptStore { get; } = Subscript("hstore_subscript_assign", isStrict: false, TypeOid.Text, TypeOid.Text);

    // No SQL functions: the binder calls them. The first argument is of whatever type hstore is in the database.
    private static FunctionInfo Subscript(string symbol, bool isStrict, params uint[] texts) => new()
    {
        Oid = 0,
        Name = symbol,
        ArgumentTypes = [TypeOid.Any, .. texts],
        ReturnType = TypeOid.Text,
        Symbol = symbol,
        IsStrict = isStrict,
        Volatility = Volatility.Immutable,
    };

    public override bool WriteJson(ReadOnlySpan<byte> stored, ByteBuffer buffer)
    {
        buffer.Write(HStoreConversions.ToJson(new HStoreValue(stored), isLoose: false));
        return true;
    }

    public override ValueComparison Comparison => HStoreComparison.Instance;

    public override void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row) => result.SetBytes(row, HStoreText.Parse(text));

    public override void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog) =>
        HStoreText.Write(new HStoreValue(stored), buffer);

    public override void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog)
    {
        var value = new HStoreValue(stored);
        buffer.WriteInt32(value.Count);
        for (int i = 0; i < value.Count; i++)
        {
            buffer.WriteInt32(value.Key(i).Length);
            buffer.Write(value.Key(i));
            buffer.WriteInt32(value.IsNull(i) ? -1 : value.Value(i).Length);
            buffer.Write(value.Value(i));
        }
    }

    public override void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        var cursor = new BinaryCursor(bytes);
        int count = cursor.Int32();
        if (count < 0 || count > cursor.Remaining / PairBytesMin)
            throw new SqlException(SqlState.ProgramLimitExceeded, $"number of pairs ({count}) exceeds the maximum allowed");
        var builder = new HStoreBuilder();
        for (int i = 0; i < count; i++)
        {
            int length = cursor.Int32();
            if (length < 0)
                throw new SqlException(SqlState.NullValueNotAllowed, "null value not allowed for hstore key");
            ReadOnlySpan<byte> key = Text(cursor.Bytes(length));
            length = cursor.Int32();
            builder.Add(key, length < 0 ? default : Text(cursor.Bytes(length)), length < 0);
        }

        cursor.ExpectEnd();
        result.SetBytes(row, builder.Build());
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> bytes)
    {
        Utf8Text.Check(bytes);
        return bytes;
    }

    // Empty sets first; then the bytes, the number of pairs, and where they end, as HStoreValue.Compare looks at them.
    public override void AppendKey(ReadOnlySpan<byte> stored, KeyBuffer key)
    {
        var value = new HStoreValue(stored);
        key.Write((byte)(value.Count == 0 ? 0 : 1));
        if (value.Count == 0)
            return;
        KeyEncoder.AppendEscaped(value.Bytes, key);
        BinaryPrimitives.WriteInt32BigEndian(key.Reserve(4), value.Count);
        key.Advance(4);
        for (int i = 0; i < 2 * value.Count; i++)
        {
            uint entry = value.Entry(i);
            BinaryPrimitives.WriteUInt32BigEndian(key.Reserve(4), ((entry & HStoreValue.EndMask) << 1) | ((entry & HStoreValue.NullMark) != 0 ? 1u : 0));
            key.Advance(4);
        }
    }

    private sealed class HStoreComparison : ValueComparison
    {
        public static readonly HStoreComparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => HStoreValue.Compare(a, b);

        public override bool Equal(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => a.SequenceEqual(b);

        public override ulong Hash(ReadOnlySpan<byte> value) => VectorHash.Bytes(value);
    }
}
