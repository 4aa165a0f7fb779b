using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Formatting;

/// <summary>A text that is put together of pieces and may become a gigabyte long: what is there is kept as UTF-8, and the statement's cancellation is looked at on the way. Not thread-safe.</summary>
internal sealed class LongText
{
    private const int PieceChars = 1 << 16;

    private readonly StringBuilder _piece = new();
    private readonly ByteBuffer _bytes = new();

    /// <summary>Appends a character (or half of one).</summary>
    public void Append(char character)
    {
        // Two halves of a character stay together.
        if (_piece.Length >= PieceChars && !char.IsLowSurrogate(character))
            Flush();
        _piece.Append(character);
    }

    /// <summary>Appends whole characters.</summary>
    public void Append(string text)
    {
        if (_piece.Length >= PieceChars)
            Flush();
        _piece.Append(text);
    }

    /// <summary>Appends blanks. Throws 54000 when the text becomes too long.</summary>
    public void Blanks(int count)
    {
        Flush();
        while (count > 0)
        {
            int part = Math.Min(count, LongBytes.PartBytes);
            _bytes.Reserve(part)[..part].Fill((byte)' ');
            _bytes.Advance(part);
            count -= part;
            DepthGuard.Look();
        }
    }

    /// <summary>The text so far; valid until more is appended.</summary>
    public ReadOnlySpan<byte> Written
    {
        get
        {
            Flush();
            return _bytes.Written;
        }
    }

    private void Flush()
    {
        DepthGuard.Look();
        if (_piece.Length > 0)
            _bytes.Write(_piece.ToString());
        _piece.Clear();
    }
}
