namespace Strata.Format.Messages;

/// <summary>
/// Limits of the protocol between computes, the control plane and a page server. Each message is one frame of the network:
/// <code>
/// offset  size
///      0     1  kind (PageMessageKind)
///      1     1  version of the layout, 1
///      2     8  request id, little-endian; an answer repeats its request's
///     10     …  body, drawn in the file of each message
/// </code>
/// All integers are little-endian except the 128-bit ids and page keys, which are big-endian as everywhere. A frame that does not decode
/// exactly (unknown kind, bad count, bytes missing or left over) is garbage: the receiver closes the connection.
/// </summary>
public static class PageProtocol
{
    /// <summary>Version of every layout of this protocol.</summary>
    public const byte Version = 1;

    /// <summary>Bytes before the body.</summary>
    public const int HeaderBytes = 10;

    /// <summary>Most pages in one GetPages: an answer stays near 2 MB.</summary>
    public const int PagesPerRequestMax = 256;

    /// <summary>Most bytes of a text field, in UTF-8.</summary>
    public const int TextBytesMax = 4096;

    /// <summary>Most timelines in one listing.</summary>
    public const int TimelinesPerListMax = 100_000;
}
