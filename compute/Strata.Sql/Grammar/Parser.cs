using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>
/// The token cursor that the grammar's static classes share: look-ahead, consumption, names and errors.
/// One per thread, reused; not re-entrant.
/// </summary>
internal sealed class Parser
{
    /// <summary>
    /// Deepest nesting of the tree's recursive constructs. The stack check guards the parser itself; this limit also
    /// keeps trees walkable for passes whose frames are larger.
    /// </summary>
    public const int MaxDepth = 10_000;

    /// <summary>
    /// Longest chain of operators, set operations or joins that nest to the left. They are parsed by loops, but every pass over
    /// the tree recurses into them; PostgreSQL fails at about this length too.
    /// </summary>
    public const int MaxChain = 5_000;

    private readonly Lexer _lexer = new();
    private Token[] _tokens = [];
    private int _last;
    private int _index;
    private int _blamed;
    private int _depth;

    /// <summary>The text being parsed.</summary>
    public string Sql { get; private set; } = "";

    /// <summary>Settings of this parse.</summary>
    public ParserOptions Options { get; private set; } = ParserOptions.Default;

    /// <summary>Kind of the current token.</summary>
    public TokenKind Kind => _tokens[_index].Kind;

    /// <summary>Key word of the current token, or None.</summary>
    public Keyword Keyword => _tokens[_index].Keyword;

    /// <summary>Offset of the current token.</summary>
    public int Position => _tokens[_index].Start;

    /// <summary>End offset of the token before the current one.</summary>
    public int PreviousEnd => _index == 0 ? 0 : _tokens[_index - 1].End;

    /// <summary>Index of the current token, for <see cref="Rewind"/>.</summary>
    public int Mark => _index;

    /// <summary>Starts on a text.</summary>
    public void Start(string sql, ParserOptions options)
    {
        Sql = sql;
        Options = options;
        _lexer.Run(sql, options);
        _tokens = _lexer.Tokens;
        _last = _lexer.Count - 1;
        _index = 0;
        _blamed = -1;
        _depth = 0;
        ThrowIfError();
    }

    /// <summary>Drops references to the text.</summary>
    public void Finish()
    {
        _lexer.Release();
        _tokens = [];
        Sql = "";
        Options = ParserOptions.Default;
    }

    /// <summary>Kind of the token <paramref name="ahead"/> after the current one.</summary>
    public TokenKind PeekKind(int ahead = 1) => _tokens[Math.Min(_index + ahead, _last)].Kind;

    /// <summary>Key word of the token <paramref name="ahead"/> after the current one.</summary>
    public Keyword PeekKeyword(int ahead = 1) => _tokens[Math.Min(_index + ahead, _last)].Keyword;

    /// <summary>True if the current token is the key word.</summary>
    public bool Is(Keyword keyword) => _tokens[_index].Keyword == keyword;

    /// <summary>True if the current tokens are the two key words.</summary>
    public bool Is(Keyword first, Keyword second) => Is(first) && PeekKeyword() == second;

    /// <summary>True if the current token is of the kind.</summary>
    public bool Is(TokenKind kind) => _tokens[_index].Kind == kind;

    /// <summary>Goes to the next token; raises the scanner's error once it is reached.</summary>
    public void Advance()
    {
        if (_index < _last)
        {
            _index++;
        }

        if (_tokens[_index].Kind == TokenKind.Error)
        {
            ThrowIfError();
        }
    }

    /// <summary>Goes back to a token seen before.</summary>
    public void Rewind(int mark) => _index = mark;

    /// <summary>Consumes the key word if it is next.</summary>
    public bool Accept(Keyword keyword)
    {
        if (!Is(keyword))
        {
            return false;
        }

        Advance();
        return true;
    }

    /// <summary>Consumes the two key words if both are next.</summary>
    public bool Accept(Keyword first, Keyword second)
    {
        if (!Is(first, second))
        {
            return false;
        }

        Advance();
        Advance();
        return true;
    }

