using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Types, domains, casts and transforms.</summary>
internal static class TypeDefinitionGrammar
{
    /// <summary>Consumes TYPE of CREATE.</summary>
    public static Statement ParseCreateType(Parser p, int position)
    {
        p.Expect(Keyword.Type);
        QualifiedName name = p.AnyName();
        if (p.Is(TokenKind.LeftParen))
        {
            return new DefineStatement(ObjectKind.Type, name, OptionGrammar.ParseDefinition(p), position) { HasDefinition = true };
        }

        if (!p.Accept(Keyword.As))
        {
            return new DefineStatement(ObjectKind.Type, name, default, position);
        }

        if (p.Accept(Keyword.Range))
        {
            return new CreateRangeStatement(name, OptionGrammar.ParseDefinition(p), position);
        }

        if (p.Accept(Keyword.Enum))
        {
            p.Expect(TokenKind.LeftParen);
            var labels = new ListBuilder<string>();
            if (!p.Is(TokenKind.RightParen))
            {
                do
                {
                    labels.Add(p.StringConstant());
                }
                while (p.Accept(TokenKind.Comma));
            }

            p.Expect(TokenKind.RightParen);
            return new CreateEnumStatement(name, labels.ToList(), position);
        }

        p.Expect(TokenKind.LeftParen);
        if (p.Accept(TokenKind.RightParen))
        {
            return new CreateCompositeTypeStatement(name, default, position);
        }

        return new CreateCompositeTypeStatement(name, FromGrammar.ParseColumnDefinitions(p), position);
    }

    /// <summary>Consumes DOMAIN of CREATE.</summary>
    public static CreateDomainStatement ParseCreateDomain(Parser p, int position)
    {
        p.Expect(Keyword.Domain);
        QualifiedName name = p.AnyName();
        p.Accept(Keyword.As);
        TypeName type = TypeGrammar.ParseType(p);
        QualifiedName? collation = null;
        SyntaxList<Constraint> constraints = ConstraintGrammar.ParseColumnConstraints(p, ref collation);
        return new CreateDomainStatement(name, type, collation, constraints, position);
    }

    /// <summary>Consumes DOMAIN of ALTER.</summary>
    public static Statement ParseAlterDomain(Parser p, int position)
    {
        p.Expect(Keyword.Domain);
        QualifiedName name = p.AnyName();
        var reference = new TypeObject(new TypeName(name.Parts, name.Position), name.Position);
        switch (p.Keyword)
        {
            case Keyword.Set:
                p.Advance();
                if (p.Accept(Keyword.Not))
                {
                    p.Expect(Keyword.Null);
                    return new AlterDomainStatement(AlterDomainKind.SetNotNull, name, position);
                }

                if (p.Accept(Keyword.Schema))
                {
                    return new AlterObjectSchemaStatement(ObjectKind.Domain, reference, p.ColumnId(), false, position);
                }

                p.Expect(Keyword.Default);
                return new AlterDomainStatement(AlterDomainKind.Default, name, position) { Default = ExpressionGrammar.Parse(p) };
            case Keyword.Drop:
                p.Advance();
                if (p.Accept(Keyword.Not))
                {
                    p.Expect(Keyword.Null);
                    return new AlterDomainStatement(AlterDomainKind.DropNotNull, name, position);
                }

                if (p.Accept(Keyword.Default))
                {
                    return new AlterDomainStatement(AlterDomainKind.Default, name, position);
                }

                p.Expect(Keyword.Constraint);
                bool ifExists = p.AcceptIfExists();
                string dropped = p.ColumnId();
                return new AlterDomainStatement(AlterDomainKind.DropConstraint, name, position)
                {
                    ConstraintName = dropped,
                    IfExists = ifExists,
                    Behavior = p.DropBehavior(),
                };
            case Keyword.Add:
                p.Advance();
                return new AlterDomainStatement(AlterDomainKind.AddConstraint, name, position)
                {
                    Constraint = ConstraintGrammar.ParseTableConstraint(p),
                };
            case Keyword.Validate:
                p.Advance();
                p.Expect(Keyword.Constraint);
                return new AlterDomainStatement(AlterDomainKind.ValidateConstraint, name, position) { ConstraintName = p.ColumnId() };
            case Keyword.Rename:
                p.Advance();
                if (p.Accept(Keyword.Constraint))
                {
                    string old = p.ColumnId();
                    p.Expect(Keyword.To);
                    return new RenameStatement(ObjectKind.DomainConstraint, reference, old, p.ColumnId(), false, position);
                }

                p.Expect(Keyword.To);
                return new RenameStatement(ObjectKind.Domain, reference, null, p.ColumnId(), false, position);
            default:
                p.Expect(Keyword.Owner);
                p.Expect(Keyword.To);
                return new AlterOwnerStatement(ObjectKind.Domain, reference, p.Role(), position);
        }
    }

    /// <summary>Consumes TYPE of ALTER.</summary>
    public static Statement ParseAlterType(Parser p, int position)
    {
        p.Expect(Keyword.Type);
        QualifiedName name = p.AnyName();
        var reference = new TypeObject(new TypeName(name.Parts, name.Position), name.Position);
        switch (p.Keyword)
        {
            case Keyword.Add when p.PeekKeyword() == Keyword.Value:
                return ParseAddValue(p, name, position);
            case Keyword.Rename:
                return ParseRename(p, name, reference, position);
            case Keyword.Owner:
                p.Advance();
                p.Expect(Keyword.To);
                return new AlterOwnerStatement(ObjectKind.Type, reference, p.Role(), position);
            case Keyword.Set:
                p.Advance();
                if (p.Accept(Keyword.Schema))
                {
                    return new AlterObjectSchemaStatement(ObjectKind.Type, reference, p.ColumnId(), false, position);
                }

                return new AlterTypeStatement(name, OperatorGrammar.ParseOperatorDefinition(p), position);
        }

        var commands = new ListBuilder<AlterTableCommand>();
        do
        {
            commands.Add(ParseAttributeCommand(p));
        }
        while (p.Accept(TokenKind.Comma));
        return new AlterTableStatement(ObjectKind.Type, p.ToRelationName(name), commands.ToList(), false, position);
    }

