using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types.Xml;

/// <summary>
/// The type xml: a text that was checked to be well-formed, stored as it was given. Follows PostgreSQL's xml.c. Nothing outside of a value is ever read: external entities and document types
/// stay unresolved, and what entities may expand to is limited. Stateless; thread-safe.
/// </summary>
internal static class XmlText
{
    /// <summary>Checks a text; throws 2200M or 2200N when it is not well-formed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isDocument">One root element is asked for; else any content.</param>
    public static void Check(string text, bool isDocument)
    {
        if (!XmlDeclaration.TryRead(text, out _) && !isDocument)
            throw new SqlException(SqlState.InvalidXmlContent, "invalid XML content: invalid XML declaration");
        if (!IsWellFormed(text, isDocument, out string? reason))
            throw new SqlException(isDocument ? SqlState.InvalidXmlDocument : SqlState.InvalidXmlContent, isDocument ? "invalid XML document" : "invalid XML content") { Detail = reason };
    }

    /// <summary>Whether a text is well-formed; the reason when it is not.</summary>
    public static bool IsWellFormed(string text, bool isDocument, out string? reason)
    {
        reason = null;
        if (!XmlDeclaration.TryRead(text, out XmlDeclaration declaration))
        {
            reason = "The XML declaration is malformed.";
            return false;
        }

        string rest = text[declaration.Length..];
        bool asDocument = isDocument || HasDocumentType(rest);
        try
        {
            using XmlTextReader reader = asDocument
                ? new XmlTextReader(new StringReader(rest))
                : new XmlTextReader(rest, XmlNodeType.Element, new XmlParserContext(null, null, null, XmlSpace.Preserve));
            reader.Namespaces = false;
            reader.DtdProcessing = DtdProcessing.Parse;
            reader.XmlResolver = null;
            // What entities stand for is not read: a few nested ones can stand for gigabytes.
            reader.EntityHandling = EntityHandling.ExpandCharEntities;
            var entities = new DeclaredEntities();
            while (reason is null && reader.Read())
                reason = reader.Depth > DepthMax ? $"Elements are nested deeper than {DepthMax}." : entities.Check(reader);
        }
        catch (XmlException error)
        {
            reason = error.Message;
        }

        return reason is null;
    }

    // The entities that a document declares for itself.
    private sealed class DeclaredEntities
    {
        private string? _declarations;
        private bool _hasMoreElsewhere;

