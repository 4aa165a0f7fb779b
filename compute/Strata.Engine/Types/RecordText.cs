using System.Buffers.Binary;
using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>
/// Stored and text forms of records. Stored, little-endian: field count (low 12 bits; above them the number of its <see cref="RecordShapes"/>), then per field
/// type OID, length (-1 null), stored bytes.
/// Text: (1,"a b",).
/// </summary>
internal static class RecordText
{
    private const int CountBits = 12;

    public static void WriteHeader(ByteBuffer buffer, int fields, int shape = 0) => WriteInt(buffer, fields | (shape << CountBits));

    /// <summary>Number of the shape that names the fields; 0 when nothing does.</summary>
    public static int ShapeOf(ReadOnlySpan<byte> stored) => stored.Length < 4 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(stored) >>> CountBits;

    public static void WriteNullField(ByteBuffer buffer, uint type)
    {
        WriteInt(buffer, (int)type);
        WriteInt(buffer, -1);
    }

    public static void WriteField(ByteBuffer buffer, uint type, ReadOnlySpan<byte> stored)
    {
        WriteInt(buffer, (int)type);
        WriteInt(buffer, stored.Length);
        buffer.Write(stored);
    }

    private static void WriteInt(ByteBuffer buffer, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer.Reserve(4), value);
        buffer.Advance(4);
    }

    public static int FieldCount(ReadOnlySpan<byte> stored) => stored.Length < 4 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(stored) & ((1 << CountBits) - 1);

    /// <summary>Reads the field at <paramref name="offset"/> (4 for the first) and moves behind it. False for null.</summary>
    public static bool ReadField(ReadOnlySpan<byte> stored, scoped ref int offset, out uint type, out ReadOnlySpan<byte> value)
    {
        type = BinaryPrimitives.ReadUInt32LittleEndian(stored[offset..]);
        int length = BinaryPrimitives.ReadInt32LittleEndian(stored[(offset + 4)..]);
        value = length < 0 ? default : stored.Slice(offset + 8, length);
        offset += 8 + Math.Max(length, 0);
        return length >= 0;
    }

    /// <summary>The first columns of a row as a record.</summary>
    public static ByteBuffer Pack(Batch batch, int row, int columns)
    {
        var buffer = new ByteBuffer();
        WriteHeader(buffer, columns);
        for (int i = 0; i < columns; i++)
        {
            Vector column = batch[i];
            if (column.IsNull(row))
                WriteNullField(buffer, column.Type.Oid);
            else
                WriteField(buffer, column.Type.Oid, column.GetStored(row));
        }

        return buffer;
    }

    /// <summary>Spreads a stored record (empty for null) over columns at a row. Throws 42804 when they do not fit.</summary>
    public static void Unpack(ReadOnlySpan<byte> record, bool isNull, ReadOnlySpan<Vector> columns, int row)
    {
        int offset = 4;
        int count = isNull ? 0 : FieldCount(record);
        if (!isNull && count != columns.Length)
            throw new SqlException(SqlState.DatatypeMismatch, "function return row and query-specified return row do not match")
            {
                Detail = $"Returned row contains {count} attribute{(count == 1 ? "" : "s")}, but query expects {columns.Length}.",
            };
        for (int i = 0; i < columns.Length; i++)
        {
            if (isNull || !ReadField(record, ref offset, out uint type, out ReadOnlySpan<byte> stored))
            {
                columns[i].SetNull(row);
                continue;
            }

            if (type != columns[i].Type.Oid && (type == TypeOid.Unknown || (BuiltinTypes.Find(type)?.Physical is { } physical && physical != columns[i].Type.Physical)))
                throw new SqlException(SqlState.DatatypeMismatch, "function return row and query-specified return row do not match")
                {
                    Detail = $"Returned type {BuiltinTypes.Find(type)} at ordinal position {i + 1}, but query expects {columns[i].Type}.",
                };
            columns[i].SetValid(row);
            columns[i].SetStored(row, stored);
        }
    }

    public static void Write(ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        DepthGuard.Check();
        buffer.Write('(');
        int count = FieldCount(stored), offset = 4;
        for (int i = 0; i < count; i++)
        {
            if (i > 0)
                buffer.Write(',');
            if (!ReadField(stored, ref offset, out uint oid, out ReadOnlySpan<byte> value))
                continue;
            int start = buffer.Length;
            SqlType type = BuiltinTypes.Find(oid) ?? catalog?.FindType(oid) ?? SqlType.Text;
            TypeOutput.Write(type, value, buffer, settings, catalog);
            PartQuoting.Quote(buffer, start, "(),"u8);
        }

        buffer.Write(')');
    }

    public static void Parse(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        string text = Encoding.UTF8.GetString(bytes).Trim();
        SqlException Bad(string detail) =>
            new(SqlState.InvalidTextRepresentation, $"malformed record literal: \"{text}\"") { Detail = detail };
        IReadOnlyList<(string Name, SqlType Type)> columns = context.Catalog.CompositeColumns(type.Oid);
        if (text.Length < 2 || text[0] != '(')
            throw Bad("Missing left parenthesis.");
        var buffer = new ByteBuffer();
        WriteHeader(buffer, columns.Count);
        int at = 1;
        for (int i = 0; i < columns.Count; i++)
        {
            if (i > 0)
            {
                if (at >= text.Length || text[at] != ',')
                    throw Bad("Too few columns.");
                at++;
            }

            string? field = ReadTextField(text, ref at);
            if (field is null)
            {
                WriteNullField(buffer, columns[i].Type.Oid);
                continue;
            }

            using var item = new Vector(columns[i].Type);
            item.Reset(1);
            TypeInput.Parse(columns[i].Type, Encoding.UTF8.GetBytes(field), context, item, 0);
            WriteField(buffer, columns[i].Type.Oid, item.GetStored(0));
        }

        if (at >= text.Length || text[at] != ')')
            throw Bad(at < text.Length && text[at] == ',' ? "Too many columns." : "Unexpected end of input.");
        result.SetBytes(row, buffer.Written);
    }

    private static string? ReadTextField(string text, ref int at)
    {
        var field = new StringBuilder();
        bool quoted = false, any = false;
        while (at < text.Length && (quoted || text[at] is not (',' or ')')))
        {
            char c = text[at++];
            any = true;
            if (c == '\\' && at < text.Length)
                field.Append(text[at++]);
            else if (c == '"' && quoted && at < text.Length && text[at] == '"')
                field.Append(text[at++]);
            else if (c == '"')
                quoted = !quoted;
            else
                field.Append(c);
        }

        return any ? field.ToString() : null;
    }
}
