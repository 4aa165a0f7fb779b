
namespace Strata.Engine.Types;

/// <summary>Checks the syntax of JSON text (RFC 8259), with PostgreSQL's messages.</summary>
public static class JsonText
{
    /// <summary>
    /// Throws 22P02 when the text is not one JSON value; with <paramref name="checkEscapes"/> also, or 22P05, when a \u escape makes no character.
    /// </summary>
    public static void Validate(ReadOnlySpan<byte> text, bool checkEscapes = false)
    {
        if (checkEscapes && text.IndexOf("\\u"u8) >= 0)
        {
            new JsonSyntaxCheck(text, checkEscapes: true).Run();
            return;
        }

        try
        {
            var scanner = new JsonScanner(text);
            scanner.SkipValue();
            scanner.ExpectEnd();
        }
        catch (SqlException error) when (error.State == SqlState.InvalidTextRepresentation)
        {
            // The quick scan found an error; the slow one words it.
            new JsonSyntaxCheck(text, checkEscapes).Run();
            throw;
        }
    }
}
