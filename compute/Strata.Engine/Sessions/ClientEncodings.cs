using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions;

/// <summary>Encodings of clients, for what the wire layer itself writes: names and messages, where a character without equivalent becomes a question mark rather than an error within an error.</summary>
public static class ClientEncodings
{
    /// <summary>The encoding of a value of <c>client_encoding</c>; null for UTF-8 and where nothing is converted.</summary>
    public static Encoding? Find(string name) => CharacterConversion.CodePageOf(name) is not 0 and var codePage
        ? CodePagesEncodingProvider.Instance.GetEncoding(codePage, EncoderFallback.ReplacementFallback, DecoderFallback.ReplacementFallback)
            ?? Encoding.GetEncoding(codePage, EncoderFallback.ReplacementFallback, DecoderFallback.ReplacementFallback)
        : null;
}
