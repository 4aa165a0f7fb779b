
namespace Strata.Engine.Types;

/// <summary>Checks the syntax of JSON text (RFC 8259), with PostgreSQL's messages.</summary>
public static class JsonText
{
    /// <summary>Throws 22P02 when the text is not one JSON value.</summary>
    public static void Validate(ReadOnlySpan<byte> text)
    {
        var scanner = new JsonScanner(text);
        scanner.SkipValue();
        scanner.ExpectEnd();
    }
}
