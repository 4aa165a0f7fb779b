using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Collects LIMIT, FETCH FIRST and OFFSET, which come in any order but once each.</summary>
internal ref struct LimitClause(Parser p)
{
    private int _countPosition = -1;
    private int _offsetPosition = -1;

    public Expression? Count { get; private set; }

    public Expression? Offset { get; private set; }

    public bool IsAll { get; private set; }

    public bool WithTies { get; private set; }

    public readonly bool HasCount => _countPosition >= 0;

    public readonly bool IsPresent => _countPosition >= 0 || _offsetPosition >= 0;

    /// <summary>Consumes one of the clauses, if there.</summary>
    public bool TryParse()
    {
        int position = p.Position;
        if (p.Is(Keyword.Limit) || p.Is(Keyword.Fetch))
        {
            if (HasCount)
            {
                throw p.SyntaxError();
            }

            _countPosition = position;
            if (p.Is(Keyword.Limit))
            {
                ParseLimit();
            }
            else
            {
                ParseFetch();
            }

            return true;
        }

        if (p.Is(Keyword.Offset))
        {
            if (_offsetPosition >= 0)
            {
                throw p.SyntaxError();
            }

            _offsetPosition = position;
            p.Advance();
            Offset = ExpressionGrammar.Parse(p);
            if (!p.Accept(Keyword.Row))
            {
                p.Accept(Keyword.Rows);
            }

            return true;
        }

        return false;
    }

    /// <summary>Raises PostgreSQL's errors for clauses that the parenthesized query already has.</summary>
    public readonly void CheckAgainst(SelectStatement statement, SyntaxList<SortItem> orderBy)
    {
        if (_offsetPosition >= 0 && statement.Offset is not null)
        {
            throw p.Error("multiple OFFSET clauses not allowed", Offset!.Position);
        }

        if (!HasCount)
        {
            return;
        }

        if (statement.Limit is not null || statement.IsLimitAll)
        {
            throw p.Error("multiple LIMIT clauses not allowed", Count?.Position ?? _countPosition);
        }

        if (WithTies && orderBy.IsEmpty && statement.OrderBy.IsEmpty)
        {
            throw p.Error("WITH TIES cannot be specified without ORDER BY clause", -1);
        }

        if (WithTies)
        {
            foreach (LockingClause locking in statement.Locking)
            {
                if (locking.WaitPolicy == LockWaitPolicy.SkipLocked)
                {
                    throw p.Error("SKIP LOCKED and WITH TIES options cannot be used together", -1);
                }
            }
        }
    }

    private void ParseLimit()
    {
        p.Advance();
        if (p.Accept(Keyword.All))
        {
            IsAll = true;
        }
        else
        {
            Count = ExpressionGrammar.Parse(p);
        }

        if (p.Is(TokenKind.Comma))
        {
            throw p.Error("LIMIT #,# syntax is not supported", _countPosition, SqlStates.SyntaxError, null, "Use separate LIMIT and OFFSET clauses.");
        }
    }

    private void ParseFetch()
    {
        p.Advance();
        if (!p.Accept(Keyword.First))
        {
            p.Expect(Keyword.Next);
        }

        int position = p.Position;
        if (p.Is(Keyword.Row) || p.Is(Keyword.Rows))
        {
            Count = new IntegerLiteral(1, -1);
        }
        else if (p.Kind is TokenKind.Plus or TokenKind.Minus)
        {
            Count = ParseSignedNumber(position);
        }
        else
        {
            Count = PrimaryGrammar.Parse(p);
        }

        if (!p.Accept(Keyword.Row))
        {
            p.Expect(Keyword.Rows);
        }

        if (p.Accept(Keyword.Only))
        {
            return;
        }

        p.Expect(Keyword.With, Keyword.Ties);
        WithTies = true;
    }

    private readonly Expression ParseSignedNumber(int position)
    {
        bool isNegative = p.Is(TokenKind.Minus);
        p.Advance();
        if (!(p.Kind is TokenKind.Integer or TokenKind.Number))
        {
            throw p.SyntaxError();
        }

        Expression number = PrimaryGrammar.Parse(p);
        return isNegative
            ? ExpressionGrammar.Negate(number, position)
            : new UnaryExpression(new OperatorName(["+"], false, position), number, position);
    }
}
