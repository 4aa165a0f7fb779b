using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Triggers, event triggers, rules and policies.</summary>
internal static class TriggerGrammar
{
    /// <summary>Consumes [CONSTRAINT] TRIGGER of CREATE.</summary>
    public static CreateTriggerStatement ParseCreate(Parser p, bool orReplace, int position)
    {
        bool isConstraint = p.Accept(Keyword.Constraint);
        if (isConstraint && orReplace)
        {
            throw p.Error("CREATE OR REPLACE CONSTRAINT TRIGGER is not supported", position, SqlStates.FeatureNotSupported);
        }

        p.Expect(Keyword.Trigger);
        string name = p.ColumnId();
        TriggerTiming timing = ParseTiming(p, isConstraint);
        TriggerEvents events = ParseEvents(p, out SyntaxList<string> columns);
        p.Expect(Keyword.On);
        RelationName relation = p.RelationName();
        RelationName? referenced = null;
        SyntaxList<TriggerTransition> transitions = default;
        bool isDeferrable = false;
        bool isDeferred = false;
        bool isForEachRow = false;
        if (isConstraint)
        {
            referenced = p.Accept(Keyword.From) ? p.RelationName() : null;
            (isDeferrable, isDeferred) = ConstraintGrammar.ParseDeferral(p, "TRIGGER");
            p.Expect(Keyword.For);
            p.Expect(Keyword.Each);
            p.Expect(Keyword.Row);
            isForEachRow = true;
        }
        else
        {
            transitions = ParseTransitions(p);
            if (p.Accept(Keyword.For))
            {
                p.Accept(Keyword.Each);
                isForEachRow = p.Accept(Keyword.Row);
                if (!isForEachRow)
                {
                    p.Expect(Keyword.Statement);
                }
            }
        }

        Expression? when = null;
        if (p.Accept(Keyword.When))
        {
            p.Expect(TokenKind.LeftParen);
            when = ExpressionGrammar.Parse(p);
            p.Expect(TokenKind.RightParen);
        }

        p.Expect(Keyword.Execute);
        ExpectFunctionOrProcedure(p);
        QualifiedName function = p.FunctionName();
        return new CreateTriggerStatement(name, relation, timing, events, function, position)
        {
            OrReplace = orReplace,
            IsConstraint = isConstraint,
            Columns = columns,
            ReferencedTable = referenced,
            Transitions = transitions,
            IsForEachRow = isForEachRow,
            When = when,
            Arguments = ParseArguments(p),
            IsDeferrable = isDeferrable,
            IsInitiallyDeferred = isDeferred,
        };
    }

    /// <summary>Consumes EVENT TRIGGER of CREATE.</summary>
    public static CreateEventTriggerStatement ParseCreateEventTrigger(Parser p, int position)
    {
        p.Expect(Keyword.Event, Keyword.Trigger);
        string name = p.ColumnId();
        p.Expect(Keyword.On);
        string eventName = p.ColumnLabel();
        var filters = new ListBuilder<EventTriggerFilter>();
        if (p.Accept(Keyword.When))
        {
            do
            {
                int filterPosition = p.Position;
                string variable = p.ColumnId();
                p.Expect(Keyword.In);
                p.Expect(TokenKind.LeftParen);
                var values = new ListBuilder<string>();
                do
                {
                    values.Add(p.StringConstant());
                }
                while (p.Accept(TokenKind.Comma));
                p.Expect(TokenKind.RightParen);
                filters.Add(new EventTriggerFilter(variable, values.ToList(), filterPosition));
            }
            while (p.Accept(Keyword.And));
        }

        p.Expect(Keyword.Execute);
        ExpectFunctionOrProcedure(p);
        QualifiedName function = p.FunctionName();
        p.Expect(TokenKind.LeftParen);
        p.Expect(TokenKind.RightParen);
        return new CreateEventTriggerStatement(name, eventName, filters.ToList(), function, position);
    }

    /// <summary>Consumes ENABLE [ALWAYS | REPLICA] or DISABLE.</summary>
    public static FiringMode ParseFiringMode(Parser p)
    {
        if (p.Accept(Keyword.Disable))
        {
            return FiringMode.Disable;
        }

        p.Expect(Keyword.Enable);
        if (p.Accept(Keyword.Always))
        {
            return FiringMode.EnableAlways;
        }

        return p.Accept(Keyword.Replica) ? FiringMode.EnableReplica : FiringMode.Enable;
    }

