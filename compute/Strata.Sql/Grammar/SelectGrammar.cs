using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>SELECT, VALUES, TABLE, set operations, WITH and the clauses of a whole query (gram.y: SelectStmt).</summary>
internal static class SelectGrammar
{
    /// <summary>True if a query without parentheses starts here.</summary>
    public static bool IsSelectStart(Parser p) => p.Keyword switch
    {
        Keyword.Select or Keyword.With or Keyword.Table => true,
        Keyword.Values => p.PeekKind() == TokenKind.LeftParen,
        _ => false,
    };

    /// <summary>True if a query, parenthesized or not, may start here.</summary>
    public static bool IsQueryStart(Parser p)
    {
        if (!p.Is(TokenKind.LeftParen))
        {
            return IsSelectStart(p);
        }

        // Where this is asked, a second parenthesis can only belong to a query.
        Keyword keyword = p.PeekKeyword();
        return p.PeekKind() == TokenKind.LeftParen || keyword is Keyword.Select or Keyword.With or Keyword.Table
            || (keyword == Keyword.Values && p.PeekKind(2) == TokenKind.LeftParen);
    }

    /// <summary>True if the current token goes on with a query after its closing parenthesis.</summary>
    public static bool IsSelectContinuation(Parser p) => p.Keyword is
        Keyword.Union or Keyword.Intersect or Keyword.Except or Keyword.Order or Keyword.Limit or Keyword.Offset or Keyword.Fetch or Keyword.For;

    /// <summary>Consumes a whole query, with or without parentheses.</summary>
    public static SelectStatement ParseStatement(Parser p)
    {
        p.Enter();
        int position = p.Position;
        WithClause? with = p.Is(Keyword.With) ? ParseWith(p) : null;
        SelectStatement statement = ParseAfterWith(p, with, position);
        p.Leave();
        return statement;
    }

    /// <summary>Consumes a query after its WITH clause.</summary>
    public static SelectStatement ParseAfterWith(Parser p, WithClause? with, int position)
    {
        SelectStatement statement = ParseSetOperations(p, ParseOperand(p), 0);
        return ParseClauses(p, statement, with, position);
    }

    /// <summary>Goes on after a parenthesized query.</summary>
    public static SelectStatement ContinueStatement(Parser p, SelectStatement first) =>
        ParseClauses(p, ParseSetOperations(p, first, 0), null, first.Position);

    /// <summary>Consumes ORDER BY, if there.</summary>
    public static SyntaxList<SortItem> ParseOptionalOrderBy(Parser p)
    {
        if (!p.Is(Keyword.Order))
        {
            return default;
        }

        p.Advance();
        p.Expect(Keyword.By);
        var items = new ListBuilder<SortItem>();
        do
        {
            items.Add(ParseSortItem(p));
        }
        while (p.Accept(TokenKind.Comma));
        return items.ToList();
    }

    /// <summary>Consumes NULLS FIRST or LAST, if there.</summary>
    public static NullsOrder ParseNullsOrder(Parser p)
    {
        if (!p.Is(Keyword.Nulls) || !(p.PeekKeyword() is Keyword.First or Keyword.Last))
        {
            return NullsOrder.Default;
        }

        p.Advance();
        bool isFirst = p.Is(Keyword.First);
        p.Advance();
        return isFirst ? NullsOrder.First : NullsOrder.Last;
    }

    /// <summary>Consumes a target list.</summary>
    public static SyntaxList<TargetItem> ParseTargets(Parser p)
    {
        var items = new ListBuilder<TargetItem>();
        do
        {
            items.Add(ParseTarget(p));
        }
        while (p.Accept(TokenKind.Comma));
        return items.ToList();
    }

