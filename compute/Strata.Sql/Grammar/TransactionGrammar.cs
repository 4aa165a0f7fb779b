using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Transaction control, SET, SHOW, RESET and LOCK.</summary>
internal static class TransactionGrammar
{
    /// <summary>Consumes BEGIN, START, COMMIT, END, ROLLBACK, ABORT, SAVEPOINT, RELEASE or PREPARE TRANSACTION.</summary>
    public static TransactionStatement Parse(Parser p)
    {
        int position = p.Position;
        Keyword keyword = p.Keyword;
        p.Advance();
        switch (keyword)
        {
            case Keyword.Begin:
                AcceptWork(p);
                return new TransactionStatement(TransactionKind.Begin, position) { Modes = ParseModes(p, isRequired: false) };
            case Keyword.Start:
                p.Expect(Keyword.Transaction);
                return new TransactionStatement(TransactionKind.Start, position) { Modes = ParseModes(p, isRequired: false) };
            case Keyword.Commit:
                if (p.Accept(Keyword.Prepared))
                {
                    return new TransactionStatement(TransactionKind.CommitPrepared, position) { GlobalId = p.StringConstant() };
                }

                AcceptWork(p);
                return new TransactionStatement(TransactionKind.Commit, position) { IsChain = ParseChain(p) };
            case Keyword.End:
                AcceptWork(p);
                return new TransactionStatement(TransactionKind.Commit, position) { IsChain = ParseChain(p) };
            case Keyword.Abort:
                AcceptWork(p);
                return new TransactionStatement(TransactionKind.Rollback, position) { IsChain = ParseChain(p) };
            case Keyword.Rollback:
                return ParseRollback(p, position);
            case Keyword.Savepoint:
                return new TransactionStatement(TransactionKind.Savepoint, position) { SavepointName = p.ColumnId() };
            case Keyword.Release:
                if (p.Is(Keyword.Savepoint) && p.IsColumnId(1))
                {
                    p.Advance();
                }

                return new TransactionStatement(TransactionKind.Release, position) { SavepointName = p.ColumnId() };
            default:
                p.Expect(Keyword.Transaction);
                return new TransactionStatement(TransactionKind.Prepare, position) { GlobalId = p.StringConstant() };
        }
    }

    /// <summary>Consumes SET (with CONSTRAINTS).</summary>
    public static Statement ParseSetStatement(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Set);
        if (p.Is(Keyword.Constraints) && (p.PeekKeyword() == Keyword.All || p.IsColumnId(1)))
        {
            p.Advance();
            SyntaxList<RelationName> names = p.Accept(Keyword.All) ? default : p.RelationNameList();
            bool isDeferred = p.Accept(Keyword.Deferred);
            if (!isDeferred)
            {
                p.Expect(Keyword.Immediate);
            }

            return new SetConstraintsStatement(names, isDeferred, position);
        }

        bool isLocal = false;
        if (p.Is(Keyword.Local) && !IsAssignment(p, 1))
        {
            p.Advance();
            isLocal = true;
        }
        else if (p.Is(Keyword.Session) && p.PeekKeyword() != Keyword.Authorization && !IsAssignment(p, 1))
        {
            p.Advance();
            if (p.Is(Keyword.Characteristics))
            {
                p.Advance();
                p.Expect(Keyword.As);
                p.Expect(Keyword.Transaction);
                return new SetStatement(SetKind.SessionCharacteristics, null, position) { Modes = ParseModes(p, isRequired: true) };
            }
        }

        if (p.Is(Keyword.Transaction) && !IsAssignment(p, 1))
        {
            p.Advance();
            if (p.Accept(Keyword.Snapshot))
            {
                int valuePosition = p.Position;
                return new SetStatement(SetKind.TransactionSnapshot, "TRANSACTION SNAPSHOT", position)
                {
                    Values = [new StringLiteral(p.StringConstant(), valuePosition)],
                    IsLocal = isLocal,
                };
            }

            return new SetStatement(SetKind.Transaction, null, position) { Modes = ParseModes(p, isRequired: true), IsLocal = isLocal };
        }