    /// <summary>Consumes RULE of CREATE.</summary>
    public static CreateRuleStatement ParseCreateRule(Parser p, bool orReplace, int position)
    {
        p.Expect(Keyword.Rule);
        string name = p.ColumnId();
        p.Expect(Keyword.As);
        p.Expect(Keyword.On);
        RuleEvent ruleEvent = p.Keyword switch
        {
            Keyword.Select => RuleEvent.Select,
            Keyword.Update => RuleEvent.Update,
            Keyword.Delete => RuleEvent.Delete,
            Keyword.Insert => RuleEvent.Insert,
            _ => throw p.SyntaxError(),
        };
        p.Advance();
        p.Expect(Keyword.To);
        RelationName relation = p.RelationName();
        Expression? where = ExpressionGrammar.ParseOptionalWhere(p);
        p.Expect(Keyword.Do);
        bool isInstead = p.Accept(Keyword.Instead);
        if (!isInstead)
        {
            p.Accept(Keyword.Also);
        }

        var actions = new ListBuilder<Statement>();
        if (!p.Accept(Keyword.Nothing))
        {
            if (p.Is(TokenKind.LeftParen) && !SelectGrammar.IsQueryStart(p) || IsActionList(p))
            {
                p.Advance();
                do
                {
                    if (!p.Is(TokenKind.Semicolon) && !p.Is(TokenKind.RightParen))
                    {
                        actions.Add(ParseRuleAction(p));
                    }
                }
                while (p.Accept(TokenKind.Semicolon));
                p.Expect(TokenKind.RightParen);
            }
            else
            {
                actions.Add(ParseRuleAction(p));
            }
        }

        return new CreateRuleStatement(name, ruleEvent, relation, where, isInstead, actions.ToList(), orReplace, position);
    }

    /// <summary>Consumes POLICY of CREATE.</summary>
    public static CreatePolicyStatement ParseCreatePolicy(Parser p, int position)
    {
        p.Expect(Keyword.Policy);
        string name = p.ColumnId();
        p.Expect(Keyword.On);
        RelationName relation = p.RelationName();
        bool isPermissive = true;
        if (p.Accept(Keyword.As))
        {
            int wordPosition = p.Position;
            string word = p.IsIdentifier() ? p.TakeName() : throw p.SyntaxError();
            isPermissive = word switch
            {
                "permissive" => true,
                "restrictive" => false,
                _ => throw p.Error(
                    $"unrecognized row security option \"{word}\"", wordPosition, SqlStates.SyntaxError, null,
                    "Only PERMISSIVE or RESTRICTIVE policies are supported currently."),
            };
        }

        PolicyCommand command = PolicyCommand.All;
        if (p.Accept(Keyword.For))
        {
            command = p.Keyword switch
            {
                Keyword.All => PolicyCommand.All,
                Keyword.Select => PolicyCommand.Select,
                Keyword.Insert => PolicyCommand.Insert,
                Keyword.Update => PolicyCommand.Update,
                Keyword.Delete => PolicyCommand.Delete,
                _ => throw p.SyntaxError(),
            };
            p.Advance();
        }

        int rolePosition = p.Position;
        SyntaxList<RoleReference> roles = p.Accept(Keyword.To) ? p.RoleList() : [new RoleReference(RoleKind.Public, null, rolePosition)];
        return new CreatePolicyStatement(name, relation, isPermissive, command, roles, ParseUsing(p), ParseWithCheck(p), position);
    }

    /// <summary>Consumes POLICY of ALTER.</summary>
    public static Statement ParseAlterPolicy(Parser p, int position)
    {
        p.Expect(Keyword.Policy);
        bool ifExists = p.AcceptIfExists();
        int namePosition = p.Position;
        string name = p.ColumnId();
        p.Expect(Keyword.On);
        RelationName relation = p.RelationName();
        if (p.Accept(Keyword.Rename))
        {
            p.Expect(Keyword.To);
            return new RenameStatement(
                ObjectKind.Policy, new DependentObject(name, ObjectGrammar.Of(relation).Name, namePosition), null, p.ColumnId(), ifExists, position);
        }

        if (ifExists)
        {
            throw p.SyntaxError();
        }

        SyntaxList<RoleReference> roles = p.Accept(Keyword.To) ? p.RoleList() : default;
        return new AlterPolicyStatement(name, relation, roles, ParseUsing(p), ParseWithCheck(p), position);
    }

    private static Expression? ParseUsing(Parser p)
    {
        if (!p.Accept(Keyword.Using))
        {
            return null;
        }

        p.Expect(TokenKind.LeftParen);
        Expression expression = ExpressionGrammar.Parse(p);
        p.Expect(TokenKind.RightParen);
        return expression;
    }