    /// <summary>Consumes a WITH clause.</summary>
    public static WithClause ParseWith(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.With);
        // A query may be called recursive.
        bool isRecursive = p.PeekKind() != TokenKind.LeftParen && p.PeekKeyword() != Keyword.As && p.Accept(Keyword.Recursive);
        var items = new ListBuilder<CommonTableExpression>();
        do
        {
            items.Add(ParseCommonTableExpression(p));
        }
        while (p.Accept(TokenKind.Comma));
        return new WithClause(isRecursive, items.ToList(), position);
    }

    /// <summary>Consumes FROM items, if FROM is next.</summary>
    public static SyntaxList<FromItem> ParseOptionalFrom(Parser p) =>
        p.Accept(Keyword.From) ? FromGrammar.ParseList(p) : default;

    /// <summary>Consumes the rest of an INTO clause of SELECT: the table to create.</summary>
    public static IntoClause ParseIntoTable(Parser p)
    {
        int position = p.Position;
        RelationPersistence persistence = RelationPersistence.Permanent;
        switch (p.Keyword)
        {
            case Keyword.Local or Keyword.Global when p.PeekKeyword() is Keyword.Temporary or Keyword.Temp:
                p.Advance();
                p.Advance();
                persistence = RelationPersistence.Temporary;
                p.Accept(Keyword.Table);
                break;
            case Keyword.Temporary or Keyword.Temp when p.PeekKeyword() == Keyword.Table || p.IsColumnId(1):
                p.Advance();
                persistence = RelationPersistence.Temporary;
                p.Accept(Keyword.Table);
                break;
            case Keyword.Unlogged when p.PeekKeyword() == Keyword.Table || p.IsColumnId(1):
                p.Advance();
                persistence = RelationPersistence.Unlogged;
                p.Accept(Keyword.Table);
                break;
            case Keyword.Table:
                p.Advance();
                break;
        }

        return new IntoClause(p.RelationName() with { Persistence = persistence }, position);
    }

    private static SelectStatement ParseSetOperations(Parser p, SelectStatement left, int minimum)
    {
        int links = 0;
        while (true)
        {
            SetOperationKind kind;
            int level;
            switch (p.Keyword)
            {
                case Keyword.Union:
                    (kind, level) = (SetOperationKind.Union, 1);
                    break;
                case Keyword.Except:
                    (kind, level) = (SetOperationKind.Except, 1);
                    break;
                case Keyword.Intersect:
                    (kind, level) = (SetOperationKind.Intersect, 2);
                    break;
                default:
                    return left;
            }

            if (level < minimum)
            {
                return left;
            }

            Parser.AddLink(ref links);
            int position = p.Position;
            p.Advance();
            bool isAll = p.Accept(Keyword.All);
            if (!isAll)
            {
                p.Accept(Keyword.Distinct);
            }

            SelectStatement right = ParseSetOperations(p, ParseOperand(p), level + 1);
            left = new SelectStatement(new SetOperationBody(kind, isAll, left, right, position), left.Position);
        }
    }

    /// <summary>Consumes a simple query or one in parentheses.</summary>
    private static SelectStatement ParseOperand(Parser p)
    {
        int position = p.Position;
        switch (p.Keyword)
        {
            case Keyword.Select:
                return new SelectStatement(ParseSelect(p), position);
            case Keyword.Values:
                return new SelectStatement(ParseValues(p), position);
            case Keyword.Table:
                {
                    p.Advance();
                    RelationName relation = p.RelationExpression();
                    var star = new TargetItem(new ColumnReference(default, true, -1), null, -1);
                    return new SelectStatement(
                        new SelectBody([star], position) { From = [new TableItem(relation, relation.Position)], IsTableCommand = true }, position);
                }
        }

        if (!p.Is(TokenKind.LeftParen))
        {
            throw p.SyntaxError();
        }

        return PrimaryGrammar.ParseSubquery(p);
    }

    private static ValuesBody ParseValues(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Values);
        var rows = new ListBuilder<SyntaxList<Expression>>();
        do
        {
            p.Expect(TokenKind.LeftParen);
            rows.Add(ExpressionGrammar.ParseExpressionList(p));
            p.Expect(TokenKind.RightParen);
        }
        while (p.Accept(TokenKind.Comma));
        return new ValuesBody(rows.ToList(), position);
    }

    private static SelectBody ParseSelect(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Select);
        bool isDistinct = false;
        SyntaxList<Expression> distinctOn = default;
        if (p.Accept(Keyword.Distinct))
        {
            isDistinct = true;
            if (p.Accept(Keyword.On))
            {
                p.Expect(TokenKind.LeftParen);
                distinctOn = ExpressionGrammar.ParseExpressionList(p);
                p.Expect(TokenKind.RightParen);
            }
        }
        else
        {
            p.Accept(Keyword.All);
        }

        // DISTINCT needs targets; a plain SELECT may have none.
        SyntaxList<TargetItem> targets = isDistinct || !IsEndOfTargets(p) ? ParseTargets(p) : default;
        IntoClause? into = p.Accept(Keyword.Into) ? ParseIntoTable(p) : null;
        SyntaxList<FromItem> from = ParseOptionalFrom(p);
        Expression? where = ExpressionGrammar.ParseOptionalWhere(p);
        SyntaxList<GroupingItem> groupBy = default;
        bool isGroupByDistinct = false;
        if (p.Accept(Keyword.Group))
        {
            p.Expect(Keyword.By);
            isGroupByDistinct = p.Accept(Keyword.Distinct);
            if (!isGroupByDistinct)
            {
                p.Accept(Keyword.All);
            }

            groupBy = ParseGroupingItems(p);
        }

        Expression? having = p.Accept(Keyword.Having) ? ExpressionGrammar.Parse(p) : null;
        SyntaxList<WindowDefinition> windows = p.Accept(Keyword.Window) ? ParseWindows(p) : default;
        return new SelectBody(targets, position)
        {
            IsDistinct = isDistinct,
            DistinctOn = distinctOn,
            Into = into,
            From = from,
            Where = where,
            GroupBy = groupBy,
            IsGroupByDistinct = isGroupByDistinct,
            Having = having,
            Windows = windows,
        };
    }

    private static bool IsEndOfTargets(Parser p) => p.Kind switch
    {
        TokenKind.EndOfInput or TokenKind.Semicolon or TokenKind.RightParen => true,
        TokenKind.Keyword => IsSelectContinuation(p) || p.Keyword is
            Keyword.Into or Keyword.From or Keyword.Where or Keyword.Group or Keyword.Having or Keyword.Window
            || (p.Is(Keyword.With) && p.PeekKeyword() is Keyword.Data or Keyword.No or Keyword.Check or Keyword.Local or Keyword.Cascaded)
            || p.Is(Keyword.On) || p.Is(Keyword.Returning),
        _ => false,
    };

    private static TargetItem ParseTarget(Parser p)
    {
        int position = p.Position;
        if (p.Accept(TokenKind.Star))
        {
            return new TargetItem(new ColumnReference(default, true, position), null, position);
        }

        Expression value = ExpressionGrammar.Parse(p);
        if (p.Accept(Keyword.As))
        {
            return new TargetItem(value, p.ColumnLabel(), position);
        }

        return new TargetItem(value, p.IsBareColumnLabel() ? p.TakeName() : null, position);
    }

    private static SortItem ParseSortItem(Parser p)
    {
        int position = p.Position;
        Expression value = ExpressionGrammar.Parse(p);
        SortDirection direction = SortDirection.Default;
        OperatorName? usingOperator = null;
        if (p.Accept(Keyword.Asc))
        {
            direction = SortDirection.Ascending;
        }
        else if (p.Accept(Keyword.Desc))
        {
            direction = SortDirection.Descending;
        }
        else if (p.Accept(Keyword.Using))
        {
            direction = SortDirection.Using;
            int operatorPosition = p.Position;
            usingOperator = p.Is(Keyword.Operator)
                ? ExpressionGrammar.ParseExplicitOperator(p)
                : new OperatorName([ExpressionGrammar.ParseOperatorSign(p)], false, operatorPosition);
        }

        return new SortItem(value, direction, usingOperator, ParseNullsOrder(p), position);
    }

    private static SyntaxList<GroupingItem> ParseGroupingItems(Parser p)
    {
        var items = new ListBuilder<GroupingItem>();
        do
        {
            items.Add(ParseGroupingItem(p));
        }
        while (p.Accept(TokenKind.Comma));
        return items.ToList();
    }

    private static GroupingItem ParseGroupingItem(Parser p)
    {
        int position = p.Position;
        switch (p.Kind)
        {
            case TokenKind.LeftParen when p.PeekKind() == TokenKind.RightParen:
                p.Advance();
                p.Advance();
                return new EmptyGroupingSet(position);
            case TokenKind.Keyword:
                if (p.Keyword is Keyword.Rollup or Keyword.Cube && p.PeekKind() == TokenKind.LeftParen)
                {
                    GroupingSetKind kind = p.Is(Keyword.Rollup) ? GroupingSetKind.Rollup : GroupingSetKind.Cube;
                    p.Advance();
                    p.Advance();
                    var values = new ListBuilder<GroupingItem>();
                    do
                    {
                        int valuePosition = p.Position;
                        values.Add(new GroupingValue(ExpressionGrammar.Parse(p), valuePosition));
                    }
                    while (p.Accept(TokenKind.Comma));
                    p.Expect(TokenKind.RightParen);
                    return new GroupingSet(kind, values.ToList(), position);
                }

                if (p.Is(Keyword.Grouping, Keyword.Sets))
                {
                    p.Enter();
                    p.Advance();
                    p.Advance();
                    p.Expect(TokenKind.LeftParen);
                    SyntaxList<GroupingItem> sets = ParseGroupingItems(p);
                    p.Expect(TokenKind.RightParen);
                    p.Leave();
                    return new GroupingSet(GroupingSetKind.Sets, sets, position);
                }

                break;
        }

        return new GroupingValue(ExpressionGrammar.Parse(p), position);
    }

    private static SyntaxList<WindowDefinition> ParseWindows(Parser p)
    {
        var windows = new ListBuilder<WindowDefinition>();
        do
        {
            string name = p.ColumnId();
            p.Expect(Keyword.As);
            windows.Add(CallGrammar.ParseWindow(p) with { Name = name });
        }
        while (p.Accept(TokenKind.Comma));
        return windows.ToList();
    }

    private static SelectStatement ParseClauses(Parser p, SelectStatement statement, WithClause? with, int position)
    {
        SyntaxList<SortItem> orderBy = ParseOptionalOrderBy(p);
        int orderByPosition = orderBy.IsEmpty ? -1 : orderBy[0].Position;
        var limit = new LimitClause(p);
        SyntaxList<LockingClause> locking = default;
        while (true)
        {
            if (p.Is(Keyword.For) && locking.IsEmpty)
            {
                locking = ParseLocking(p);
            }
            else if (!limit.TryParse())
            {
                break;
            }
        }

        if (orderBy.IsEmpty && locking.IsEmpty && !limit.IsPresent && with is null)
        {
            return statement;
        }

        if (!orderBy.IsEmpty && !statement.OrderBy.IsEmpty)
        {
            throw p.Error("multiple ORDER BY clauses not allowed", orderByPosition);
        }

        limit.CheckAgainst(statement, orderBy);
        if (with is not null && statement.With is not null)
        {
            throw p.Error("multiple WITH clauses not allowed", with.Position);
        }

        var allLocking = new ListBuilder<LockingClause>();
        allLocking.AddRange(statement.Locking);
        allLocking.AddRange(locking);
        return new SelectStatement(statement.Body, position)
        {
            With = with ?? statement.With,
            OrderBy = orderBy.IsEmpty ? statement.OrderBy : orderBy,
            Limit = limit.HasCount ? limit.Count : statement.Limit,
            IsLimitAll = limit.HasCount ? limit.IsAll : statement.IsLimitAll,
            LimitWithTies = limit.HasCount ? limit.WithTies : statement.LimitWithTies,
            Offset = limit.Offset ?? statement.Offset,
            Locking = allLocking.ToList(),
        };
    }

    private static SyntaxList<LockingClause> ParseLocking(Parser p)
    {
        var clauses = new ListBuilder<LockingClause>();
        while (p.Is(Keyword.For))
        {
            int position = p.Position;
            p.Advance();
            if (p.Accept(Keyword.Read))
            {
                // FOR READ ONLY means no locking at all.
                p.Expect(Keyword.Only);
                break;
            }

            LockStrength strength;
            if (p.Accept(Keyword.Update))
            {
                strength = LockStrength.Update;
            }
            else if (p.Accept(Keyword.Share))
            {
                strength = LockStrength.Share;
            }
            else if (p.Accept(Keyword.No))
            {
                p.Expect(Keyword.Key, Keyword.Update);
                strength = LockStrength.NoKeyUpdate;
            }
            else
            {
                p.Expect(Keyword.Key, Keyword.Share);
                strength = LockStrength.KeyShare;
            }

            SyntaxList<RelationName> relations = p.Accept(Keyword.Of) ? p.RelationNameList() : default;
            LockWaitPolicy policy = LockWaitPolicy.Block;
            if (p.Accept(Keyword.Nowait))
            {
                policy = LockWaitPolicy.NoWait;
            }
            else if (p.Accept(Keyword.Skip))
            {
                p.Expect(Keyword.Locked);
                policy = LockWaitPolicy.SkipLocked;
            }

            clauses.Add(new LockingClause(strength, relations, policy, position));
        }

        return clauses.ToList();
    }

    private static CommonTableExpression ParseCommonTableExpression(Parser p)
    {
        int position = p.Position;
        string name = p.ColumnId();
        SyntaxList<string> columns = p.OptionalColumnList();
        p.Expect(Keyword.As);
        CteMaterialization materialization = CteMaterialization.Default;
        if (p.Accept(Keyword.Materialized))
        {
            materialization = CteMaterialization.Always;
        }
        else if (p.Accept(Keyword.Not))
        {
            p.Expect(Keyword.Materialized);
            materialization = CteMaterialization.Never;
        }

        p.Expect(TokenKind.LeftParen);
        Statement statement = DataModificationGrammar.ParsePreparable(p);
        p.Expect(TokenKind.RightParen);
        return new CommonTableExpression(name, columns, materialization, statement, position)
        {
            Search = ParseSearch(p),
            Cycle = ParseCycle(p),
        };
    }

    private static CteSearchClause? ParseSearch(Parser p)
    {
        int position = p.Position;
        if (!p.Accept(Keyword.Search))
        {
            return null;
        }

        bool isBreadth = p.Accept(Keyword.Breadth);
        if (!isBreadth)
        {
            p.Expect(Keyword.Depth);
        }

        p.Expect(Keyword.First, Keyword.By);
        SyntaxList<string> columns = p.NameList();
        p.Expect(Keyword.Set);
        return new CteSearchClause(isBreadth, columns, p.ColumnId(), position);
    }

    private static CteCycleClause? ParseCycle(Parser p)
    {
        int position = p.Position;
        if (!p.Accept(Keyword.Cycle))
        {
            return null;
        }

        SyntaxList<string> columns = p.NameList();
        p.Expect(Keyword.Set);
        string mark = p.ColumnId();
        Expression? value = null;
        Expression? fallback = null;
        if (p.Accept(Keyword.To))
        {
            value = ParseConstant(p);
            p.Expect(Keyword.Default);
            fallback = ParseConstant(p);
        }

        p.Expect(Keyword.Using);
        return new CteCycleClause(columns, mark, value, fallback, p.ColumnId(), position);
    }

    /// <summary>Consumes a constant, with its type in front or not (gram.y: AexprConst). A name is known to be none by the token behind it.</summary>
    private static Expression ParseConstant(Parser p)
    {
        if (p.Is(TokenKind.LeftParen))
        {
            throw p.SyntaxError();
        }

        Expression value = PrimaryGrammar.Parse(p);
        return value is ColumnReference or FunctionCall ? throw p.SyntaxError() : value;
    }
}
