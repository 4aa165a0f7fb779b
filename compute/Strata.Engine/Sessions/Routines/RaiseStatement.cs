using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Routines;

/// <summary>
/// A RAISE of an anonymous block: <c>RAISE [level] 'format' [, value …] [USING option = value, …]</c>, with a condition's name or SQLSTATE in place of the format, or with nothing: what the handler got, once more. Immutable.
/// </summary>
internal sealed class RaiseStatement
{
    private static readonly string[] s_options = ["message", "detail", "hint", "errcode", "column", "constraint", "datatype", "table", "schema"];

    private readonly string _level;
    private readonly int _line;
    private readonly string? _format;
    private readonly string? _condition;
    private readonly List<string> _values = [];
    private readonly List<(string Option, string Value)> _options = [];

    /// <summary>Reads the rest of a RAISE, behind the word and to its semicolon. Throws 42601, 42704.</summary>
    public RaiseStatement(BlockScanner block)
    {
        _line = block.Line;
        _level = block.Peek() is "debug" or "log" or "info" or "notice" or "warning" or "exception" ? block.Peek() : "exception";
        block.Accept(_level);
        var scanner = new BlockScanner(block.Until(null));
        if (scanner.TryString(out string? format))
        {
            _format = format;
            while (scanner.Accept(','))
                _values.Add(scanner.Part("using"));
        }
        else if (scanner.Accept("sqlstate"))
        {
            _condition = scanner.TryString(out string? state) ? state.Trim('\'') : throw scanner.Unexpected();
        }
        else if (!scanner.IsAtEnd && scanner.Peek() != "using")
        {
            string name = scanner.Peek();
            scanner.Expect(name);
            _condition = BlockConditions.StateOf(name, Compiling);
            ConditionName = name;
        }

        if (scanner.Accept("using"))
            ReadOptions(scanner);
        if (!scanner.IsAtEnd)
            throw scanner.Unexpected();
        IsRepeat = _format is null && _condition is null && _options.Count == 0;
    }

    private string? ConditionName { get; }

    /// <summary>RAISE alone.</summary>
    public bool IsRepeat { get; }

    private void ReadOptions(BlockScanner scanner)
    {
        do
        {
            string option = scanner.Peek();
            if (!s_options.Contains(option))
                throw new SqlException(SqlState.SyntaxError, $"unrecognized RAISE statement option at or near \"{option}\"");
            scanner.Expect(option);
            if (!scanner.Accept('='))
            {
                scanner.Expect(':');
                scanner.Expect('=');
            }

            _options.Add((option, scanner.Part(null)));
        }
        while (scanner.Accept(','));
    }

    /// <summary>Sends the message, or throws it when its level is EXCEPTION. <paramref name="evaluate"/> gives the text of an expression's value.</summary>
    public void Run(SessionContext context, Func<string, string?> evaluate)
    {
        string? message = _format is null ? null : Filled(evaluate(_format) ?? "", evaluate);
        string? state = _condition;
        var fields = new Dictionary<string, string?>();
        foreach ((string option, string expression) in _options)
        {
            if (fields.ContainsKey(option) || (option == "message" && message is not null) || (option == "errcode" && _condition is not null))
                throw new SqlException(SqlState.SyntaxError, $"RAISE option already specified: {option.ToUpperInvariant()}") { Where = Where };
            fields[option] = evaluate(expression)
                ?? throw new SqlException(SqlState.NullValueNotAllowed, "RAISE statement option cannot be null") { Where = Where };
        }

        message ??= fields.GetValueOrDefault("message");
        if (fields.GetValueOrDefault("errcode") is { } code)
            state = BlockConditions.StateOf(code, Where);
        Send(context, message ?? ConditionName ?? state ?? "P0001", state, fields);
    }

    /// <summary>What a RAISE alone raises where no handler runs.</summary>
    public SqlException NoHandler() => new(SqlState.NoActiveHandler, "RAISE without parameters cannot be used outside an exception handler") { Where = Where };

    private string Compiling => $"compilation of PL/pgSQL function \"inline_code_block\" near line {_line}";

    private string Where => $"PL/pgSQL function inline_code_block line {_line} at RAISE";

    private void Send(SessionContext context, string message, string? state, Dictionary<string, string?> fields)
    {
        var raised = new SqlException(state is null ? SqlState.PlPgSqlRaise : new SqlState(state), message)
        {
            Detail = fields.GetValueOrDefault("detail"),
            Hint = fields.GetValueOrDefault("hint"),
            ColumnName = fields.GetValueOrDefault("column"),
            ConstraintName = fields.GetValueOrDefault("constraint"),
            DataTypeName = fields.GetValueOrDefault("datatype"),
            TableName = fields.GetValueOrDefault("table"),
            SchemaName = fields.GetValueOrDefault("schema"),
            Where = Where,
        };
        if (_level == "exception")
            throw raised;
        context.Notice(Diagnostics.From(raised, "", CancelReason.User) with
        {
            Severity = _level == "debug" ? "DEBUG1" : _level.ToUpperInvariant(),
            SqlState = state ?? (_level == "warning" ? SqlState.Warning.Code : SqlState.SuccessfulCompletion.Code),
        });
    }

    // % stands for the next value, %% for itself. Values are written as their types' output functions write them.
    private string Filled(string format, Func<string, string?> evaluate)
    {
        var text = new System.Text.StringBuilder();
        int next = 0;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
            }
            else if (i + 1 < format.Length && format[i + 1] == '%')
            {
                text.Append('%');
                i++;
            }
            else if (next == _values.Count)
            {
                throw WrongCount("few");
            }
            else
            {
                text.Append(evaluate(_values[next++]) ?? "<NULL>");
            }
        }

        return next == _values.Count ? text.ToString() : throw WrongCount("many");
    }

    private SqlException WrongCount(string word) => new(SqlState.SyntaxError, $"too {word} parameters specified for RAISE") { Where = Compiling };
}