    private static Expression? ParseWithCheck(Parser p)
    {
        if (!p.Accept(Keyword.With))
        {
            return null;
        }

        p.Expect(Keyword.Check);
        p.Expect(TokenKind.LeftParen);
        Expression expression = ExpressionGrammar.Parse(p);
        p.Expect(TokenKind.RightParen);
        return expression;
    }

    private static TriggerTiming ParseTiming(Parser p, bool isConstraint)
    {
        if (p.Accept(Keyword.After))
        {
            return TriggerTiming.After;
        }

        if (!isConstraint && p.Accept(Keyword.Before))
        {
            return TriggerTiming.Before;
        }

        if (isConstraint)
        {
            throw p.SyntaxError();
        }

        p.Expect(Keyword.Instead);
        p.Expect(Keyword.Of);
        return TriggerTiming.InsteadOf;
    }

    private static TriggerEvents ParseEvents(Parser p, out SyntaxList<string> columns)
    {
        var events = TriggerEvents.None;
        columns = default;
        do
        {
            TriggerEvents next = p.Keyword switch
            {
                Keyword.Insert => TriggerEvents.Insert,
                Keyword.Delete => TriggerEvents.Delete,
                Keyword.Update => TriggerEvents.Update,
                Keyword.Truncate => TriggerEvents.Truncate,
                _ => throw p.SyntaxError(),
            };
            // Only after UPDATE does PostgreSQL look one token further before it complains.
            bool isDuplicate = (events & next) != 0;
            if (isDuplicate && next != TriggerEvents.Update)
            {
                throw p.NearError("duplicate trigger events specified");
            }

            p.Advance();
            if (next == TriggerEvents.Update && p.Accept(Keyword.Of))
            {
                columns = p.NameList();
            }

            if (isDuplicate)
            {
                throw p.NearError("duplicate trigger events specified");
            }

            events |= next;
        }
        while (p.Accept(Keyword.Or));
        return events;
    }

    private static SyntaxList<TriggerTransition> ParseTransitions(Parser p)
    {
        if (!p.Accept(Keyword.Referencing))
        {
            return default;
        }

        var transitions = new ListBuilder<TriggerTransition>();
        do
        {
            int position = p.Position;
            bool isNew = p.Accept(Keyword.New);
            if (!isNew)
            {
                p.Expect(Keyword.Old);
            }

            bool isTable = p.Accept(Keyword.Table);
            if (!isTable)
            {
                p.Expect(Keyword.Row);
            }

            p.Accept(Keyword.As);
            transitions.Add(new TriggerTransition(isNew, isTable, p.ColumnId(), position));
        }
        while (p.Is(Keyword.New) || p.Is(Keyword.Old));
        return transitions.ToList();
    }

    private static void ExpectFunctionOrProcedure(Parser p)
    {
        if (!p.Accept(Keyword.Function))
        {
            p.Expect(Keyword.Procedure);
        }
    }

    private static SyntaxList<string> ParseArguments(Parser p)
    {
        p.Expect(TokenKind.LeftParen);
        var arguments = new ListBuilder<string>();
        if (!p.Is(TokenKind.RightParen))
        {
            do
            {
                arguments.Add(ParseArgument(p));
            }
            while (p.Accept(TokenKind.Comma));
        }

        p.Expect(TokenKind.RightParen);
        return arguments.ToList();
    }

    private static string ParseArgument(Parser p)
    {
        switch (p.Kind)
        {
            case TokenKind.String:
                return p.StringConstant();
            case TokenKind.Integer or TokenKind.Number:
                {
                    string text = p.IsInteger(out int value)
                        ? value.ToString(System.Globalization.CultureInfo.InvariantCulture)
                        : p.TokenText().ToString();
                    p.Advance();
                    return text;
                }

            default:
                return p.ColumnLabel();
        }
    }

    /// <summary>Tells <c>(SELECT 1; SELECT 2)</c> from a parenthesized query: a semicolon stands before the closing parenthesis.</summary>
    private static bool IsActionList(Parser p)
    {
        if (!p.Is(TokenKind.LeftParen))
        {
            return false;
        }

        int depth = 0;
        for (int ahead = 0; ; ahead++)
        {
            switch (p.PeekKind(ahead))
            {
                case TokenKind.LeftParen:
                    depth++;
                    break;
                case TokenKind.RightParen:
                    depth--;
                    if (depth == 0)
                    {
                        return false;
                    }

                    break;
                case TokenKind.Semicolon when depth == 1:
                    return true;
                case TokenKind.EndOfInput or TokenKind.Error:
                    return false;
            }
        }
    }

    private static Statement ParseRuleAction(Parser p) =>
        p.Is(Keyword.Notify) ? UtilityGrammar.ParseNotify(p) : DataModificationGrammar.ParsePreparable(p);
}