    /// <summary>Consumes CAST of CREATE.</summary>
    public static CreateCastStatement ParseCreateCast(Parser p, int position)
    {
        p.Expect(Keyword.Cast);
        var cast = (CastObject)ObjectGrammar.ParseReference(p, ObjectKind.Cast);
        FunctionObject? function = null;
        bool isInOut = false;
        if (p.Accept(Keyword.Without))
        {
            p.Expect(Keyword.Function);
        }
        else
        {
            p.Expect(Keyword.With);
            if (p.Accept(Keyword.Inout))
            {
                isInOut = true;
            }
            else
            {
                p.Expect(Keyword.Function);
                function = ObjectGrammar.ParseFunction(p);
            }
        }

        CastContext context = CastContext.Explicit;
        if (p.Accept(Keyword.As))
        {
            context = p.Accept(Keyword.Implicit) ? CastContext.Implicit : CastContext.Assignment;
            if (context == CastContext.Assignment)
            {
                p.Expect(Keyword.Assignment);
            }
        }

        return new CreateCastStatement(cast.Source, cast.Target, function, isInOut, context, position);
    }

    /// <summary>Consumes TRANSFORM of CREATE.</summary>
    public static CreateTransformStatement ParseCreateTransform(Parser p, bool orReplace, int position)
    {
        p.Expect(Keyword.Transform);
        var transform = (TransformObject)ObjectGrammar.ParseReference(p, ObjectKind.Transform);
        p.Expect(TokenKind.LeftParen);
        FunctionObject? fromSql = null;
        FunctionObject? toSql = null;
        do
        {
            bool isFrom = p.Is(Keyword.From);
            if (isFrom ? fromSql is not null : toSql is not null)
            {
                throw p.SyntaxError();
            }

            if (!isFrom && !p.Is(Keyword.To))
            {
                throw p.SyntaxError();
            }

            p.Advance();
            p.Expect(Keyword.Sql);
            p.Expect(Keyword.With);
            p.Expect(Keyword.Function);
            FunctionObject function = ObjectGrammar.ParseFunction(p);
            if (isFrom)
            {
                fromSql = function;
            }
            else
            {
                toSql = function;
            }
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return new CreateTransformStatement(transform.Type, transform.Language, fromSql, toSql, orReplace, position);
    }

    private static AlterEnumStatement ParseAddValue(Parser p, QualifiedName name, int position)
    {
        p.Advance();
        p.Advance();
        bool ifNotExists = p.AcceptIfNotExists();
        string label = p.StringConstant();
        string? neighbor = null;
        bool isAfter = p.Is(Keyword.After);
        if (isAfter || p.Is(Keyword.Before))
        {
            p.Advance();
            neighbor = p.StringConstant();
        }

        return new AlterEnumStatement(name, null, label, position) { Neighbor = neighbor, IsAfter = isAfter, IfNotExists = ifNotExists };
    }

    private static Statement ParseRename(Parser p, QualifiedName name, TypeObject reference, int position)
    {
        p.Expect(Keyword.Rename);
        if (p.Accept(Keyword.Value))
        {
            string old = p.StringConstant();
            p.Expect(Keyword.To);
            return new AlterEnumStatement(name, old, p.StringConstant(), position);
        }

        if (p.Accept(Keyword.Attribute))
        {
            string old = p.ColumnId();
            p.Expect(Keyword.To);
            string renamed = p.ColumnId();
            RelationName relation = p.ToRelationName(name);
            return new RenameStatement(ObjectKind.Column, ObjectGrammar.Of(relation), old, renamed, false, position)
            {
                RelationKind = ObjectKind.Type,
                Relation = relation,
                Behavior = p.DropBehavior(),
            };
        }

        p.Expect(Keyword.To);
        return new RenameStatement(ObjectKind.Type, reference, null, p.ColumnId(), false, position);
    }

    private static AlterTableCommand ParseAttributeCommand(Parser p)
    {
        int position = p.Position;
        if (p.Accept(Keyword.Add))
        {
            p.Expect(Keyword.Attribute);
            int columnPosition = p.Position;
            string name = p.ColumnId();
            TypeName type = TypeGrammar.ParseType(p);
            QualifiedName? collation = p.Accept(Keyword.Collate) ? p.AnyName() : null;
            return new AddColumn(new ColumnDefinition(name, type, columnPosition) { Collation = collation }, false, p.DropBehavior(), position);
        }

        if (p.Accept(Keyword.Drop))
        {
            p.Expect(Keyword.Attribute);
            bool ifExists = p.AcceptIfExists();
            string name = p.ColumnId();
            return new DropColumn(name, ifExists, p.DropBehavior(), position);
        }

        p.Expect(Keyword.Alter);
        p.Expect(Keyword.Attribute);
        string column = p.ColumnId();
        if (p.Accept(Keyword.Set))
        {
            p.Expect(Keyword.Data);
        }

        p.Expect(Keyword.Type);
        TypeName newType = TypeGrammar.ParseType(p);
        QualifiedName? newCollation = p.Accept(Keyword.Collate) ? p.AnyName() : null;
        return new AlterColumnType(column, newType, newCollation, null, p.DropBehavior(), position);
    }
}