    /// <summary>Consumes the token if it is next.</summary>
    public bool Accept(TokenKind kind)
    {
        if (!Is(kind))
        {
            return false;
        }

        Advance();
        return true;
    }

    /// <summary>Consumes the key word or raises a syntax error.</summary>
    public void Expect(Keyword keyword)
    {
        if (!Is(keyword))
        {
            throw SyntaxError();
        }

        Advance();
    }

    /// <summary>Consumes the two key words or raises a syntax error.</summary>
    public void Expect(Keyword first, Keyword second)
    {
        Expect(first);
        Expect(second);
    }

    /// <summary>Consumes the token or raises a syntax error.</summary>
    public void Expect(TokenKind kind)
    {
        if (!Is(kind))
        {
            throw SyntaxError();
        }

        Advance();
    }

    /// <summary><c>syntax error at or near …</c> for the current token.</summary>
    public SqlSyntaxException SyntaxError() => SyntaxErrorAt(_index == _blamed ? Math.Min(_index + 1, _last) : _index);

    /// <summary>
    /// Says that the current token would be right if another followed it: a syntax error here is reported at the token after it.
    /// </summary>
    public void BlameNextToken() => _blamed = _index;

    /// <summary>A message that ends in <c>at or near …</c> for the current token.</summary>
    public SqlSyntaxException NearError(string message) =>
        SyntaxErrors.Near(Sql, message, _tokens[_index].Start, _tokens[_index].End);

    /// <summary>An error with its own message at an offset.</summary>
    public SqlSyntaxException Error(string message, int offset, string sqlState = SqlStates.SyntaxError, string? detail = null, string? hint = null) =>
        SyntaxErrors.At(Sql, sqlState, message, offset, detail, hint);

