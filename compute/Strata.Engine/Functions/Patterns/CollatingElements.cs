namespace Strata.Engine.Functions.Patterns;

/// <summary>POSIX's names of characters, for [.name.] and [=name=].</summary>
internal static class CollatingElements
{
    private static readonly string[] s_controls =
    [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI",
        "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "IS4", "IS3", "IS2", "IS1",
    ];

    private static readonly Dictionary<string, int> s_names = Build();

    public static int? Find(string name) => s_names.TryGetValue(name, out int codePoint) ? codePoint : null;

    private static Dictionary<string, int> Build()
    {
        var names = new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["alert"] = '\a',
            ["backspace"] = '\b',
            ["tab"] = '\t',
            ["newline"] = '\n',
            ["vertical-tab"] = '\v',
            ["form-feed"] = '\f',
            ["carriage-return"] = '\r',
            ["FS"] = 0x1C,
            ["GS"] = 0x1D,
            ["RS"] = 0x1E,
            ["US"] = 0x1F,
            ["space"] = ' ',
            ["exclamation-mark"] = '!',
            ["quotation-mark"] = '"',
            ["number-sign"] = '#',
            ["dollar-sign"] = '$',
            ["percent-sign"] = '%',
            ["ampersand"] = '&',
            ["apostrophe"] = '\'',
            ["left-parenthesis"] = '(',
            ["right-parenthesis"] = ')',
            ["asterisk"] = '*',
            ["plus-sign"] = '+',
            ["comma"] = ',',
            ["hyphen"] = '-',
            ["hyphen-minus"] = '-',
            ["period"] = '.',
            ["full-stop"] = '.',
            ["slash"] = '/',
            ["solidus"] = '/',
            ["zero"] = '0',
            ["one"] = '1',
            ["two"] = '2',
            ["three"] = '3',
            ["four"] = '4',
            ["five"] = '5',
            ["six"] = '6',
            ["seven"] = '7',
            ["eight"] = '8',
            ["nine"] = '9',
            ["colon"] = ':',
            ["semicolon"] = ';',
            ["less-than-sign"] = '<',
            ["equals-sign"] = '=',
            ["greater-than-sign"] = '>',
            ["question-mark"] = '?',
            ["commercial-at"] = '@',
            ["left-square-bracket"] = '[',
            ["backslash"] = '\\',
            ["reverse-solidus"] = '\\',
            ["right-square-bracket"] = ']',
            ["circumflex"] = '^',
            ["circumflex-accent"] = '^',
            ["underscore"] = '_',
            ["low-line"] = '_',
            ["grave-accent"] = '`',
            ["left-brace"] = '{',
            ["left-curly-bracket"] = '{',
            ["vertical-line"] = '|',
            ["right-brace"] = '}',
            ["right-curly-bracket"] = '}',
            ["tilde"] = '~',
            ["DEL"] = 0x7F,
        };
        for (int i = 0; i < s_controls.Length; i++)
            names[s_controls[i]] = i;
        return names;
    }
}
