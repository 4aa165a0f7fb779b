using System.Globalization;
using System.Text;
using Strata.Engine.Functions.Patterns;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>
/// Parses a jsonpath (SQL/JSON path language, SQL:2016) by recursive descent. Throws 42601, 22P02, 0A000. For one text.
/// </summary>
internal sealed class JsonPathParser
{
    private readonly JsonPathLexer _lexer;
    private JsonPathToken _token;
    private JsonPathToken _ahead;
    private SqlException? _malformed;
    private int _filterDepth;
    private int _subscriptDepth;

    /// <summary>The first name that may not stand where it does: told when the rest of the text is known to be right.</summary>
    private SqlException? _misplaced;

    private JsonPathParser(string text)
    {
        _lexer = new JsonPathLexer(text);
        _token = _lexer.Next();
        Look();
    }

    // What is wrong with a token counts when the parser comes to it: before that the one in front may be wrong.
    private void Look()
    {
        if (_token.Kind == JsonPathTokenKind.End)
        {
            _ahead = _token;
            return;
        }

        try
        {
            _ahead = _lexer.Next();
        }
        catch (SqlException error)
        {
            _malformed = error;
            _ahead = new JsonPathToken(JsonPathTokenKind.Symbol, "", "");
        }
    }

    /// <summary>The path and whether it is lax.</summary>
    public static (JsonPathNode Root, bool IsLax) Parse(string text)
    {
        var parser = new JsonPathParser(text);
        if (parser._token.Kind == JsonPathTokenKind.End)
            throw new SqlException(SqlState.InvalidTextRepresentation, $"invalid input syntax for type jsonpath: \"{text}\"");
        bool isLax = true;
        if (parser.IsWord("strict"))
        {
            isLax = false;
            parser.Advance();
        }
        else if (parser.IsWord("lax"))
        {
            parser.Advance();
        }

        JsonPathNode root = parser.ParseOr();
        if (parser._token.Kind != JsonPathTokenKind.End)
            throw parser.Unexpected();
        return parser._misplaced is null ? (root, isLax) : throw parser._misplaced;
    }

    private void Advance()
    {
        if (_malformed is not null)
            throw _malformed;
        _token = _ahead;
        Look();
    }

    private SqlException Unexpected() => JsonPathLexer.SyntaxError("syntax error", _token.Source);

    private bool Is(string symbol) => _token.Kind == JsonPathTokenKind.Symbol && _token.Text == symbol;