    /// <summary>Enters a recursive construct; every call is paired with <see cref="Leave"/> unless an error ends the parse.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            ThrowTooDeep();
        }
    }

    /// <summary>Counts one more link of a chain that nests to the left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLink(ref int links)
    {
        if (++links > MaxChain)
        {
            ThrowTooDeep();
        }
    }

    /// <summary>Leaves a recursive construct.</summary>
    public void Leave() => _depth--;

    // ---- Values of tokens ----

    /// <summary>Text of an identifier or key word token, as a name.</summary>
    public string NameText()
    {
        ref Token token = ref _tokens[_index];
        if (token.Keyword != Keyword.None)
        {
            return Keywords.Text(token.Keyword);
        }

        return token.ValueIndex >= 0 ? _lexer.Values[token.ValueIndex] : IdentifierPool.Fold(Slice(token));
    }

    /// <summary>Value of the current string token.</summary>
    public string StringText()
    {
        ref Token token = ref _tokens[_index];
        return token.ValueIndex >= 0 ? _lexer.Values[token.ValueIndex] : Sql.Substring(token.Start + 1, token.End - token.Start - 2);
    }

    /// <summary>Source text of the current token.</summary>
    public ReadOnlySpan<char> TokenText() => Slice(_tokens[_index]);

    /// <summary>True if the current token is an unquoted or quoted identifier, not a key word.</summary>
    public bool IsIdentifier() => Kind is TokenKind.Identifier or TokenKind.QuotedIdentifier;

    /// <summary>True if the token may be a column or table name (ColId).</summary>
    public bool IsColumnId(int ahead = 0)
    {
        ref Token token = ref _tokens[Math.Min(_index + ahead, _last)];
        return token.Kind switch
        {
            TokenKind.Identifier or TokenKind.QuotedIdentifier => true,
            TokenKind.Keyword => Keywords.Category(token.Keyword) is KeywordCategory.Unreserved or KeywordCategory.ColumnName && !IsNullsOrder(ahead),
            _ => false,
        };
    }

    /// <summary>True if the token may be a function or type name (type_function_name).</summary>
    public bool IsTypeOrFunctionName(int ahead = 0)
    {
        ref Token token = ref _tokens[Math.Min(_index + ahead, _last)];
        return token.Kind switch
        {
            TokenKind.Identifier or TokenKind.QuotedIdentifier => true,
            TokenKind.Keyword => Keywords.Category(token.Keyword) is KeywordCategory.Unreserved or KeywordCategory.TypeOrFunctionName && !IsNullsOrder(ahead),
            _ => false,
        };
    }

    /// <summary>True if the token is a word that is not reserved (NonReservedWord).</summary>
    public bool IsNonReservedWord(int ahead = 0)
    {
        ref Token token = ref _tokens[Math.Min(_index + ahead, _last)];
        return token.Kind switch
        {
            TokenKind.Identifier or TokenKind.QuotedIdentifier => true,
            TokenKind.Keyword => Keywords.Category(token.Keyword) != KeywordCategory.Reserved && !IsNullsOrder(ahead),
            _ => false,
        };
    }

    /// <summary>True if the token is any word (ColLabel).</summary>
    public bool IsColumnLabel(int ahead = 0) => PeekKind(ahead) is TokenKind.Identifier or TokenKind.QuotedIdentifier or TokenKind.Keyword;

    /// <summary>True if the token may label a column without AS (BareColLabel).</summary>
    public bool IsBareColumnLabel() =>
        Kind is TokenKind.Identifier or TokenKind.QuotedIdentifier || (Kind == TokenKind.Keyword && Keywords.IsBareLabel(Keyword) && !IsNullsOrder(0));

    /// <summary>Consumes a ColId.</summary>
    public string ColumnId() => IsColumnId() ? TakeName() : throw SyntaxError();

    /// <summary>Consumes a ColLabel.</summary>
    public string ColumnLabel() => IsColumnLabel() && !IsNegatedOperator() && !IsNullsOrder(0) ? TakeName() : throw SyntaxError();

    /// <summary>Consumes a type_function_name.</summary>
    public string TypeOrFunctionName() => IsTypeOrFunctionName() ? TakeName() : throw SyntaxError();

    /// <summary>Consumes a NonReservedWord.</summary>
    public string NonReservedWord() => IsNonReservedWord() ? TakeName() : throw SyntaxError();

    /// <summary>Consumes a string constant.</summary>
    public string StringConstant()
    {
        if (Kind != TokenKind.String)
        {
            throw SyntaxError();
        }

        string text = StringText();
        Advance();
        return text;
    }

    /// <summary>Consumes a NonReservedWord or a string constant.</summary>
    public string NonReservedWordOrString() => Is(TokenKind.String) ? StringConstant() : NonReservedWord();

    /// <summary>True if the current token is an integer constant that fits 32 bits (ICONST).</summary>
    public bool IsInteger(out int value)
    {
        value = 0;
        return Kind == TokenKind.Integer && int.TryParse(TokenText(), NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Consumes an ICONST.</summary>
    public int IntegerConstant()
    {
        if (!IsInteger(out int value))
        {
            throw SyntaxError();
        }

        Advance();
        return value;
    }

    /// <summary>Consumes an optionally signed ICONST.</summary>
    public int SignedInteger()
    {
        bool isNegative = Accept(TokenKind.Minus);
        if (!isNegative)
        {
            Accept(TokenKind.Plus);
        }

        int value = IntegerConstant();
        return isNegative ? -value : value;
    }

    /// <summary>Consumes the words of a name that the caller has checked.</summary>
    public string TakeName()
    {
        string text = NameText();
        Advance();
        return text;
    }

    /// <summary>True if the current token is an identifier spelled so (not a key word of the grammar).</summary>
    public bool IsWord(string word) => Kind == TokenKind.Identifier && TokenText().Equals(word, StringComparison.OrdinalIgnoreCase);

    // ---- Names ----

    /// <summary>Consumes <c>name, …</c>.</summary>
    public SyntaxList<string> NameList()
    {
        var names = new ListBuilder<string>();
        do
        {
            names.Add(ColumnId());
        }
        while (Accept(TokenKind.Comma));
        return names.ToList();
    }

    /// <summary>Consumes <c>(name, …)</c> if a parenthesis is next.</summary>
    public SyntaxList<string> OptionalColumnList()
    {
        if (!Accept(TokenKind.LeftParen))
        {
            return default;
        }

        SyntaxList<string> names = NameList();
        Expect(TokenKind.RightParen);
        return names;
    }

    /// <summary>Consumes an any_name: ColId followed by dotted labels.</summary>
    public QualifiedName AnyName()
    {
        int position = Position;
        string first = ColumnId();
        return Is(TokenKind.Dot) ? new QualifiedName(DottedRest(first), position) : new QualifiedName([first], position);
    }

    /// <summary>Consumes any_name, ….</summary>
    public SyntaxList<QualifiedName> AnyNameList()
    {
        var names = new ListBuilder<QualifiedName>();
        do
        {
            names.Add(AnyName());
        }
        while (Accept(TokenKind.Comma));
        return names.ToList();
    }

    /// <summary>Consumes a func_name: a type_function_name, or a ColId followed by dotted labels.</summary>
    public QualifiedName FunctionName()
    {
        int position = Position;
        if (IsColumnId() && (PeekKind() == TokenKind.Dot || !IsTypeOrFunctionName()))
        {
            string first = TakeName();
            return Is(TokenKind.Dot) ? new QualifiedName(DottedRest(first), position) : throw SyntaxError();
        }

        return new QualifiedName([TypeOrFunctionName()], position);
    }

    /// <summary>Consumes a qualified_name as a relation.</summary>
    public RelationName RelationName()
    {
        int position = Position;
        string first = ColumnId();
        if (!Is(TokenKind.Dot))
        {
            return new RelationName(null, null, first, position);
        }

        return ToRelationName(new QualifiedName(DottedRest(first), position));
    }

    /// <summary>A relation from name parts; more than three are an error.</summary>
    public RelationName ToRelationName(QualifiedName name)
    {
        SyntaxList<string> parts = name.Parts;
        return parts.Count switch
        {
            1 => new RelationName(null, null, parts[0], name.Position),
            2 => new RelationName(null, parts[0], parts[1], name.Position),
            3 => new RelationName(parts[0], parts[1], parts[2], name.Position),
            _ => throw Error($"improper qualified name (too many dotted names): {name}", name.Position),
        };
    }

    /// <summary>Consumes relation, ….</summary>
    public SyntaxList<RelationName> RelationNameList()
    {
        var names = new ListBuilder<RelationName>();
        do
        {
            names.Add(RelationName());
        }
        while (Accept(TokenKind.Comma));
        return names.ToList();
    }

    /// <summary>Consumes a relation_expr: name, <c>name *</c>, <c>ONLY name</c> or <c>ONLY (name)</c>.</summary>
    public RelationName RelationExpression()
    {
        if (Accept(Keyword.Only))
        {
            RelationName only;
            if (Accept(TokenKind.LeftParen))
            {
                only = RelationName();
                Expect(TokenKind.RightParen);
            }
            else
            {
                only = RelationName();
            }

            return only with { IncludeDescendants = false };
        }

        RelationName name = RelationName();
        Accept(TokenKind.Star);
        return name;
    }

    /// <summary>Consumes a RoleSpec.</summary>
    public RoleReference Role()
    {
        int position = Position;
        switch (Keyword)
        {
            case Keyword.CurrentRole:
                Advance();
                return new RoleReference(RoleKind.CurrentRole, null, position);
            case Keyword.CurrentUser:
                Advance();
                return new RoleReference(RoleKind.CurrentUser, null, position);
            case Keyword.SessionUser:
                Advance();
                return new RoleReference(RoleKind.SessionUser, null, position);
        }

        string name = NonReservedWord();
        return name switch
        {
            "public" => new RoleReference(RoleKind.Public, null, position),
            "none" => throw Error("role name \"none\" is reserved", position, SqlStates.ReservedName),
            _ => new RoleReference(RoleKind.Named, name, position),
        };
    }

    /// <summary>Consumes role, ….</summary>
    public SyntaxList<RoleReference> RoleList()
    {
        var roles = new ListBuilder<RoleReference>();
        do
        {
            roles.Add(Role());
        }
        while (Accept(TokenKind.Comma));
        return roles.ToList();
    }

    /// <summary>Consumes a RoleId: a role name that is no keyword role.</summary>
    public string RoleId()
    {
        RoleReference role = Role();
        return role.Kind switch
        {
            RoleKind.Named => role.Name!,
            RoleKind.Public => throw Error("role name \"public\" is reserved", role.Position, SqlStates.ReservedName),
            RoleKind.SessionUser => throw Error("SESSION_USER cannot be used as a role name here", role.Position, SqlStates.ReservedName),
            RoleKind.CurrentUser => throw Error("CURRENT_USER cannot be used as a role name here", role.Position, SqlStates.ReservedName),
            _ => throw Error("CURRENT_ROLE cannot be used as a role name here", role.Position, SqlStates.ReservedName),
        };
    }

    // ---- Small clauses many statements share ----

    /// <summary>Consumes IF NOT EXISTS.</summary>
    public bool AcceptIfNotExists()
    {
        if (!Is(Keyword.If, Keyword.Not))
        {
            return false;
        }

        Advance();
        Advance();
        Expect(Keyword.Exists);
        return true;
    }

    /// <summary>Consumes IF EXISTS.</summary>
    public bool AcceptIfExists() => Accept(Keyword.If, Keyword.Exists);

    /// <summary>Consumes CASCADE or RESTRICT.</summary>
    public DropBehavior DropBehavior()
    {
        if (Accept(Keyword.Cascade))
        {
            return Syntax.DropBehavior.Cascade;
        }

        Accept(Keyword.Restrict);
        return Syntax.DropBehavior.Restrict;
    }

    private SyntaxList<string> DottedRest(string first)
    {
        var parts = new ListBuilder<string>();
        parts.Add(first);
        while (Accept(TokenKind.Dot))
        {
            parts.Add(ColumnLabel());
        }

        return parts.ToList();
    }

    /// <summary>NOT before BETWEEN, IN and the like is one token of the grammar, which is no label.</summary>
    /// <summary>NULLS before FIRST or LAST is never a name.</summary>
    private bool IsNullsOrder(int ahead) =>
        _tokens[Math.Min(_index + ahead, _last)].Keyword == Keyword.Nulls && PeekKind(ahead) == TokenKind.Keyword && PeekKeyword(ahead + 1) is Keyword.First or Keyword.Last;

    private bool IsNegatedOperator() =>
        Is(Keyword.Not) && PeekKeyword() is Keyword.Between or Keyword.In or Keyword.Like or Keyword.Ilike or Keyword.Similar;

    private ReadOnlySpan<char> Slice(in Token token) => Sql.AsSpan(token.Start, token.End - token.Start);

    private SqlSyntaxException SyntaxErrorAt(int index)
    {
        ref Token token = ref _tokens[index];
        return token.Kind == TokenKind.Error ? _lexer.Error! : SyntaxErrors.Near(Sql, "syntax error", token.Start, token.End);
    }

    private void ThrowIfError()
    {
        if (_tokens[_index].Kind == TokenKind.Error)
        {
            throw _lexer.Error!;
        }
    }

    [DoesNotReturn]
    private static void ThrowTooDeep() =>
        throw new SqlSyntaxException(
            SqlStates.StatementTooComplex,
            "stack depth limit exceeded",
            0,
            null,
            "Increase the configuration parameter \"max_stack_depth\" (currently 2048kB), after ensuring the platform's stack depth limit is adequate.");
}
