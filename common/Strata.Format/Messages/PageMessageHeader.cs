namespace Strata.Format.Messages;

/// <summary>The first <see cref="PageProtocol.HeaderBytes"/> bytes of every message.</summary>
public readonly record struct PageMessageHeader(PageMessageKind Kind, ulong RequestId)
{
    /// <summary>Reads the header of a frame and yields its body. False when it is too short or of another version: garbage.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out PageMessageHeader header, out ReadOnlySpan<byte> body)
    {
        var reader = new PageMessageReader(frame);
        var kind = (PageMessageKind)reader.Byte();
        byte version = reader.Byte();
        header = new PageMessageHeader(kind, reader.UInt64());
        bool ok = !reader.Failed && version == PageProtocol.Version && Enum.IsDefined(kind);
        body = ok ? frame[PageProtocol.HeaderBytes..] : default;
        return ok;
    }
}
