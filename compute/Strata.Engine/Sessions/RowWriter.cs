using System.Buffers;
using Strata.Engine.Sessions.Results;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Sessions;

// DataRow: 'D', int32 length (itself included), int16 columns, then per column: int32 length (-1 for null), value.

/// <summary>Writes rows of batches as DataRow messages, values straight from the vectors, through one buffer that is reused. For one session.</summary>
internal sealed class RowWriter(SessionContext context)
{
    private const int FlushBytes = 32 << 10;

    // It holds nothing between two calls, so the sessions of a thread share one and an idle session has none.
    [ThreadStatic]
    private static ByteBuffer? t_buffer;

    /// <summary>Gets a copy of all rows while it is set.</summary>
    public ResultUse? Copy { get; set; }

    /// <summary>Writes the selected rows. <paramref name="formats"/>: none (text), one for all, or one per column.</summary>
    public void Write(Batch batch, ReadOnlySpan<int> slots, ReadOnlySpan<short> formats)
    {
        TypeSettings settings = context.TypeSettings;
        CharacterConversion? encoding = context.ClientEncoding;
        ByteBuffer buffer = EmptyBuffer();
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection[i];
            int start = Begin(buffer, slots.Length);
            for (int column = 0; column < slots.Length; column++)
            {
                Vector vector = batch[slots[column]];
                if (vector.IsNull(row))
                {
                    buffer.WriteInt32(-1);
                    continue;
                }

                int at = buffer.Length;
                buffer.WriteInt32(0);
                if (FormatOf(formats, column) == 0)
                    TypeOutput.Write(vector, row, buffer, settings, context.Catalog);
                else
                    TypeBinary.Send(vector, row, buffer, context.Catalog);
                if (encoding is not null && (FormatOf(formats, column) == 0 || IsTextInBinary(vector.Type)))
                    encoding.EncodeFrom(buffer, at + sizeof(int));
                buffer.PatchInt32(at, buffer.Length - at - sizeof(int));
            }

            End(buffer, start);
        }

        Flush(buffer);
    }

    /// <summary>Writes a row of texts; null for SQL null.</summary>
    public void Write(ReadOnlySpan<string?> values)
    {
        ByteBuffer buffer = EmptyBuffer();
        int start = Begin(buffer, values.Length);
        foreach (string? value in values)
        {
            if (value is null)
            {
                buffer.WriteInt32(-1);
                continue;
            }

            int at = buffer.Length;
            buffer.WriteInt32(0);
            buffer.Write(value);
            context.ClientEncoding?.EncodeFrom(buffer, at + sizeof(int));
            buffer.PatchInt32(at, buffer.Length - at - sizeof(int));
        }

        End(buffer, start);
        Flush(buffer);
    }

    /// <summary>True for types whose binary form is a text in the client's encoding; jsonb's has a byte before it that is the same in all.</summary>
    public static bool IsTextInBinary(SqlType type) =>
        type.Oid is TypeOid.Text or TypeOid.VarChar or TypeOid.BpChar or TypeOid.Name or TypeOid.Unknown or TypeOid.Json or TypeOid.Jsonb or TypeOid.Xml || type.Kind == TypeKind.Enum;

    /// <summary>The format code of a column.</summary>
    public static short FormatOf(ReadOnlySpan<short> formats, int column) => formats.Length switch
    {
        0 => 0,
        1 => formats[0],
        _ => formats[column],
    };

    // An error may have left half a row behind.
    private static ByteBuffer EmptyBuffer()
    {
        ByteBuffer buffer = t_buffer ??= new ByteBuffer(4096);
        buffer.Clear();
        return buffer;
    }

    private static int Begin(ByteBuffer buffer, int columns)
    {
        int start = buffer.Length;
        buffer.Write((byte)'D');
        buffer.WriteInt32(0);
        buffer.WriteInt16((short)columns);
        return start;
    }

    private void End(ByteBuffer buffer, int start)
    {
        buffer.PatchInt32(start + 1, buffer.Length - start - 1);
        if (buffer.Length >= FlushBytes)
            Flush(buffer);
    }

    private void Flush(ByteBuffer buffer)
    {
        if (buffer.Length == 0)
            return;
        context.Output.Messages.Write(buffer.Written);
        Copy?.Add(buffer.Written);
        buffer.Clear();
        context.Output.BatchWritten();
    }
}
