namespace Strata.Format.Messages;

/// <summary>
/// A request failed as a whole.
/// <code>
/// body:  1 code (PageErrorCode)   2 length + message (UTF-8)
/// </code>
/// </summary>
/// <param name="Code">What the caller can do about it.</param>
/// <param name="Message">For people; cut to <see cref="PageProtocol.TextBytesMax"/> when encoded.</param>
public sealed record PageErrorResponse(PageErrorCode Code, string Message)
{
    public const int EncodedBytesMax = PageProtocol.HeaderBytes + 3 + PageProtocol.TextBytesMax;

    /// <summary>Encodes into a buffer of at least <see cref="EncodedBytesMax"/>; returns the bytes used.</summary>
    public int Encode(Span<byte> destination, ulong requestId)
    {
        var writer = new PageMessageWriter(destination);
        writer.Header(PageMessageKind.Error, requestId);
        writer.Byte((byte)Code);
        // A UTF-16 unit needs at most three bytes, so this many always fit.
        writer.Text(Message.Length <= PageProtocol.TextBytesMax / 3 ? Message : Message[..(PageProtocol.TextBytesMax / 3)]);
        return writer.Position;
    }

    /// <summary>Decodes a body; null: garbage.</summary>
    public static PageErrorResponse? Decode(ReadOnlySpan<byte> body)
    {
        var reader = new PageMessageReader(body);
        var response = new PageErrorResponse((PageErrorCode)reader.Byte(), reader.Text());
        return reader.AtEnd ? response : null;
    }
}
