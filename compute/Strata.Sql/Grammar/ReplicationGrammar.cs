using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Publications and subscriptions.</summary>
internal static class ReplicationGrammar
{
    /// <summary>Consumes PUBLICATION of CREATE.</summary>
    public static CreatePublicationStatement ParseCreatePublication(Parser p, int position)
    {
        p.Expect(Keyword.Publication);
        string name = p.ColumnId();
        bool isAll = false;
        SyntaxList<PublicationObject> objects = default;
        if (p.Accept(Keyword.For))
        {
            if (p.Accept(Keyword.All))
            {
                p.Expect(Keyword.Tables);
                isAll = true;
            }
            else
            {
                objects = ParseObjects(p);
            }
        }

        return new CreatePublicationStatement(name, isAll, objects, ParseWithDefinition(p), position);
    }

    /// <summary>Consumes PUBLICATION of ALTER.</summary>
    public static Statement ParseAlterPublication(Parser p, int position)
    {
        p.Expect(Keyword.Publication);
        NamedObject reference = ObjectGrammar.SimpleName(p);
        if (ForeignGrammar.TryParseRenameOrOwner(p, ObjectKind.Publication, reference, position) is { } statement)
        {
            return statement;
        }

        string name = reference.Name.Name;
        if (p.Accept(Keyword.Add))
        {
            return new AlterPublicationStatement(name, DefinitionAction.Add, ParseObjects(p), default, position);
        }

        if (p.Accept(Keyword.Drop))
        {
            return new AlterPublicationStatement(name, DefinitionAction.Drop, ParseObjects(p), default, position);
        }

        p.Expect(Keyword.Set);
        return p.Is(TokenKind.LeftParen)
            ? new AlterPublicationStatement(name, DefinitionAction.Unspecified, default, OptionGrammar.ParseDefinition(p), position)
            : new AlterPublicationStatement(name, DefinitionAction.Set, ParseObjects(p), default, position);
    }

    /// <summary>Consumes SUBSCRIPTION of CREATE.</summary>
    public static CreateSubscriptionStatement ParseCreateSubscription(Parser p, int position)
    {
        p.Expect(Keyword.Subscription);
        string name = p.ColumnId();
        p.Expect(Keyword.Connection);
        string connection = p.StringConstant();
        p.Expect(Keyword.Publication);
        SyntaxList<string> publications = p.NameList();
        return new CreateSubscriptionStatement(name, connection, publications, ParseWithDefinition(p), position);
    }

    /// <summary>Consumes SUBSCRIPTION of ALTER.</summary>
    public static Statement ParseAlterSubscription(Parser p, int position)
    {
        p.Expect(Keyword.Subscription);
        NamedObject reference = ObjectGrammar.SimpleName(p);
        if (ForeignGrammar.TryParseRenameOrOwner(p, ObjectKind.Subscription, reference, position) is { } statement)
        {
            return statement;
        }

        string name = reference.Name.Name;
        switch (p.Keyword)
        {
            case Keyword.Set:
                p.Advance();
                if (p.Is(TokenKind.LeftParen))
                {
                    return new AlterSubscriptionStatement(AlterSubscriptionKind.Options, name, null, default, OptionGrammar.ParseDefinition(p), position);
                }

                return ParsePublications(p, AlterSubscriptionKind.SetPublication, name, position);
            case Keyword.Add:
                p.Advance();
                return ParsePublications(p, AlterSubscriptionKind.AddPublication, name, position);
            case Keyword.Drop:
                p.Advance();
                return ParsePublications(p, AlterSubscriptionKind.DropPublication, name, position);
            case Keyword.Connection:
                p.Advance();
                return new AlterSubscriptionStatement(AlterSubscriptionKind.Connection, name, p.StringConstant(), default, default, position);
            case Keyword.Refresh:
                p.Advance();
                p.Expect(Keyword.Publication);
                return new AlterSubscriptionStatement(AlterSubscriptionKind.Refresh, name, null, default, ParseWithDefinition(p), position);
            case Keyword.Enable:
                p.Advance();
                return new AlterSubscriptionStatement(AlterSubscriptionKind.Enable, name, null, default, default, position);
            case Keyword.Disable:
                p.Advance();
                return new AlterSubscriptionStatement(AlterSubscriptionKind.Disable, name, null, default, default, position);
            default:
                p.Expect(Keyword.Skip);
                return new AlterSubscriptionStatement(AlterSubscriptionKind.Skip, name, null, default, OptionGrammar.ParseDefinition(p), position);
        }
    }

