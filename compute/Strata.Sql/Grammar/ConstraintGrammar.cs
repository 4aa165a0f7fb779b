using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Constraints of columns, tables and domains.</summary>
internal static class ConstraintGrammar
{
    [Flags]
    private enum Attributes
    {
        None = 0,
        Deferrable = 1,
        NotDeferrable = 2,
        InitiallyDeferred = 4,
        InitiallyImmediate = 8,
        NotValid = 16,
        NoInherit = 32,
    }

    /// <summary>
    /// Consumes ColQualList: the constraints of a column or domain, with COLLATE among them. Deferral words are attached to the
    /// constraint before them.
    /// </summary>
    public static SyntaxList<Constraint> ParseColumnConstraints(Parser p, ref QualifiedName? collation)
    {
        var constraints = new ListBuilder<Constraint>();
        Constraint? last = null;
        var seen = Attributes.None;
        while (true)
        {
            int position = p.Position;
            Attributes attribute = TryParseColumnAttribute(p);
            if (attribute != Attributes.None)
            {
                last = Attach(p, last, attribute, ref seen, position);
                continue;
            }

            if (p.Is(Keyword.Collate))
            {
                p.Advance();
                if (collation is not null)
                {
                    throw p.Error("multiple COLLATE clauses not allowed", position);
                }

                collation = p.AnyName();
                continue;
            }

            Constraint? next = TryParseColumnConstraint(p);
            if (last is not null)
            {
                constraints.Add(last);
            }

            if (next is null)
            {
                return constraints.ToList();
            }

            last = next;
            seen = Attributes.None;
        }
    }

    /// <summary>True if a table constraint starts here.</summary>
    public static bool IsTableConstraintStart(Parser p) => p.Keyword switch
    {
        Keyword.Constraint or Keyword.Check or Keyword.Unique or Keyword.Primary or Keyword.Foreign => true,
        Keyword.Exclude => p.PeekKind() == TokenKind.LeftParen || p.PeekKeyword() == Keyword.Using,
        _ => false,
    };

    /// <summary>Consumes a TableConstraint.</summary>
    public static Constraint ParseTableConstraint(Parser p)
    {
        int position = p.Position;
        string? name = p.Accept(Keyword.Constraint) ? p.ColumnId() : null;
        int kindPosition = p.Position;
        Constraint constraint;
        switch (p.Keyword)
        {
            case Keyword.Check:
                {
                    p.Advance();
                    p.Expect(TokenKind.LeftParen);
                    Expression expression = ExpressionGrammar.Parse(p);
                    p.Expect(TokenKind.RightParen);
                    constraint = new Constraint(ConstraintKind.Check, kindPosition) { Expression = expression };
                    return ApplyAttributes(p, constraint, Attributes.NotValid | Attributes.NoInherit, "CHECK") with { Name = name, Position = position };
                }

            case Keyword.Unique:
                p.Advance();
                constraint = new Constraint(ConstraintKind.Unique, kindPosition);
                break;
            case Keyword.Primary:
                p.Advance();
                p.Expect(Keyword.Key);
                constraint = new Constraint(ConstraintKind.PrimaryKey, kindPosition);
                break;
            case Keyword.Exclude:
                constraint = ParseExclusion(p);
                return ApplyAttributes(p, constraint, Attributes.Deferrable | Attributes.InitiallyDeferred, "EXCLUDE")
                    with
                { Name = name, Position = position };
            case Keyword.Foreign:
                {
                    p.Advance();
                    p.Expect(Keyword.Key);
                    p.Expect(TokenKind.LeftParen);
                    SyntaxList<string> columns = p.NameList();
                    p.Expect(TokenKind.RightParen);
                    constraint = ParseReferences(p) with { Columns = columns };
                    return ApplyAttributes(
                        p, constraint, Attributes.Deferrable | Attributes.InitiallyDeferred | Attributes.NotValid, "FOREIGN KEY")
                        with
                    { Name = name, Position = position };
                }

            default:
                throw p.SyntaxError();
        }

        constraint = ParseKey(p, constraint);
        string label = constraint.Kind == ConstraintKind.Unique ? "UNIQUE" : "PRIMARY KEY";
        return ApplyAttributes(p, constraint, Attributes.Deferrable | Attributes.InitiallyDeferred, label) with { Name = name, Position = position };
    }