        public string? Check(XmlTextReader reader)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.DocumentType:
                    _declarations = reader.Value;
                    _hasMoreElsewhere = reader.GetAttribute("SYSTEM") is not null || reader.GetAttribute("PUBLIC") is not null;
                    return null;
                case XmlNodeType.EntityReference:
                    return CheckName(reader.Name);
                case XmlNodeType.Element:
                    string? reason = null;
                    while (reason is null && reader.MoveToNextAttribute())
                        while (reason is null && reader.ReadAttributeValue())
                            reason = reader.NodeType == XmlNodeType.EntityReference ? CheckName(reader.Name) : null;
                    reader.MoveToElement();
                    return reason;
                default:
                    return null;
            }
        }

        private string? CheckName(string name) =>
            _hasMoreElsewhere || (_declarations is not null && Regex.IsMatch(_declarations, $@"<!ENTITY\s+{Regex.Escape(name)}\s", RegexOptions.CultureInvariant))
                ? null
                : $"Entity '{name}' not defined";
    }

    // libxml's limit.
    private const int DepthMax = 256;

    /// <summary>The document of a value, with namespaces; throws 2200M when it has not one root element.</summary>
    public static XmlDocument Load(string text)
    {
        DepthGuard.Check();
        if (!IsWellFormed(text, isDocument: true, out string? reason))
            throw NotParsed(reason);
        XmlDeclaration.TryRead(text, out XmlDeclaration declaration);
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Parse, XmlResolver = null, MaxCharactersFromEntities = EntityCharactersMax };
            using var reader = XmlReader.Create(new WatchedTextReader(text[declaration.Length..]), settings);
            var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
            document.Load(reader);
            return document;
        }
        catch (XmlException error)
        {
            throw NotParsed(error.Message);
        }
    }

    private const int EntityCharactersMax = 10_000_000;

    private static SqlException NotParsed(string? reason) => new(SqlState.InvalidXmlDocument, "could not parse XML document") { Detail = reason };

    // Content may be a whole document with its type; before that stand comments and instructions only.
    private static bool HasDocumentType(string text)
    {
        int at = 0;
        while (true)
        {
            while (at < text.Length && text[at] is ' ' or '\t' or '\r' or '\n')
                at++;
            ReadOnlySpan<char> rest = text.AsSpan(at);
            if (rest.StartsWith("<!DOCTYPE"))
                return true;
            string? end = rest.StartsWith("<!--") ? "-->" : rest.StartsWith("<?") ? "?>" : null;
            int length = end is null ? -1 : text.IndexOf(end, at + 2, StringComparison.Ordinal);
            if (length < 0)
                return false;
            at = length + end!.Length;
        }
    }

    /// <summary>A value as clients see it: its declaration only when it says something, and no encoding, for that is the connection's.</summary>
    public static string Output(string text)
    {
        if (!XmlDeclaration.TryRead(text, out XmlDeclaration declaration) || declaration.Length == 0)
            return text;
        var output = new StringBuilder(text.Length);
        int from = declaration.Length;
        // Without a declaration the line feed behind it would leave an empty line.
        if (!XmlDeclaration.Write(output, declaration.Version, declaration.IsStandalone) && from < text.Length && text[from] == '\n')
            from++;
        return output.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Puts values behind each other, with one declaration that holds for all.</summary>
    public static string Concat(IEnumerable<string> values)
    {
        var content = new StringBuilder();
        string? version = null;
        bool hasVersion = true;
        bool? isStandalone = true;
        foreach (string value in values)
        {
            XmlDeclaration.TryRead(value, out XmlDeclaration declaration);
            if (declaration.IsStandalone is null)
                isStandalone = null;
            else if (declaration.IsStandalone == false && isStandalone == true)
                isStandalone = false;
            if (declaration.Version is null || (version is not null && version != declaration.Version))
                hasVersion = false;
            else
                version = declaration.Version;
            content.Append(value, declaration.Length, value.Length - declaration.Length);
        }

        var text = new StringBuilder(content.Length);
        XmlDeclaration.Write(text, hasVersion ? version : null, isStandalone);
        return text.Append(content).ToString();
    }

    /// <summary>XMLROOT: the value with another declaration.</summary>
    /// <param name="value">The value.</param>
    /// <param name="version">Null for none.</param>
    /// <param name="changesStandalone">False when what the value says stays.</param>
    /// <param name="isStandalone">Null for none.</param>
    public static string WithDeclaration(string value, string? version, bool changesStandalone, bool? isStandalone)
    {
        XmlDeclaration.TryRead(value, out XmlDeclaration declaration);
        var text = new StringBuilder(value.Length + 40);
        XmlDeclaration.Write(text, version, changesStandalone ? isStandalone : declaration.IsStandalone);
        return text.Append(value, declaration.Length, value.Length - declaration.Length).ToString();
    }

    /// <summary>Writes characters as the content of an element.</summary>
    public static void Escape(StringBuilder text, string value)
    {
        foreach (char c in value)
        {
            switch (c)
            {
                case '&': text.Append("&amp;"); break;
                case '<': text.Append("&lt;"); break;
                case '>': text.Append("&gt;"); break;
                case '\r': text.Append("&#x0d;"); break;
                default: text.Append(c); break;
            }
        }
    }

    /// <summary>Writes characters as the value of an attribute, between its quotation marks.</summary>
    public static void EscapeAttribute(StringBuilder text, string value)
    {
        foreach (char c in value)
        {
            switch (c)
            {
                case '&': text.Append("&amp;"); break;
                case '<': text.Append("&lt;"); break;
                case '>': text.Append("&gt;"); break;
                case '"': text.Append("&quot;"); break;
                case '\n': text.Append("&#10;"); break;
                case '\t': text.Append("&#9;"); break;
                case '\r': text.Append("&#13;"); break;
                default: text.Append(c); break;
            }
        }
    }
}