    /// <summary>A key word; true, false and null only in lower case.</summary>
    private bool IsWord(string word) => _token.Kind == JsonPathTokenKind.Identifier
        && _token.Text.Equals(word, word is "true" or "false" or "null" ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    private bool TryTake(string symbol)
    {
        if (!Is(symbol))
            return false;
        Advance();
        return true;
    }

    private void Expect(string symbol)
    {
        if (!TryTake(symbol))
            throw Unexpected();
    }

    private void ExpectWord(string word)
    {
        if (!IsWord(word))
            throw Unexpected();
        Advance();
    }

    private JsonPathNode RequirePredicate(JsonPathNode node) => node.IsPredicate ? node : throw Unexpected();

    private JsonPathNode RequireValue(JsonPathNode node) => node.IsPredicate ? throw Unexpected() : node;

    private JsonPathNode ParseOr()
    {
        DepthGuard.Check();
        JsonPathNode left = ParseAnd();
        while (Is("||"))
        {
            RequirePredicate(left);
            Advance();
            left = new JsonPathNode(JsonPathKind.Or) { Left = left, Right = RequirePredicate(ParseAnd()) };
        }

        return left;
    }

    private JsonPathNode ParseAnd()
    {
        JsonPathNode left = ParseComparison();
        while (Is("&&"))
        {
            RequirePredicate(left);
            Advance();
            left = new JsonPathNode(JsonPathKind.And) { Left = left, Right = RequirePredicate(ParseComparison()) };
        }

        return left;
    }

    private JsonPathNode ParseComparison()
    {
        if (TryTake("!"))
        {
            JsonPathNode operand = IsWord("exists") ? ParseExists() : Is("(") ? ParsePrimary() : throw Unexpected();
            return new JsonPathNode(JsonPathKind.Not) { Left = RequirePredicate(operand) };
        }

        if (IsWord("exists") && _ahead is { Kind: JsonPathTokenKind.Symbol, Text: "(" })
            return ParseExists();
        JsonPathNode left = ParseAdditive();
        if (left.IsPredicate)
            return left;
        if (IsWord("starts"))
        {
            Advance();
            ExpectWord("with");
            JsonPathNode prefix = _token.Kind switch
            {
                JsonPathTokenKind.String => new JsonPathNode(JsonPathKind.String) { Text = _token.Text },
                JsonPathTokenKind.Variable => new JsonPathNode(JsonPathKind.Variable) { Text = _token.Text },
                _ => throw Unexpected(),
            };
            Advance();
            return new JsonPathNode(JsonPathKind.StartsWith) { Left = left, Right = prefix };
        }

        if (IsWord("like_regex"))
            return ParseLikeRegex(left);
        JsonPathKind? comparison = _token.Kind != JsonPathTokenKind.Symbol ? null : _token.Text switch
        {
            "==" => JsonPathKind.Equal,
            "!=" or "<>" => JsonPathKind.NotEqual,
            "<" => JsonPathKind.Less,
            ">" => JsonPathKind.Greater,
            "<=" => JsonPathKind.LessOrEqual,
            ">=" => JsonPathKind.GreaterOrEqual,
            _ => null,
        };
        if (comparison is not { } kind)
            return left;
        Advance();
        return new JsonPathNode(kind) { Left = left, Right = RequireValue(ParseAdditive()) };
    }

    private JsonPathNode ParseExists()
    {
        Advance();
        Expect("(");
        JsonPathNode operand = RequireValue(ParseOr());
        Expect(")");
        return new JsonPathNode(JsonPathKind.Exists) { Left = operand };
    }

    private JsonPathNode ParseLikeRegex(JsonPathNode left)
    {
        Advance();
        if (_token.Kind != JsonPathTokenKind.String)
            throw Unexpected();
        string pattern = _token.Text;
        Advance();
        string given = "";
        if (IsWord("flag"))
        {
            Advance();
            if (_token.Kind != JsonPathTokenKind.String)
                throw Unexpected();
            given = _token.Text;
            Advance();
        }

        foreach (char flag in given)
        {
            if (flag is not ('i' or 's' or 'm' or 'x' or 'q'))
                throw new SqlException(SqlState.SyntaxError, "invalid input syntax for type jsonpath") { Detail = $"Unrecognized flag character \"{flag}\" in LIKE_REGEX predicate." };
        }

        var flags = new StringBuilder();
        foreach (char flag in "ismxq")
        {
            if (given.Contains(flag, StringComparison.Ordinal))
                flags.Append(flag);
        }

        string canonical = flags.ToString();
        return new JsonPathNode(JsonPathKind.LikeRegex) { Left = left, Text = pattern, Flags = canonical, Cache = CompilePattern(pattern, canonical) };
    }

    /// <summary>XQuery's flags in PostgreSQL's letters: without s a dot does not match a newline, with m the anchors match at lines.</summary>
    private static PgRegex CompilePattern(string pattern, string flags)
    {
        bool literal = flags.Contains('q', StringComparison.Ordinal);
        if (flags.Contains('x', StringComparison.Ordinal) && !literal)
            throw new SqlException(SqlState.FeatureNotSupported, "XQuery \"x\" flag (expanded regular expressions) is not implemented");
        string options = flags.Contains('i', StringComparison.Ordinal) ? "i" : "";
        if (literal)
        {
            options += "q";
        }
        else
        {
            bool dotAll = flags.Contains('s', StringComparison.Ordinal), multiline = flags.Contains('m', StringComparison.Ordinal);
            options += dotAll ? (multiline ? "w" : "s") : (multiline ? "n" : "p");
        }

        return PgRegex.Compile(Encoding.UTF8.GetBytes(pattern), options);
    }

    private JsonPathNode ParseAdditive()
    {
        JsonPathNode left = ParseMultiplicative();
        while (Is("+") || Is("-"))
        {
            RequireValue(left);
            JsonPathKind kind = Is("+") ? JsonPathKind.Add : JsonPathKind.Subtract;
            Advance();
            left = new JsonPathNode(kind) { Left = left, Right = RequireValue(ParseMultiplicative()) };
        }

        return left;
    }

    private JsonPathNode ParseMultiplicative()
    {
        JsonPathNode left = ParseUnary();
        while (Is("*") || Is("/") || Is("%"))
        {
            RequireValue(left);
            JsonPathKind kind = Is("*") ? JsonPathKind.Multiply : Is("/") ? JsonPathKind.Divide : JsonPathKind.Modulo;
            Advance();
            left = new JsonPathNode(kind) { Left = left, Right = RequireValue(ParseUnary()) };
        }

        return left;
    }

    private JsonPathNode ParseUnary()
    {
        DepthGuard.Check();
        if (!Is("+") && !Is("-"))
            return ParsePrimary();
        bool isMinus = Is("-");
        Advance();
        JsonPathNode operand = RequireValue(ParseUnary());
        if (operand is { Kind: JsonPathKind.Number, Next: null })
            return isMinus ? new JsonPathNode(JsonPathKind.Number) { Number = NumericMath.Negate(operand.Number) } : operand;
        return new JsonPathNode(isMinus ? JsonPathKind.Minus : JsonPathKind.Plus) { Left = operand };
    }

    /// <summary>An operand and its accessors.</summary>
    private JsonPathNode ParsePrimary()
    {
        JsonPathNode head;
        if (TryTake("("))
        {
            head = ParseOr();
            Expect(")");
            if (head.IsPredicate && IsWord("is"))
            {
                Advance();
                ExpectWord("unknown");
                return new JsonPathNode(JsonPathKind.IsUnknown) { Left = head };
            }
        }
        else
        {
            head = ParseOperand();
        }

        JsonPathNode tail = head;
        while (tail.Next is not null)
            tail = tail.Next;
        while (ParseAccessor() is { } accessor)
        {
            tail.Next = accessor;
            tail = accessor;
        }

        return head;
    }

    private JsonPathNode ParseOperand()
    {
        JsonPathNode node;
        switch (_token.Kind)
        {
            case JsonPathTokenKind.String:
                node = new JsonPathNode(JsonPathKind.String) { Text = _token.Text };
                break;
            case JsonPathTokenKind.Variable:
                node = new JsonPathNode(JsonPathKind.Variable) { Text = _token.Text };
                break;
            case JsonPathTokenKind.Number or JsonPathTokenKind.Integer:
                node = new JsonPathNode(JsonPathKind.Number) { Number = NumberText.ParseNumeric(Encoding.UTF8.GetBytes(_token.Text)) };
                break;
            case JsonPathTokenKind.Symbol when _token.Text == "$":
                node = new JsonPathNode(JsonPathKind.Root);
                break;
            case JsonPathTokenKind.Symbol when _token.Text == "@":
                if (_filterDepth == 0)
                    _misplaced ??= new SqlException(SqlState.SyntaxError, "@ is not allowed in root expressions");
                node = new JsonPathNode(JsonPathKind.Current);
                break;
            case JsonPathTokenKind.Identifier when IsWord("null"):
                node = new JsonPathNode(JsonPathKind.Null);
                break;
            case JsonPathTokenKind.Identifier when IsWord("true") || IsWord("false"):
                node = new JsonPathNode(JsonPathKind.Boolean) { Boolean = IsWord("true") };
                break;
            case JsonPathTokenKind.Identifier when IsWord("last"):
                if (_subscriptDepth == 0)
                    _misplaced ??= new SqlException(SqlState.SyntaxError, "LAST is allowed only in array subscripts");
                node = new JsonPathNode(JsonPathKind.Last);
                break;
            default:
                throw Unexpected();
        }

        Advance();
        return node;
    }

    private JsonPathNode? ParseAccessor()
    {
        if (TryTake("["))
            return ParseSubscripts();
        if (TryTake("?"))
        {
            Expect("(");
            _filterDepth++;
            JsonPathNode condition = RequirePredicate(ParseOr());
            _filterDepth--;
            Expect(")");
            return new JsonPathNode(JsonPathKind.Filter) { Left = condition };
        }

        if (!TryTake("."))
            return null;
        if (TryTake("*"))
            return new JsonPathNode(JsonPathKind.AnyKey);
        if (TryTake("**"))
            return ParseLevels();
        if (_token.Kind == JsonPathTokenKind.String || (_token.Kind == JsonPathTokenKind.Identifier && _ahead is not { Kind: JsonPathTokenKind.Symbol, Text: "(" }))
        {
            var key = new JsonPathNode(JsonPathKind.Key) { Text = _token.Text };
            Advance();
            return key;
        }

        return ParseMethod();
    }

    private JsonPathNode ParseMethod()
    {
        if (_token.Kind != JsonPathTokenKind.Identifier)
            throw Unexpected();
        string name = _token.Text.ToLowerInvariant();
        bool isKnown = name is "type" or "size" or "abs" or "floor" or "ceiling" or "double" or "keyvalue" or "datetime";
        Advance();
        if (!isKnown)
            throw Unexpected();
        Expect("(");
        JsonPathNode? argument = null;
        if (name == "datetime" && _token.Kind == JsonPathTokenKind.String)
        {
            argument = new JsonPathNode(JsonPathKind.String) { Text = _token.Text };
            Advance();
        }

        Expect(")");
        return new JsonPathNode(JsonPathKind.Method) { Text = name, Left = argument };
    }

    private JsonPathNode ParseSubscripts()
    {
        if (Is("*") && _ahead is { Kind: JsonPathTokenKind.Symbol, Text: "]" })
        {
            Advance();
            Advance();
            return new JsonPathNode(JsonPathKind.AnyArray);
        }

        _subscriptDepth++;
        var list = new List<(JsonPathNode, JsonPathNode?)>();
        do
        {
            JsonPathNode from = RequireValue(ParseAdditive());
            JsonPathNode? to = null;
            if (IsWord("to"))
            {
                Advance();
                to = RequireValue(ParseAdditive());
            }

            list.Add((from, to));
        }
        while (TryTake(","));
        _subscriptDepth--;
        Expect("]");
        return new JsonPathNode(JsonPathKind.Subscripts) { Subscripts = list };
    }

    private JsonPathNode ParseLevels()
    {
        if (!TryTake("{"))
            return new JsonPathNode(JsonPathKind.AnyLevels) { FirstLevel = 0, LastOfLevels = JsonPathNode.LastLevel };
        uint first = ParseLevel(), last = first;
        if (IsWord("to"))
        {
            Advance();
            last = ParseLevel();
        }

        Expect("}");
        return new JsonPathNode(JsonPathKind.AnyLevels) { FirstLevel = first, LastOfLevels = last };
    }

    private uint ParseLevel()
    {
        uint level;
        if (IsWord("last"))
            level = JsonPathNode.LastLevel;
        else if (_token.Kind != JsonPathTokenKind.Integer || !uint.TryParse(_token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out level))
            throw Unexpected();
        Advance();
        return level;
    }
}
