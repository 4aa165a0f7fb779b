using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace Strata.Engine.Types.Xml;

/// <summary>Names of XML made from identifiers (SQL/XML, "Mapping SQL identifiers to XML names"): what may not stand in a name becomes <c>_xHHHH_</c>. Stateless; thread-safe.</summary>
internal static partial class XmlNames
{
    /// <summary>The name for an identifier.</summary>
    /// <param name="identifier">The identifier.</param>
    /// <param name="isFull">For names that nobody wrote: colons and a leading "xml" are escaped also.</param>
    public static string FromIdentifier(string identifier, bool isFull)
    {
        var name = new StringBuilder(identifier.Length);
        for (int i = 0; i < identifier.Length;)
        {
            var rune = Rune.GetRuneAt(identifier, i);
            bool isEscaped = rune.Value switch
            {
                ':' => i == 0 || isFull,
                '_' => i + 1 < identifier.Length && identifier[i + 1] == 'x',
                'x' or 'X' when isFull && i == 0 && identifier.StartsWith("xml", StringComparison.OrdinalIgnoreCase) => true,
                _ => !IsNameRune(rune, isFirst: i == 0),
            };
            if (isEscaped)
                name.Append(CultureInfo.InvariantCulture, $"_x{rune.Value:X4}_");
            else
                name.Append(rune.ToString());
            i += rune.Utf16SequenceLength;
        }

        return name.ToString();
    }

    /// <summary>The identifier that a name was made from.</summary>
    public static string ToIdentifier(string name) =>
        Escape.Replace(name, static match => char.ConvertFromUtf32(int.Parse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));

    [GeneratedRegex("_x((?:[0-9A-F]{2})?[0-9A-F]{4})_", RegexOptions.CultureInvariant)]
    private static partial Regex Escape { get; }

    private static bool IsNameRune(Rune rune, bool isFirst) => rune.IsBmp && (isFirst ? XmlConvert.IsStartNCNameChar((char)rune.Value) : XmlConvert.IsNCNameChar((char)rune.Value));
}
