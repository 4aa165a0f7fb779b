using System.Buffers;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Sessions;

// DataRow: 'D', int32 length (itself included), int16 columns, then per column: int32 length (-1 for null), value.

/// <summary>Writes rows of batches as DataRow messages, values straight from the vectors, through one buffer that is reused. For one session.</summary>
internal sealed class RowWriter(SessionContext context)
{
    private const int FlushBytes = 32 << 10;

    private readonly ByteBuffer _buffer = new(4096);

    /// <summary>Writes the selected rows. <paramref name="formats"/>: none (text), one for all, or one per column.</summary>
    public void Write(Batch batch, ReadOnlySpan<int> slots, ReadOnlySpan<short> formats)
    {
        TypeSettings settings = context.TypeSettings;
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection[i];
            int start = Begin(slots.Length);
            for (int column = 0; column < slots.Length; column++)
            {
                Vector vector = batch[slots[column]];
                if (vector.IsNull(row))
                {
                    _buffer.WriteInt32(-1);
                    continue;
                }

                int at = _buffer.Length;
                _buffer.WriteInt32(0);
                if (FormatOf(formats, column) == 0)
                    TypeOutput.Write(vector, row, _buffer, settings, context.Catalog);
                else
                    TypeBinary.Send(vector, row, _buffer, context.Catalog);
                _buffer.PatchInt32(at, _buffer.Length - at - sizeof(int));
            }

            End(start);
        }

        Flush();
    }

    /// <summary>Writes a row of texts; null for SQL null.</summary>
    public void Write(ReadOnlySpan<string?> values)
    {
        int start = Begin(values.Length);
        foreach (string? value in values)
        {
            if (value is null)
            {
                _buffer.WriteInt32(-1);
                continue;
            }

            int at = _buffer.Length;
            _buffer.WriteInt32(0);
            _buffer.Write(value);
            _buffer.PatchInt32(at, _buffer.Length - at - sizeof(int));
        }

        End(start);
        Flush();
    }

    /// <summary>The format code of a column.</summary>
    public static short FormatOf(ReadOnlySpan<short> formats, int column) => formats.Length switch
    {
        0 => 0,
        1 => formats[0],
        _ => formats[column],
    };

    private int Begin(int columns)
    {
        int start = _buffer.Length;
        _buffer.Write((byte)'D');
        _buffer.WriteInt32(0);
        _buffer.WriteInt16((short)columns);
        return start;
    }

    private void End(int start)
    {
        _buffer.PatchInt32(start + 1, _buffer.Length - start - 1);
        if (_buffer.Length >= FlushBytes)
            Flush();
    }

    private void Flush()
    {
        if (_buffer.Length == 0)
            return;
        context.Output.Messages.Write(_buffer.Written);
        _buffer.Clear();
        context.Output.BatchWritten();
    }

    /// <summary>Forgets what an error left half-written.</summary>
    public void Reset() => _buffer.Clear();
}
