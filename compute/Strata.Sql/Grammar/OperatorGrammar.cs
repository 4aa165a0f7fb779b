using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Operators, operator classes and operator families.</summary>
internal static class OperatorGrammar
{
    /// <summary>Consumes OPERATOR [CLASS | FAMILY] of CREATE.</summary>
    public static Statement ParseCreate(Parser p, int position)
    {
        p.Expect(Keyword.Operator);
        if (p.Accept(Keyword.Class))
        {
            return ParseCreateClass(p, position);
        }

        if (p.Accept(Keyword.Family))
        {
            QualifiedName family = p.AnyName();
            p.Expect(Keyword.Using);
            return new CreateOperatorFamilyStatement(family, p.ColumnId(), position);
        }

        OperatorName name = ExpressionGrammar.ParseAnyOperator(p);
        return new DefineStatement(ObjectKind.Operator, new QualifiedName(name.Parts, name.Position), OptionGrammar.ParseDefinition(p), position)
        {
            HasDefinition = true,
        };
    }

    /// <summary>Consumes OPERATOR [CLASS | FAMILY] of ALTER.</summary>
    public static Statement ParseAlter(Parser p, int position)
    {
        p.Expect(Keyword.Operator);
        if (p.Is(Keyword.Class) || p.Is(Keyword.Family))
        {
            return ParseAlterClassOrFamily(p, position);
        }

        OperatorObject reference = ObjectGrammar.ParseOperator(p);
        if (p.Accept(Keyword.Owner))
        {
            p.Expect(Keyword.To);
            return new AlterOwnerStatement(ObjectKind.Operator, reference, p.Role(), position);
        }

        p.Expect(Keyword.Set);
        if (p.Accept(Keyword.Schema))
        {
            return new AlterObjectSchemaStatement(ObjectKind.Operator, reference, p.ColumnId(), false, position);
        }

        return new AlterOperatorStatement(reference, ParseOperatorDefinition(p), position);
    }

    /// <summary>Consumes <c>( name = value | NONE, … )</c>; NONE is a null value.</summary>
    public static SyntaxList<DefinitionElement> ParseOperatorDefinition(Parser p)
    {
        p.Expect(TokenKind.LeftParen);
        var options = new ListBuilder<DefinitionElement>();
        do
        {
            int position = p.Position;
            string name = p.ColumnLabel();
            p.Expect(TokenKind.Equal);
            options.Add(new DefinitionElement(name, p.Accept(Keyword.NoneWord) ? null : OptionGrammar.ParseDefinitionArgument(p), position));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return options.ToList();
    }

    private static CreateOperatorClassStatement ParseCreateClass(Parser p, int position)
    {
        QualifiedName name = p.AnyName();
        bool isDefault = p.Accept(Keyword.Default);
        p.Expect(Keyword.For);
        p.Expect(Keyword.Type);
        TypeName type = TypeGrammar.ParseType(p);
        p.Expect(Keyword.Using);
        string method = p.ColumnId();
        QualifiedName? family = p.Accept(Keyword.Family) ? p.AnyName() : null;
        p.Expect(Keyword.As);
        return new CreateOperatorClassStatement(name, isDefault, type, method, family, ParseItems(p, isDrop: false), position);
    }

    private static Statement ParseAlterClassOrFamily(Parser p, int position)
    {
        ObjectKind kind = p.Is(Keyword.Class) ? ObjectKind.OperatorClass : ObjectKind.OperatorFamily;
        p.Advance();
        var reference = (OperatorClassObject)ObjectGrammar.ParseReference(p, kind);
        switch (p.Keyword)
        {
            case Keyword.Rename:
                p.Advance();
                p.Expect(Keyword.To);
                return new RenameStatement(kind, reference, null, p.ColumnId(), false, position);
            case Keyword.Owner:
                p.Advance();
                p.Expect(Keyword.To);
                return new AlterOwnerStatement(kind, reference, p.Role(), position);
            case Keyword.Set:
                p.Advance();
                p.Expect(Keyword.Schema);
                return new AlterObjectSchemaStatement(kind, reference, p.ColumnId(), false, position);
        }

        if (kind == ObjectKind.OperatorClass)
        {
            throw p.SyntaxError();
        }

        bool isDrop = p.Accept(Keyword.Drop);
        if (!isDrop)
        {
            p.Expect(Keyword.Add);
        }

        return new AlterOperatorFamilyStatement(reference.Name, reference.AccessMethod, isDrop, ParseItems(p, isDrop), position);
    }

    private static SyntaxList<OperatorClassItem> ParseItems(Parser p, bool isDrop)
    {
        var items = new ListBuilder<OperatorClassItem>();
        do
        {
            items.Add(isDrop ? ParseDropItem(p) : ParseItem(p));
        }
        while (p.Accept(TokenKind.Comma));
        return items.ToList();
    }

    private static OperatorClassItem ParseDropItem(Parser p)
    {
        int position = p.Position;
        OperatorClassItemKind kind = p.Is(Keyword.Operator) ? OperatorClassItemKind.Operator : OperatorClassItemKind.Function;
        if (kind == OperatorClassItemKind.Function && !p.Is(Keyword.Function))
        {
            throw p.SyntaxError();
        }

        p.Advance();
        int number = p.IntegerConstant();
        p.Expect(TokenKind.LeftParen);
        SyntaxList<TypeName> types = TypeGrammar.ParseTypeList(p);
        p.Expect(TokenKind.RightParen);
        return new OperatorClassItem(kind, number, position) { Types = types };
    }

    private static OperatorClassItem ParseItem(Parser p)
    {
        int position = p.Position;
        if (p.Accept(Keyword.Storage))
        {
            return new OperatorClassItem(OperatorClassItemKind.Storage, 0, position) { StorageType = TypeGrammar.ParseType(p) };
        }

        if (p.Accept(Keyword.Operator))
        {
            int number = p.IntegerConstant();
            int namePosition = p.Position;
            OperatorName name = ExpressionGrammar.ParseAnyOperator(p);
            OperatorObject operatorObject = p.Is(TokenKind.LeftParen)
                ? ObjectGrammar.ParseOperandTypes(p, name, namePosition)
                : new OperatorObject(name, null, null, namePosition);
            QualifiedName? orderFamily = null;
            if (p.Accept(Keyword.For))
            {
                if (p.Accept(Keyword.Order))
                {
                    p.Expect(Keyword.By);
                    orderFamily = p.AnyName();
                }
                else
                {
                    p.Expect(Keyword.Search);
                }
            }

            if (p.Accept(Keyword.Recheck))
            {
                throw p.Error(
                    "RECHECK is no longer required", position, SqlStates.FeatureNotSupported, null, "Update your data type.");
            }

            return new OperatorClassItem(OperatorClassItemKind.Operator, number, position) { Operator = operatorObject, OrderFamily = orderFamily };
        }

        p.Expect(Keyword.Function);
        int functionNumber = p.IntegerConstant();
        SyntaxList<TypeName> types = default;
        if (p.Accept(TokenKind.LeftParen))
        {
            types = TypeGrammar.ParseTypeList(p);
            p.Expect(TokenKind.RightParen);
        }

        return new OperatorClassItem(OperatorClassItemKind.Function, functionNumber, position)
        {
            Types = types,
            Function = ObjectGrammar.ParseFunction(p),
        };
    }
}