    private static SyntaxList<DefinitionElement> ParseWithDefinition(Parser p) =>
        p.Accept(Keyword.With) ? OptionGrammar.ParseDefinition(p) : default;

    private static AlterSubscriptionStatement ParsePublications(Parser p, AlterSubscriptionKind kind, string name, int position)
    {
        p.Expect(Keyword.Publication);
        SyntaxList<string> publications = p.NameList();
        return new AlterSubscriptionStatement(kind, name, null, publications, ParseWithDefinition(p), position);
    }

    /// <summary>Consumes pub_obj_list: after the first, a member without a kind is of the kind before it.</summary>
    private static SyntaxList<PublicationObject> ParseObjects(Parser p)
    {
        var objects = new ListBuilder<PublicationObject>();
        bool? isSchema = null;
        do
        {
            int position = p.Position;
            if (p.Accept(Keyword.Table))
            {
                isSchema = false;
            }
            else if (p.Is(Keyword.Tables, Keyword.In))
            {
                p.Advance();
                p.Advance();
                p.Expect(Keyword.Schema);
                isSchema = true;
            }
            else if (isSchema is null)
            {
                if (!p.IsColumnId() && !p.Is(Keyword.Only) && !p.Is(Keyword.CurrentSchema))
                {
                    throw p.SyntaxError();
                }

                throw p.Error(
                    "invalid publication object list", position, SqlStates.SyntaxError,
                    "One of TABLE or TABLES IN SCHEMA must be specified before a standalone table or schema name.");
            }

            bool isExplicit = p.Position != position;
            objects.Add(isSchema == true ? ParseSchema(p, isExplicit, position) : ParseTable(p, isExplicit, position));
        }
        while (p.Accept(TokenKind.Comma));
        return objects.ToList();
    }

    private static PublicationObject ParseSchema(Parser p, bool isExplicit, int position)
    {
        if (p.Accept(Keyword.CurrentSchema))
        {
            return new PublicationObject(PublicationObjectKind.TablesInCurrentSchema, null, null, default, null, position);
        }

        if (isExplicit)
        {
            return new PublicationObject(PublicationObjectKind.TablesInSchema, null, p.ColumnId(), default, null, position);
        }

        // Without the words it may look like a table; only its meaning is wrong.
        PublicationObject item = ParseTable(p, isExplicit, position);
        if (item.Relation!.Schema is not null || !item.Relation.IncludeDescendants)
        {
            throw p.Error("invalid schema name", position);
        }

        if (item.Where is not null)
        {
            throw p.Error("WHERE clause not allowed for schema", position);
        }

        if (!item.Columns.IsEmpty)
        {
            throw p.Error("column specification not allowed for schema", position);
        }

        string name = item.Relation.Name;
        return new PublicationObject(PublicationObjectKind.TablesInSchema, null, name, default, null, position);
    }

    private static PublicationObject ParseTable(Parser p, bool isExplicit, int position)
    {
        if (!isExplicit && p.Is(Keyword.CurrentSchema))
        {
            throw p.Error("invalid table name", p.Position);
        }

        RelationName relation = p.RelationExpression();
        SyntaxList<string> columns = p.OptionalColumnList();
        Expression? where = null;
        if (p.Accept(Keyword.Where))
        {
            p.Expect(TokenKind.LeftParen);
            where = ExpressionGrammar.Parse(p);
            p.Expect(TokenKind.RightParen);
        }

        return new PublicationObject(PublicationObjectKind.Table, relation, null, columns, where, position);
    }
}
