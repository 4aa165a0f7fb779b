using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Prepared statements, cursors, EXPLAIN, maintenance and other small commands.</summary>
internal static class UtilityGrammar
{
    /// <summary>Consumes EXPLAIN.</summary>
    public static ExplainStatement ParseExplain(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Explain);
        var options = new ListBuilder<DefinitionElement>();
        if (p.Is(TokenKind.LeftParen) && !SelectGrammar.IsQueryStart(p))
        {
            options.AddRange(OptionGrammar.ParseUtilityOptions(p));
        }
        else
        {
            int optionPosition = p.Position;
            if (p.Accept(Keyword.Analyze) || p.Accept(Keyword.Analyse))
            {
                options.Add(new DefinitionElement("analyze", null, optionPosition));
                optionPosition = p.Position;
            }

            if (p.Accept(Keyword.Verbose))
            {
                options.Add(new DefinitionElement("verbose", null, optionPosition));
            }
        }

        return new ExplainStatement(ParseExplainable(p), options.ToList(), position);
    }

    /// <summary>Consumes PREPARE name (not PREPARE TRANSACTION).</summary>
    public static PrepareStatement ParsePrepare(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Prepare);
        string name = p.ColumnId();
        SyntaxList<TypeName> types = default;
        if (p.Accept(TokenKind.LeftParen))
        {
            types = TypeGrammar.ParseTypeList(p);
            p.Expect(TokenKind.RightParen);
        }

        p.Expect(Keyword.As);
        return new PrepareStatement(name, types, DataModificationGrammar.ParsePreparable(p), position);
    }

    /// <summary>Consumes EXECUTE.</summary>
    public static ExecuteStatement ParseExecute(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Execute);
        string name = p.ColumnId();
        SyntaxList<Expression> arguments = default;
        if (p.Accept(TokenKind.LeftParen))
        {
            arguments = ExpressionGrammar.ParseExpressionList(p);
            p.Expect(TokenKind.RightParen);
        }

        return new ExecuteStatement(name, arguments, position);
    }

    /// <summary>Consumes DEALLOCATE.</summary>
    public static DeallocateStatement ParseDeallocate(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Deallocate);
        if (p.Is(Keyword.Prepare) && (p.IsColumnId(1) || p.PeekKeyword() == Keyword.All))
        {
            p.Advance();
        }

        return new DeallocateStatement(p.Accept(Keyword.All) ? null : p.ColumnId(), position);
    }

    /// <summary>Consumes DECLARE CURSOR.</summary>
    public static DeclareCursorStatement ParseDeclare(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Declare);
        string name = p.ColumnId();
        bool isBinary = false;
        bool isInsensitive = false;
        bool isAsensitive = false;
        bool? isScroll = null;
        while (!p.Is(Keyword.Cursor))
        {
            if (p.Accept(Keyword.Binary))
            {
                isBinary = true;
            }
            else if (p.Accept(Keyword.Insensitive))
            {
                isInsensitive = true;
            }
            else if (p.Accept(Keyword.Asensitive))
            {
                isAsensitive = true;
            }
            else if (p.Accept(Keyword.Scroll))
            {
                isScroll = true;
            }
            else
            {
                p.Expect(Keyword.No, Keyword.Scroll);
                isScroll = false;
            }
        }

        p.Expect(Keyword.Cursor);
        bool isHold = false;
        if (p.Accept(Keyword.With))
        {
            p.Expect(Keyword.Hold);
            isHold = true;
        }
        else if (p.Accept(Keyword.Without))
        {
            p.Expect(Keyword.Hold);
        }

        p.Expect(Keyword.For);
        return new DeclareCursorStatement(name, SelectGrammar.ParseStatement(p), position)
        {
            IsBinary = isBinary,
            IsInsensitive = isInsensitive,
            IsAsensitive = isAsensitive,
            IsScroll = isScroll,
            IsHold = isHold,
        };
    }

    /// <summary>Consumes FETCH or MOVE.</summary>
    public static FetchStatement ParseFetch(Parser p)
    {
        int position = p.Position;
        bool isMove = p.Is(Keyword.Move);
        p.Advance();
        FetchDirection direction = FetchDirection.Forward;
        long count = 1;

        // A direction's word alone is a cursor of that name.
        bool isLast = p.PeekKind() is TokenKind.EndOfInput or TokenKind.Semicolon;
        if (!isLast || p.Is(TokenKind.Integer))
        {
            (direction, count) = ParseDirection(p);
        }

        if (!p.Accept(Keyword.From))
        {
            p.Accept(Keyword.In);
        }

        return new FetchStatement(direction, count, p.ColumnId(), isMove, position);
    }

    /// <summary>Consumes CLOSE.</summary>
    public static CloseStatement ParseClose(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Close);
        return new CloseStatement(p.Accept(Keyword.All) ? null : p.ColumnId(), position);
    }

    /// <summary>Consumes VACUUM.</summary>
    public static VacuumStatement ParseVacuum(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Vacuum);
        var options = new ListBuilder<DefinitionElement>();
        if (p.Is(TokenKind.LeftParen))
        {
            options.AddRange(OptionGrammar.ParseUtilityOptions(p));
        }
        else
        {
            AddFlag(p, Keyword.Full, "full", ref options);
            AddFlag(p, Keyword.Freeze, "freeze", ref options);
            AddFlag(p, Keyword.Verbose, "verbose", ref options);
            AddFlag(p, Keyword.Analyze, "analyze", ref options);
            AddFlag(p, Keyword.Analyse, "analyze", ref options);
        }

        return new VacuumStatement(true, options.ToList(), ParseVacuumRelations(p), position);
    }

    /// <summary>Consumes ANALYZE.</summary>
    public static VacuumStatement ParseAnalyze(Parser p)
    {
        int position = p.Position;
        p.Advance();
        var options = new ListBuilder<DefinitionElement>();
        if (p.Is(TokenKind.LeftParen))
        {
            options.AddRange(OptionGrammar.ParseUtilityOptions(p));
        }
        else
        {
            AddFlag(p, Keyword.Verbose, "verbose", ref options);
        }

        return new VacuumStatement(false, options.ToList(), ParseVacuumRelations(p), position);
    }

    /// <summary>Consumes CLUSTER.</summary>
    public static ClusterStatement ParseCluster(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Cluster);
        var options = new ListBuilder<DefinitionElement>();
        bool isParenthesized = p.Is(TokenKind.LeftParen);
        if (isParenthesized)
        {
            options.AddRange(OptionGrammar.ParseUtilityOptions(p));
        }
        else
        {
            AddFlag(p, Keyword.Verbose, "verbose", ref options);
        }

        if (!isParenthesized && !p.IsColumnId())
        {
            return new ClusterStatement(null, null, options.ToList(), position);
        }

        // The old form names the index first: CLUSTER index ON table.
        if (!isParenthesized && p.PeekKeyword() == Keyword.On)
        {
            string oldIndex = p.TakeName();
            p.Advance();
            return new ClusterStatement(p.RelationName(), oldIndex, options.ToList(), position);
        }

        RelationName relation = p.RelationName();
        return new ClusterStatement(relation, p.Accept(Keyword.Using) ? p.ColumnId() : null, options.ToList(), position);
    }

    /// <summary>Consumes REINDEX.</summary>
    public static ReindexStatement ParseReindex(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Reindex);
        var options = new ListBuilder<DefinitionElement>();
        if (p.Is(TokenKind.LeftParen))
        {
            options.AddRange(OptionGrammar.ParseUtilityOptions(p));
        }

        ReindexKind kind = p.Keyword switch
        {
            Keyword.Index => ReindexKind.Index,
            Keyword.Table => ReindexKind.Table,
            Keyword.Schema => ReindexKind.Schema,
            Keyword.System => ReindexKind.System,
            Keyword.Database => ReindexKind.Database,
            _ => throw p.SyntaxError(),
        };
        p.Advance();
        int concurrentlyPosition = p.Position;
        if (p.Accept(Keyword.Concurrently))
        {
            options.Add(new DefinitionElement("concurrently", null, concurrentlyPosition));
        }

        return kind is ReindexKind.Index or ReindexKind.Table
            ? new ReindexStatement(kind, p.RelationName(), null, options.ToList(), position)
            : new ReindexStatement(kind, null, p.ColumnId(), options.ToList(), position);
    }

    /// <summary>Consumes TRUNCATE.</summary>
    public static TruncateStatement ParseTruncate(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Truncate);
        p.Accept(Keyword.Table);
        var relations = new ListBuilder<RelationName>();
        do
        {
            relations.Add(p.RelationExpression());
        }
        while (p.Accept(TokenKind.Comma));
        bool restart = p.Accept(Keyword.Restart);
        if (restart || p.Accept(Keyword.Continue))
        {
            p.Expect(Keyword.Identity);
        }

        return new TruncateStatement(relations.ToList(), restart, p.DropBehavior(), position);
    }

    /// <summary>Consumes DISCARD.</summary>
    public static DiscardStatement ParseDiscard(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Discard);
        DiscardKind kind = p.Keyword switch
        {
            Keyword.All => DiscardKind.All,
            Keyword.Plans => DiscardKind.Plans,
            Keyword.Sequences => DiscardKind.Sequences,
            Keyword.Temp or Keyword.Temporary => DiscardKind.Temp,
            _ => throw p.SyntaxError(),
        };
        p.Advance();
        return new DiscardStatement(kind, position);
    }

    /// <summary>Consumes NOTIFY.</summary>
    public static NotifyStatement ParseNotify(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Notify);
        string channel = p.ColumnId();
        return new NotifyStatement(channel, p.Accept(TokenKind.Comma) ? p.StringConstant() : null, position);
    }

    /// <summary>Consumes LISTEN.</summary>
    public static ListenStatement ParseListen(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Listen);
        return new ListenStatement(p.ColumnId(), position);
    }

    /// <summary>Consumes UNLISTEN.</summary>
    public static UnlistenStatement ParseUnlisten(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Unlisten);
        return new UnlistenStatement(p.Accept(TokenKind.Star) ? null : p.ColumnId(), position);
    }

    /// <summary>Consumes LOAD.</summary>
    public static LoadStatement ParseLoad(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Load);
        return new LoadStatement(p.StringConstant(), position);
    }

    /// <summary>Consumes CHECKPOINT.</summary>
    public static CheckpointStatement ParseCheckpoint(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Checkpoint);
        return new CheckpointStatement(position);
    }

    /// <summary>Consumes DO.</summary>
    public static DoStatement ParseDo(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Do);
        var options = new ListBuilder<DefinitionElement>();
        do
        {
            int optionPosition = p.Position;
            if (p.Accept(Keyword.Language))
            {
                int valuePosition = p.Position;
                options.Add(new DefinitionElement("language", new StringLiteral(p.NonReservedWordOrString(), valuePosition), optionPosition));
            }
            else
            {
                options.Add(new DefinitionElement("as", new StringLiteral(p.StringConstant(), optionPosition), optionPosition));
            }
        }
        while (p.Is(Keyword.Language) || p.Is(TokenKind.String));
        return new DoStatement(options.ToList(), position);
    }

    /// <summary>Consumes CALL.</summary>
    public static CallStatement ParseCall(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Call);
        return new CallStatement(CallGrammar.ParseApplication(p, p.FunctionName()), position);
    }

    /// <summary>Consumes REFRESH MATERIALIZED VIEW.</summary>
    public static RefreshMaterializedViewStatement ParseRefresh(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Refresh);
        p.Expect(Keyword.Materialized, Keyword.View);
        bool isConcurrent = p.Accept(Keyword.Concurrently);
        RelationName relation = p.RelationName();
        bool withNoData = false;
        if (p.Accept(Keyword.With))
        {
            withNoData = p.Accept(Keyword.No);
            p.Expect(Keyword.Data);
        }

        return new RefreshMaterializedViewStatement(relation, isConcurrent, withNoData, position);
    }

    private static Statement ParseExplainable(Parser p)
    {
        switch (p.Keyword)
        {
            case Keyword.Execute:
                return ParseExecute(p);
            case Keyword.Declare:
                return ParseDeclare(p);
            case Keyword.Refresh:
                return ParseRefresh(p);
            case Keyword.Create:
                return TableGrammar.ParseExplainedCreate(p);

            default:
                return DataModificationGrammar.ParsePreparable(p);
        }
    }

    private static (FetchDirection Direction, long Count) ParseDirection(Parser p)
    {
        switch (p.Keyword)
        {
            case Keyword.Next:
                p.Advance();
                return (FetchDirection.Forward, 1);
            case Keyword.Prior:
                p.Advance();
                return (FetchDirection.Backward, 1);
            case Keyword.First:
                p.Advance();
                return (FetchDirection.Absolute, 1);
            case Keyword.Last:
                p.Advance();
                return (FetchDirection.Absolute, -1);
            case Keyword.Absolute:
                p.Advance();
                return (FetchDirection.Absolute, p.SignedInteger());
            case Keyword.Relative:
                p.Advance();
                return (FetchDirection.Relative, p.SignedInteger());
            case Keyword.All:
                p.Advance();
                return (FetchDirection.Forward, FetchStatement.All);
            case Keyword.Forward:
                p.Advance();
                return (FetchDirection.Forward, ParseCount(p));
            case Keyword.Backward:
                p.Advance();
                return (FetchDirection.Backward, ParseCount(p));
            default:
                return p.Kind is TokenKind.Integer or TokenKind.Plus or TokenKind.Minus
                    ? (FetchDirection.Forward, p.SignedInteger())
                    : (FetchDirection.Forward, 1);
        }
    }

    private static long ParseCount(Parser p)
    {
        if (p.Accept(Keyword.All))
        {
            return FetchStatement.All;
        }

        return p.Kind is TokenKind.Integer or TokenKind.Plus or TokenKind.Minus ? p.SignedInteger() : 1;
    }

    private static void AddFlag(Parser p, Keyword keyword, string name, ref ListBuilder<DefinitionElement> options)
    {
        int position = p.Position;
        if (p.Accept(keyword))
        {
            options.Add(new DefinitionElement(name, null, position));
        }
    }

    private static SyntaxList<VacuumRelation> ParseVacuumRelations(Parser p)
    {
        var relations = new ListBuilder<VacuumRelation>();
        if (!p.IsColumnId() && !p.Is(Keyword.Only))
        {
            return default;
        }

        do
        {
            int position = p.Position;
            RelationName relation = p.RelationExpression();
            relations.Add(new VacuumRelation(relation, p.OptionalColumnList(), position));
        }
        while (p.Accept(TokenKind.Comma));
        return relations.ToList();
    }
}
