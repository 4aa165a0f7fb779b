using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>INSERT, UPDATE, DELETE and MERGE.</summary>
internal static class DataModificationGrammar
{
    /// <summary>Consumes a PreparableStmt: SELECT, INSERT, UPDATE, DELETE or MERGE, with an optional WITH.</summary>
    public static Statement ParsePreparable(Parser p)
    {
        if (p.Keyword is Keyword.Select or Keyword.Values or Keyword.Table || p.Is(TokenKind.LeftParen))
        {
            return SelectGrammar.ParseStatement(p);
        }

        int position = p.Position;
        WithClause? with = null;
        if (p.Is(Keyword.With))
        {
            p.Enter();
            with = SelectGrammar.ParseWith(p);
            p.Leave();
        }

        return p.Keyword switch
        {
            Keyword.Insert => ParseInsert(p, with, position),
            Keyword.Update => ParseUpdate(p, with, position),
            Keyword.Delete => ParseDelete(p, with, position),
            Keyword.Merge => ParseMerge(p, with, position),
            _ when with is not null => SelectGrammar.ParseAfterWith(p, with, position),
            _ => throw p.SyntaxError(),
        };
    }

    /// <summary>True if a PreparableStmt may start here.</summary>
    public static bool IsPreparableStart(Parser p) =>
        p.Keyword is Keyword.Select or Keyword.Values or Keyword.Table or Keyword.With or Keyword.Insert or Keyword.Update or Keyword.Delete or Keyword.Merge
        || p.Is(TokenKind.LeftParen);

    private static InsertStatement ParseInsert(Parser p, WithClause? with, int position)
    {
        p.Expect(Keyword.Insert);
        p.Expect(Keyword.Into);
        RelationName relation = p.RelationName();
        string? alias = p.Accept(Keyword.As) ? p.ColumnId() : null;
        SyntaxList<AssignmentTarget> columns = default;
        OverridingKind overriding = OverridingKind.None;
        SelectStatement? source = null;
        if (p.Is(Keyword.Default))
        {
            p.Advance();
            p.Expect(Keyword.Values);
        }
        else
        {
            if (p.Is(TokenKind.LeftParen) && !SelectGrammar.IsQueryStart(p))
            {
                columns = ParseColumns(p);
            }

            overriding = ParseOverriding(p);
            source = SelectGrammar.ParseStatement(p);
        }

        OnConflictClause? onConflict = p.Is(Keyword.On) ? ParseOnConflict(p) : null;
        return new InsertStatement(relation, source, position)
        {
            With = with,
            Alias = alias,
            Columns = columns,
            Overriding = overriding,
            OnConflict = onConflict,
            Returning = ParseReturning(p),
        };
    }

    private static SyntaxList<AssignmentTarget> ParseColumns(Parser p)
    {
        p.Expect(TokenKind.LeftParen);
        var columns = new ListBuilder<AssignmentTarget>();
        do
        {
            columns.Add(ParseTarget(p));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return columns.ToList();
    }

    private static AssignmentTarget ParseTarget(Parser p)
    {
        int position = p.Position;
        string column = p.ColumnId();
        SyntaxList<IndirectionElement> indirection =
            p.Kind is TokenKind.Dot or TokenKind.LeftBracket ? PrimaryGrammar.ParseIndirectionElements(p) : default;
        return new AssignmentTarget(column, indirection, position);
    }

    private static OverridingKind ParseOverriding(Parser p)
    {
        if (!p.Accept(Keyword.Overriding))
        {
            return OverridingKind.None;
        }

        OverridingKind kind = OverridingKind.UserValue;
        if (p.Accept(Keyword.System))
        {
            kind = OverridingKind.SystemValue;
        }
        else
        {
            p.Expect(Keyword.User);
        }

        p.Expect(Keyword.Value);
        return kind;
    }

    private static OnConflictClause ParseOnConflict(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.On);
        p.Expect(Keyword.Conflict);
        SyntaxList<IndexElement> elements = default;
        Expression? elementsWhere = null;
        string? constraint = null;
        if (p.Is(TokenKind.LeftParen))
        {
            p.Advance();
            elements = IndexGrammar.ParseElements(p);
            p.Expect(TokenKind.RightParen);
            elementsWhere = ExpressionGrammar.ParseOptionalWhere(p);
        }
        else if (p.Accept(Keyword.On))
        {
            p.Expect(Keyword.Constraint);
            constraint = p.ColumnId();
        }

        p.Expect(Keyword.Do);
        if (p.Accept(Keyword.Nothing))
        {
            return new OnConflictClause(false, position) { Elements = elements, ElementsWhere = elementsWhere, ConstraintName = constraint };
        }

        p.Expect(Keyword.Update);
        p.Expect(Keyword.Set);
        SyntaxList<Assignment> assignments = ParseAssignments(p);
        return new OnConflictClause(true, position)
        {
            Elements = elements,
            ElementsWhere = elementsWhere,
            ConstraintName = constraint,
            Assignments = assignments,
            Where = ExpressionGrammar.ParseOptionalWhere(p),
        };
    }

    private static SyntaxList<TargetItem> ParseReturning(Parser p) =>
        p.Accept(Keyword.Returning) ? SelectGrammar.ParseTargets(p) : default;

