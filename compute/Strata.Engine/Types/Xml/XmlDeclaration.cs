using System.Text;
using System.Text.RegularExpressions;

namespace Strata.Engine.Types.Xml;

/// <summary>The declaration at the head of an XML value: <c>&lt;?xml version="…" encoding="…" standalone="…"?&gt;</c> (XML 1.0, section 2.8). Immutable.</summary>
/// <param name="Version">Null without a declaration.</param>
/// <param name="IsStandalone">Null when nothing is said.</param>
/// <param name="Length">Characters of the declaration; 0 without one.</param>
internal readonly partial record struct XmlDeclaration(string? Version, bool? IsStandalone, int Length)
{
    [GeneratedRegex(
        """^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"(?<v>[^"]*)"|'(?<v>[^']*)')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[^"]*"|'[^']*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?<s>yes|no)"|'(?<s>yes|no)'))?[ \t\r\n]*\?>""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form { get; }

    /// <summary>Reads the declaration of a text; false when it begins like one and is none.</summary>
    public static bool TryRead(string text, out XmlDeclaration declaration)
    {
        declaration = default;
        if (!text.StartsWith("<?xml", StringComparison.Ordinal) || text.Length < 6 || System.Xml.XmlConvert.IsNCNameChar(text[5]))
            return true;
        Match match = Form.Match(text);
        if (!match.Success)
            return false;
        declaration = new XmlDeclaration(match.Groups["v"].Value, match.Groups["s"] is { Success: true } standalone ? standalone.Value == "yes" : null, match.Length);
        return true;
    }

    /// <summary>Writes the declaration that a value needs; nothing when version and standalone are what they are without one.</summary>
    public static bool Write(StringBuilder text, string? version, bool? isStandalone)
    {
        if (version is null or "1.0" && isStandalone is null)
            return false;
        text.Append("<?xml version=\"").Append(version ?? "1.0").Append('"');
        if (isStandalone is { } standalone)
            text.Append(standalone ? " standalone=\"yes\"" : " standalone=\"no\"");
        text.Append("?>");
        return true;
    }
}