        return ParseSetting(p, position) with { IsLocal = isLocal };
    }

    /// <summary>Consumes what follows SET: set_rest_more.</summary>
    public static SetStatement ParseSetting(Parser p, int position)
    {
        switch (p.Keyword)
        {
            case Keyword.Time when p.PeekKeyword() == Keyword.Zone:
                p.Advance();
                p.Advance();
                return ParseTimeZone(p, position);
            case Keyword.Catalog when p.PeekKind() == TokenKind.String:
                throw p.Error("current database cannot be changed", PeekStart(p), SqlStates.FeatureNotSupported);
            case Keyword.Schema when p.PeekKind() == TokenKind.String:
                p.Advance();
                return OneString(p, "search_path", position);
            case Keyword.Names when !IsAssignment(p, 1):
                p.Advance();
                if (p.Is(TokenKind.String))
                {
                    return OneString(p, "client_encoding", position);
                }

                p.Accept(Keyword.Default);
                return new SetStatement(SetKind.Default, "client_encoding", position);
            case Keyword.Role when !IsAssignment(p, 1):
                {
                    p.Advance();
                    int valuePosition = p.Position;
                    return new SetStatement(SetKind.Value, "role", position)
                    {
                        Values = [new StringLiteral(p.NonReservedWordOrString(), valuePosition)],
                    };
                }

            case Keyword.Session when p.PeekKeyword() == Keyword.Authorization:
                {
                    p.Advance();
                    p.Advance();
                    if (p.Accept(Keyword.Default))
                    {
                        return new SetStatement(SetKind.Default, "session_authorization", position);
                    }

                    int valuePosition = p.Position;
                    return new SetStatement(SetKind.Value, "session_authorization", position)
                    {
                        Values = [new StringLiteral(p.NonReservedWordOrString(), valuePosition)],
                    };
                }

            case Keyword.Xml when p.PeekKeyword() == Keyword.Option:
                {
                    p.Advance();
                    p.Advance();
                    int valuePosition = p.Position;
                    string option = p.Is(Keyword.Document) ? "DOCUMENT" : "CONTENT";
                    if (!p.Accept(Keyword.Document))
                    {
                        p.Expect(Keyword.Content);
                    }

                    return new SetStatement(SetKind.Value, "xmloption", position) { Values = [new StringLiteral(option, valuePosition)] };
                }
        }

        string name = ParseSettingName(p);
        if (p.Accept(Keyword.From))
        {
            p.Expect(Keyword.Current);
            return new SetStatement(SetKind.FromCurrent, name, position);
        }

        if (!p.Accept(Keyword.To))
        {
            p.Expect(TokenKind.Equal);
        }

        if (p.Accept(Keyword.Default))
        {
            return new SetStatement(SetKind.Default, name, position);
        }

        return new SetStatement(SetKind.Value, name, position) { Values = ParseSettingValues(p) };
    }

    /// <summary>Consumes RESET.</summary>
    public static SetStatement ParseReset(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Reset);
        if (p.Accept(Keyword.All))
        {
            return new SetStatement(SetKind.ResetAll, null, position);
        }

        return new SetStatement(SetKind.Reset, ParseSpecialSettingName(p), position);
    }

    /// <summary>Consumes SET … or RESET … where a routine, role or database keeps the setting.</summary>
    public static SetStatement ParseStoredSetting(Parser p)
    {
        if (p.Is(Keyword.Reset))
        {
            return ParseReset(p);
        }

        int position = p.Position;
        p.Expect(Keyword.Set);
        if (p.Is(Keyword.Transaction) && !IsAssignment(p, 1))
        {
            p.Advance();
            return new SetStatement(SetKind.Transaction, null, position) { Modes = ParseModes(p, isRequired: true) };
        }

        return ParseSetting(p, position);
    }

    /// <summary>Consumes SHOW.</summary>
    public static ShowStatement ParseShow(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Show);
        return p.Accept(Keyword.All) ? new ShowStatement(null, position) : new ShowStatement(ParseSpecialSettingName(p), position);
    }

    /// <summary>Consumes LOCK.</summary>
    public static LockStatement ParseLock(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Lock);
        p.Accept(Keyword.Table);
        var relations = new ListBuilder<RelationName>();
        do
        {
            relations.Add(p.RelationExpression());
        }
        while (p.Accept(TokenKind.Comma));
        TableLockMode mode = TableLockMode.AccessExclusive;
        if (p.Accept(Keyword.In))
        {
            mode = ParseLockMode(p);
            p.Expect(Keyword.Mode);
        }

        return new LockStatement(relations.ToList(), mode, p.Accept(Keyword.Nowait), position);
    }

    /// <summary>Consumes a var_name.</summary>
    public static string ParseSettingName(Parser p)
    {
        string name = p.ColumnId();
        while (p.Accept(TokenKind.Dot))
        {
            name = name + "." + p.ColumnId();
        }

        return name;
    }

    private static int PeekStart(Parser p)
    {
        p.Advance();
        return p.Position;
    }

    private static bool IsAssignment(Parser p, int ahead) =>
        p.PeekKind(ahead) is TokenKind.Equal or TokenKind.Dot || p.PeekKeyword(ahead) is Keyword.To or Keyword.From;

    private static SetStatement OneString(Parser p, string name, int position)
    {
        int valuePosition = p.Position;
        return new SetStatement(SetKind.Value, name, position) { Values = [new StringLiteral(p.StringConstant(), valuePosition)] };
    }

    private static string ParseSpecialSettingName(Parser p)
    {
        if (p.Is(Keyword.Time, Keyword.Zone))
        {
            p.Advance();
            p.Advance();
            return "timezone";
        }

        if (p.Is(Keyword.Transaction, Keyword.Isolation))
        {
            p.Advance();
            p.Advance();
            p.Expect(Keyword.Level);
            return "transaction_isolation";
        }

        if (p.Is(Keyword.Session, Keyword.Authorization))
        {
            p.Advance();
            p.Advance();
            return "session_authorization";
        }

        return ParseSettingName(p);
    }

    private static SyntaxList<Expression> ParseSettingValues(Parser p)
    {
        var values = new ListBuilder<Expression>();
        do
        {
            values.Add(
                p.Kind is TokenKind.Integer or TokenKind.Number or TokenKind.Plus or TokenKind.Minus
                    ? OptionGrammar.ParseNumber(p)
                    : OptionGrammar.ParseBooleanOrString(p));
        }
        while (p.Accept(TokenKind.Comma));
        return values.ToList();
    }

    private static SetStatement ParseTimeZone(Parser p, int position)
    {
        int valuePosition = p.Position;
        Expression value;
        switch (p.Kind)
        {
            case TokenKind.String:
                value = new StringLiteral(p.StringConstant(), valuePosition);
                break;
            case TokenKind.Identifier or TokenKind.QuotedIdentifier:
                value = new StringLiteral(p.TakeName(), valuePosition);
                break;
            case TokenKind.Integer or TokenKind.Number or TokenKind.Plus or TokenKind.Minus:
                value = OptionGrammar.ParseNumber(p);
                break;
            case TokenKind.Keyword when p.Is(Keyword.Interval):
                value = PrimaryGrammar.Parse(p);
                if (value is not CastExpression { Operand: StringLiteral } interval)
                {
                    throw p.SyntaxError();
                }

                CheckZoneInterval(p, interval);
                break;
            default:
                if (!p.Accept(Keyword.Default) && !p.Accept(Keyword.Local))
                {
                    throw p.SyntaxError();
                }

                return new SetStatement(SetKind.Default, "timezone", position);
        }

        return new SetStatement(SetKind.Value, "timezone", position) { Values = [value] };
    }

    private static void CheckZoneInterval(Parser p, CastExpression interval)
    {
        if (!interval.Type.Modifiers.IsEmpty && interval.Type.Modifiers[0] is IntegerLiteral mask
            && mask.Value != IntervalFields.FullRange && (mask.Value & ~(IntervalFields.Hour | IntervalFields.Minute)) != 0)
        {
            throw p.Error("time zone interval must be HOUR or HOUR TO MINUTE", mask.Position);
        }
    }

    private static void AcceptWork(Parser p)
    {
        if (!p.Accept(Keyword.Work))
        {
            p.Accept(Keyword.Transaction);
        }
    }

    private static bool ParseChain(Parser p)
    {
        if (!p.Accept(Keyword.And))
        {
            return false;
        }

        bool isChain = !p.Accept(Keyword.No);
        p.Expect(Keyword.Chain);
        return isChain;
    }

    private static TransactionStatement ParseRollback(Parser p, int position)
    {
        if (p.Accept(Keyword.Prepared))
        {
            return new TransactionStatement(TransactionKind.RollbackPrepared, position) { GlobalId = p.StringConstant() };
        }

        AcceptWork(p);
        if (p.Accept(Keyword.To))
        {
            if (p.Is(Keyword.Savepoint) && p.IsColumnId(1))
            {
                p.Advance();
            }

            return new TransactionStatement(TransactionKind.RollbackTo, position) { SavepointName = p.ColumnId() };
        }

        return new TransactionStatement(TransactionKind.Rollback, position) { IsChain = ParseChain(p) };
    }

    private static SyntaxList<TransactionMode> ParseModes(Parser p, bool isRequired)
    {
        var modes = new ListBuilder<TransactionMode>();
        while (true)
        {
            if (TryParseMode(p) is not { } mode)
            {
                return modes.Count == 0 && isRequired ? throw p.SyntaxError() : modes.ToList();
            }

            modes.Add(mode);
            if (p.Is(TokenKind.Comma))
            {
                p.Advance();
                isRequired = true;
                if (!(p.Keyword is Keyword.Isolation or Keyword.Read or Keyword.Deferrable or Keyword.Not))
                {
                    throw p.SyntaxError();
                }
            }
        }
    }

    private static TransactionMode? TryParseMode(Parser p)
    {
        int position = p.Position;
        switch (p.Keyword)
        {
            case Keyword.Isolation:
                p.Advance();
                p.Expect(Keyword.Level);
                return new TransactionMode(ParseIsolation(p), position);
            case Keyword.Read:
                p.Advance();
                if (p.Accept(Keyword.Only))
                {
                    return new TransactionMode(TransactionModeKind.ReadOnly, position);
                }

                p.Expect(Keyword.Write);
                return new TransactionMode(TransactionModeKind.ReadWrite, position);
            case Keyword.Deferrable:
                p.Advance();
                return new TransactionMode(TransactionModeKind.Deferrable, position);
            case Keyword.Not:
                p.Advance();
                p.Expect(Keyword.Deferrable);
                return new TransactionMode(TransactionModeKind.NotDeferrable, position);
            default:
                return null;
        }
    }

    private static TransactionModeKind ParseIsolation(Parser p)
    {
        if (p.Accept(Keyword.Serializable))
        {
            return TransactionModeKind.Serializable;
        }

        if (p.Accept(Keyword.Repeatable))
        {
            p.Expect(Keyword.Read);
            return TransactionModeKind.RepeatableRead;
        }

        p.Expect(Keyword.Read);
        if (p.Accept(Keyword.Committed))
        {
            return TransactionModeKind.ReadCommitted;
        }

        p.Expect(Keyword.Uncommitted);
        return TransactionModeKind.ReadUncommitted;
    }

    private static TableLockMode ParseLockMode(Parser p)
    {
        if (p.Accept(Keyword.Access))
        {
            if (p.Accept(Keyword.Share))
            {
                return TableLockMode.AccessShare;
            }

            p.Expect(Keyword.Exclusive);
            return TableLockMode.AccessExclusive;
        }

        if (p.Accept(Keyword.Row))
        {
            if (p.Accept(Keyword.Share))
            {
                return TableLockMode.RowShare;
            }

            p.Expect(Keyword.Exclusive);
            return TableLockMode.RowExclusive;
        }

        if (p.Accept(Keyword.Exclusive))
        {
            return TableLockMode.Exclusive;
        }

        p.Expect(Keyword.Share);
        if (p.Accept(Keyword.Update))
        {
            p.Expect(Keyword.Exclusive);
            return TableLockMode.ShareUpdateExclusive;
        }

        if (p.Accept(Keyword.Row))
        {
            p.Expect(Keyword.Exclusive);
            return TableLockMode.ShareRowExclusive;
        }

        return TableLockMode.Share;
    }
}
