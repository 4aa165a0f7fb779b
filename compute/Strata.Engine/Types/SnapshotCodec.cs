using System.Globalization;
using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>Text and binary forms of pg_snapshot and txid_snapshot. Binary: number of ids:4, xmin:8, xmax:8, ids.</summary>
internal sealed class SnapshotCodec : TypeCodec
{
    public static readonly SnapshotCodec Instance = new();

    public override void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row) =>
        result.SetBytes(row, Encoding.ASCII.GetBytes(SnapshotText.Parse(text).ToString()));

    public override void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog) => buffer.Write(stored);

    public override void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog)
    {
        SnapshotText snapshot = SnapshotText.Parse(stored);
        buffer.WriteInt32(snapshot.Running.Length);
        buffer.WriteInt64((long)snapshot.Xmin);
        buffer.WriteInt64((long)snapshot.Xmax);
        foreach (ulong xid in snapshot.Running)
            buffer.WriteInt64((long)xid);
    }

    public override void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        var reader = new BinaryCursor(bytes);
        int count = reader.Int32();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{reader.Int64()}:{reader.Int64()}:");
        for (int i = 0; i < count; i++)
            text.Append(i > 0 ? "," : "").Append(reader.Int64().ToString(CultureInfo.InvariantCulture));
        reader.ExpectEnd();
        try
        {
            Parse(type, Encoding.ASCII.GetBytes(text.ToString()), context, result, row);
        }
        catch (SqlException)
        {
            throw new SqlException(SqlState.InvalidBinaryRepresentation, "invalid external pg_snapshot data");
        }
    }
}