    private static UpdateStatement ParseUpdate(Parser p, WithClause? with, int position)
    {
        p.Expect(Keyword.Update);
        RelationName relation = p.RelationExpression();
        string? alias = ParseTargetAlias(p);
        p.Expect(Keyword.Set);
        SyntaxList<Assignment> assignments = ParseAssignments(p);
        SyntaxList<FromItem> from = SelectGrammar.ParseOptionalFrom(p);
        Expression? where = ParseWhereOrCurrent(p);
        return new UpdateStatement(relation, assignments, position)
        {
            With = with,
            Alias = alias,
            From = from,
            Where = where,
            Returning = ParseReturning(p),
        };
    }

    /// <summary>Consumes the alias of a relation that is changed; SET without AS is never one.</summary>
    private static string? ParseTargetAlias(Parser p) =>
        p.Accept(Keyword.As) || (p.IsColumnId() && !p.Is(Keyword.Set)) ? p.ColumnId() : null;

    private static SyntaxList<Assignment> ParseAssignments(Parser p)
    {
        var assignments = new ListBuilder<Assignment>();
        do
        {
            int position = p.Position;
            bool isRow = p.Accept(TokenKind.LeftParen);
            var targets = new ListBuilder<AssignmentTarget>();
            do
            {
                targets.Add(ParseTarget(p));
            }
            while (isRow && p.Accept(TokenKind.Comma));
            if (isRow)
            {
                p.Expect(TokenKind.RightParen);
            }

            p.Expect(TokenKind.Equal);
            assignments.Add(new Assignment(targets.ToList(), isRow, ExpressionGrammar.Parse(p), position));
        }
        while (p.Accept(TokenKind.Comma));
        return assignments.ToList();
    }

    private static Expression? ParseWhereOrCurrent(Parser p)
    {
        if (!p.Accept(Keyword.Where))
        {
            return null;
        }

        int position = p.Position;
        return p.Accept(Keyword.Current, Keyword.Of) ? new CurrentOfExpression(p.ColumnId(), position) : ExpressionGrammar.Parse(p);
    }

    private static DeleteStatement ParseDelete(Parser p, WithClause? with, int position)
    {
        p.Expect(Keyword.Delete);
        p.Expect(Keyword.From);
        RelationName relation = p.RelationExpression();
        string? alias = ParseTargetAlias(p);
        SyntaxList<FromItem> usingItems = p.Accept(Keyword.Using) ? FromGrammar.ParseList(p) : default;
        Expression? where = ParseWhereOrCurrent(p);
        return new DeleteStatement(relation, position)
        {
            With = with,
            Alias = alias,
            Using = usingItems,
            Where = where,
            Returning = ParseReturning(p),
        };
    }

    private static MergeStatement ParseMerge(Parser p, WithClause? with, int position)
    {
        p.Expect(Keyword.Merge);
        p.Expect(Keyword.Into);
        RelationName relation = p.RelationExpression();
        string? alias = ParseTargetAlias(p);
        p.Expect(Keyword.Using);
        FromItem source = FromGrammar.ParseItem(p);
        p.Expect(Keyword.On);
        Expression on = ExpressionGrammar.Parse(p);
        var whens = new ListBuilder<MergeWhen>();
        do
        {
            whens.Add(ParseMergeWhen(p));
        }
        while (p.Is(Keyword.When));
        return new MergeStatement(relation, source, on, whens.ToList(), position) { With = with, Alias = alias };
    }

    private static MergeWhen ParseMergeWhen(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.When);
        bool isMatched = !p.Accept(Keyword.Not);
        p.Expect(Keyword.Matched);
        Expression? condition = p.Accept(Keyword.And) ? ExpressionGrammar.Parse(p) : null;
        p.Expect(Keyword.Then);
        if (p.Accept(Keyword.Do))
        {
            p.Expect(Keyword.Nothing);
            return new MergeWhen(isMatched, condition, MergeAction.DoNothing, position);
        }

        if (!isMatched)
        {
            return ParseMergeInsert(p, condition, position);
        }

        if (p.Accept(Keyword.Delete))
        {
            return new MergeWhen(true, condition, MergeAction.Delete, position);
        }

        p.Expect(Keyword.Update);
        p.Expect(Keyword.Set);
        return new MergeWhen(true, condition, MergeAction.Update, position) { Assignments = ParseAssignments(p) };
    }

    private static MergeWhen ParseMergeInsert(Parser p, Expression? condition, int position)
    {
        p.Expect(Keyword.Insert);
        if (p.Accept(Keyword.Default))
        {
            p.Expect(Keyword.Values);
            return new MergeWhen(false, condition, MergeAction.Insert, position);
        }

        SyntaxList<AssignmentTarget> columns = p.Is(TokenKind.LeftParen) ? ParseColumns(p) : default;
        OverridingKind overriding = ParseOverriding(p);
        p.Expect(Keyword.Values);
        p.Expect(TokenKind.LeftParen);
        SyntaxList<Expression> values = ExpressionGrammar.ParseExpressionList(p);
        p.Expect(TokenKind.RightParen);
        return new MergeWhen(false, condition, MergeAction.Insert, position) { Columns = columns, Overriding = overriding, Values = values };
    }
}