    /// <summary>Consumes deferral words of ALTER CONSTRAINT and CREATE CONSTRAINT TRIGGER.</summary>
    public static (bool IsDeferrable, bool IsInitiallyDeferred) ParseDeferral(Parser p, string label)
    {
        Constraint constraint = ApplyAttributes(
            p, new Constraint(ConstraintKind.Check, p.Position), Attributes.Deferrable | Attributes.InitiallyDeferred, label);
        return (constraint.IsDeferrable, constraint.IsInitiallyDeferred);
    }

    /// <summary>Consumes GENERATED … AS IDENTITY of ALTER COLUMN ADD.</summary>
    public static Constraint ParseIdentity(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Generated);
        bool isAlways = ParseGeneratedWhen(p);
        p.Expect(Keyword.As);
        p.Expect(Keyword.Identity);
        return new Constraint(ConstraintKind.Identity, position)
        {
            IsGeneratedAlways = isAlways,
            SequenceOptions = ParseOptionalSequenceOptions(p),
        };
    }

    /// <summary>Consumes ALWAYS or BY DEFAULT; true for ALWAYS.</summary>
    public static bool ParseGeneratedWhen(Parser p)
    {
        if (p.Accept(Keyword.Always))
        {
            return true;
        }

        p.Expect(Keyword.By, Keyword.Default);
        return false;
    }

    private static SyntaxList<SequenceOption> ParseOptionalSequenceOptions(Parser p)
    {
        if (!p.Accept(TokenKind.LeftParen))
        {
            return default;
        }

        SyntaxList<SequenceOption> options = OptionGrammar.ParseSequenceOptions(p);
        if (options.IsEmpty)
        {
            throw p.SyntaxError();
        }

        p.Expect(TokenKind.RightParen);
        return options;
    }

    private static Constraint? TryParseColumnConstraint(Parser p)
    {
        int position = p.Position;
        string? name = p.Accept(Keyword.Constraint) ? p.ColumnId() : null;
        Constraint constraint;
        switch (p.Keyword)
        {
            case Keyword.Not:
                p.Advance();
                p.Expect(Keyword.Null);
                constraint = new Constraint(ConstraintKind.NotNull, position);
                break;
            case Keyword.Null:
                p.Advance();
                constraint = new Constraint(ConstraintKind.Null, position);
                break;
            case Keyword.Unique:
                p.Advance();
                constraint = ParseIndexParameters(p, new Constraint(ConstraintKind.Unique, position)
                {
                    IsNullsNotDistinct = IndexGrammar.ParseNullTreatment(p),
                });
                break;
            case Keyword.Primary:
                p.Advance();
                p.Expect(Keyword.Key);
                constraint = ParseIndexParameters(p, new Constraint(ConstraintKind.PrimaryKey, position));
                break;
            case Keyword.Check:
                {
                    p.Advance();
                    p.Expect(TokenKind.LeftParen);
                    Expression expression = ExpressionGrammar.Parse(p);
                    p.Expect(TokenKind.RightParen);
                    constraint = new Constraint(ConstraintKind.Check, position) { Expression = expression };
                    if (p.Is(Keyword.No, Keyword.Inherit))
                    {
                        p.Advance();
                        p.Advance();
                        constraint = constraint with { IsNoInherit = true };
                    }

                    break;
                }

            case Keyword.Default:
                p.Advance();
                constraint = new Constraint(ConstraintKind.Default, position) { Expression = ExpressionGrammar.ParseRestricted(p) };
                break;
            case Keyword.Generated:
                constraint = ParseGenerated(p, position);
                break;
            case Keyword.References:
                constraint = ParseReferences(p) with { Position = position };
                break;
            default:
                return name is null ? null : throw p.SyntaxError();
        }

        return name is null ? constraint : constraint with { Name = name };
    }

    private static Constraint ParseGenerated(Parser p, int position)
    {
        p.Expect(Keyword.Generated);
        int whenPosition = p.Position;
        bool isAlways = ParseGeneratedWhen(p);
        p.Expect(Keyword.As);
        if (p.Accept(Keyword.Identity))
        {
            return new Constraint(ConstraintKind.Identity, position)
            {
                IsGeneratedAlways = isAlways,
                SequenceOptions = ParseOptionalSequenceOptions(p),
            };
        }

        p.Expect(TokenKind.LeftParen);
        Expression expression = ExpressionGrammar.Parse(p);
        p.Expect(TokenKind.RightParen);
        p.Expect(Keyword.Stored);
        if (!isAlways)
        {
            throw p.Error("for a generated column, GENERATED ALWAYS must be specified", whenPosition);
        }

        return new Constraint(ConstraintKind.Generated, position) { IsGeneratedAlways = true, Expression = expression };
    }

    private static Constraint ParseKey(Parser p, Constraint constraint)
    {
        if (p.Accept(Keyword.Using))
        {
            p.Expect(Keyword.Index);
            return constraint with { IndexName = p.ColumnId() };
        }

        if (constraint.Kind == ConstraintKind.Unique)
        {
            constraint = constraint with { IsNullsNotDistinct = IndexGrammar.ParseNullTreatment(p) };
        }

        p.Expect(TokenKind.LeftParen);
        SyntaxList<string> columns = p.NameList();
        p.Expect(TokenKind.RightParen);
        SyntaxList<string> including = p.Accept(Keyword.Include) ? p.OptionalColumnList() : default;
        return ParseIndexParameters(p, constraint with { Columns = columns, Including = including });
    }

    private static Constraint ParseIndexParameters(Parser p, Constraint constraint)
    {
        if (p.Is(Keyword.With) && p.PeekKind() == TokenKind.LeftParen)
        {
            p.Advance();
            constraint = constraint with { Options = OptionGrammar.ParseDefinition(p) };
        }

        if (p.Is(Keyword.Using, Keyword.Index))
        {
            p.Advance();
            p.Advance();
            p.Expect(Keyword.Tablespace);
            constraint = constraint with { IndexTablespace = p.ColumnId() };
        }

        return constraint;
    }

    private static Constraint ParseExclusion(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Exclude);
        string? method = p.Accept(Keyword.Using) ? p.ColumnId() : null;
        p.Expect(TokenKind.LeftParen);
        var elements = new ListBuilder<ExclusionElement>();
        do
        {
            int elementPosition = p.Position;
            IndexElement element = IndexGrammar.ParseElement(p);
            p.Expect(Keyword.With);
            OperatorName name = p.Is(Keyword.Operator) && p.PeekKind() == TokenKind.LeftParen
                ? ExpressionGrammar.ParseExplicitOperator(p)
                : ExpressionGrammar.ParseAnyOperator(p);
            elements.Add(new ExclusionElement(element, name, elementPosition));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        SyntaxList<string> including = p.Accept(Keyword.Include) ? p.OptionalColumnList() : default;
        Constraint constraint = ParseIndexParameters(p, new Constraint(ConstraintKind.Exclusion, position)
        {
            AccessMethod = method,
            Exclusions = elements.ToList(),
            Including = including,
        });
        if (p.Accept(Keyword.Where))
        {
            p.Expect(TokenKind.LeftParen);
            constraint = constraint with { Where = ExpressionGrammar.Parse(p) };
            p.Expect(TokenKind.RightParen);
        }

        return constraint;
    }

    private static Constraint ParseReferences(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.References);
        RelationName table = p.RelationName();
        SyntaxList<string> columns = p.OptionalColumnList();
        ForeignKeyMatch match = ForeignKeyMatch.Simple;
        int matchPosition = p.Position;
        if (p.Accept(Keyword.Match))
        {
            if (p.Accept(Keyword.Full))
            {
                match = ForeignKeyMatch.Full;
            }
            else if (p.Accept(Keyword.Partial))
            {
                throw p.Error("MATCH PARTIAL not yet implemented", matchPosition, SqlStates.FeatureNotSupported);
            }
            else
            {
                p.Expect(Keyword.Simple);
            }
        }

        ForeignKeyAction? onUpdate = null;
        ForeignKeyAction? onDelete = null;
        SyntaxList<string> deleteColumns = default;
        while (p.Is(Keyword.On))
        {
            int actionPosition = p.Position;
            p.Advance();
            bool isUpdate = p.Is(Keyword.Update);
            if (!isUpdate && !p.Is(Keyword.Delete))
            {
                throw p.SyntaxError();
            }

            if (isUpdate ? onUpdate is not null : onDelete is not null)
            {
                throw p.SyntaxError();
            }

            p.Advance();
            ForeignKeyAction action = ParseAction(p, out SyntaxList<string> actionColumns, out string actionName);
            if (isUpdate)
            {
                if (!actionColumns.IsEmpty)
                {
                    throw p.Error(
                        $"a column list with {actionName} is only supported for ON DELETE actions", actionPosition, SqlStates.FeatureNotSupported);
                }

                onUpdate = action;
            }
            else
            {
                onDelete = action;
                deleteColumns = actionColumns;
            }
        }

        return new Constraint(ConstraintKind.ForeignKey, position)
        {
            ReferencedTable = table,
            ReferencedColumns = columns,
            Match = match,
            OnUpdate = onUpdate ?? ForeignKeyAction.NoAction,
            OnDelete = onDelete ?? ForeignKeyAction.NoAction,
            OnDeleteColumns = deleteColumns,
        };
    }

    private static ForeignKeyAction ParseAction(Parser p, out SyntaxList<string> columns, out string name)
    {
        columns = default;
        name = "";
        if (p.Accept(Keyword.No))
        {
            p.Expect(Keyword.Action);
            return ForeignKeyAction.NoAction;
        }

        if (p.Accept(Keyword.Restrict))
        {
            return ForeignKeyAction.Restrict;
        }

        if (p.Accept(Keyword.Cascade))
        {
            return ForeignKeyAction.Cascade;
        }

        p.Expect(Keyword.Set);
        ForeignKeyAction action = ForeignKeyAction.SetNull;
        name = "SET NULL";
        if (!p.Accept(Keyword.Null))
        {
            p.Expect(Keyword.Default);
            action = ForeignKeyAction.SetDefault;
            name = "SET DEFAULT";
        }

        columns = p.OptionalColumnList();
        return action;
    }

    private static Attributes TryParseColumnAttribute(Parser p)
    {
        switch (p.Keyword)
        {
            case Keyword.Deferrable:
                p.Advance();
                return Attributes.Deferrable;
            case Keyword.Not when p.PeekKeyword() == Keyword.Deferrable:
                p.Advance();
                p.Advance();
                return Attributes.NotDeferrable;
            case Keyword.Initially:
                p.Advance();
                if (p.Accept(Keyword.Deferred))
                {
                    return Attributes.InitiallyDeferred;
                }

                p.Expect(Keyword.Immediate);
                return Attributes.InitiallyImmediate;
            default:
                return Attributes.None;
        }
    }

    /// <summary>Attaches a deferral word to the column constraint before it (parse_utilcmd's transformConstraintAttrs).</summary>
    private static Constraint Attach(Parser p, Constraint? constraint, Attributes attribute, ref Attributes seen, int position)
    {
        bool isSupported = constraint is not null
            && constraint.Kind is ConstraintKind.PrimaryKey or ConstraintKind.Unique or ConstraintKind.Exclusion or ConstraintKind.ForeignKey;
        if (!isSupported)
        {
            string word = attribute switch
            {
                Attributes.Deferrable => "DEFERRABLE",
                Attributes.NotDeferrable => "NOT DEFERRABLE",
                Attributes.InitiallyDeferred => "INITIALLY DEFERRED",
                _ => "INITIALLY IMMEDIATE",
            };
            throw p.Error($"misplaced {word} clause", position);
        }

        bool isDeferral = attribute is Attributes.Deferrable or Attributes.NotDeferrable;
        Attributes group = isDeferral
            ? Attributes.Deferrable | Attributes.NotDeferrable
            : Attributes.InitiallyDeferred | Attributes.InitiallyImmediate;
        if ((seen & group) != 0)
        {
            throw p.Error(
                isDeferral
                    ? "multiple DEFERRABLE/NOT DEFERRABLE clauses not allowed"
                    : "multiple INITIALLY IMMEDIATE/DEFERRED clauses not allowed",
                position);
        }

        seen |= attribute;
        if ((seen & Attributes.NotDeferrable) != 0 && (seen & Attributes.InitiallyDeferred) != 0)
        {
            throw p.Error("constraint declared INITIALLY DEFERRED must be DEFERRABLE", position);
        }

        return attribute switch
        {
            Attributes.Deferrable => constraint! with { IsDeferrable = true },
            Attributes.InitiallyDeferred => constraint! with { IsDeferrable = true, IsInitiallyDeferred = true },
            _ => constraint!,
        };
    }

    /// <summary>Consumes ConstraintAttributeSpec and checks it against what the constraint allows.</summary>
    private static Constraint ApplyAttributes(Parser p, Constraint constraint, Attributes allowed, string label)
    {
        var seen = Attributes.None;
        while (true)
        {
            int position = p.Position;
            Attributes attribute = TryParseColumnAttribute(p);
            if (attribute == Attributes.None && p.Accept(Keyword.Not))
            {
                p.Expect(Keyword.Valid);
                attribute = Attributes.NotValid;
            }
            else if (attribute == Attributes.None && p.Accept(Keyword.No))
            {
                p.Expect(Keyword.Inherit);
                attribute = Attributes.NoInherit;
            }

            if (attribute == Attributes.None)
            {
                break;
            }

            seen |= attribute;
            if ((seen & Attributes.NotDeferrable) != 0 && (seen & Attributes.InitiallyDeferred) != 0)
            {
                throw p.Error("constraint declared INITIALLY DEFERRED must be DEFERRABLE", position);
            }

            if (HasBoth(seen, Attributes.Deferrable | Attributes.NotDeferrable)
                || HasBoth(seen, Attributes.InitiallyDeferred | Attributes.InitiallyImmediate))
            {
                throw p.Error("conflicting constraint properties", position);
            }
        }

        Refuse(p, seen & ~allowed & (Attributes.Deferrable | Attributes.InitiallyDeferred), label, "DEFERRABLE");
        Refuse(p, seen & ~allowed & Attributes.NotValid, label, "NOT VALID");
        Refuse(p, seen & ~allowed & Attributes.NoInherit, label, "NO INHERIT");
        return seen == Attributes.None ? constraint : constraint with
        {
            IsDeferrable = (seen & (Attributes.Deferrable | Attributes.InitiallyDeferred)) != 0,
            IsInitiallyDeferred = (seen & Attributes.InitiallyDeferred) != 0,
            IsNotValid = (seen & Attributes.NotValid) != 0,
            IsNoInherit = constraint.IsNoInherit || (seen & Attributes.NoInherit) != 0,
        };
    }

    private static bool HasBoth(Attributes seen, Attributes pair) => (seen & pair) == pair;

    /// <summary>PostgreSQL gives no position here.</summary>
    private static void Refuse(Parser p, Attributes refused, string label, string property)
    {
        if (refused != Attributes.None)
        {
            throw p.Error($"{label} constraints cannot be marked {property}", -1, SqlStates.FeatureNotSupported);
        }
    }
}
