using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Names of objects by kind, with argument types where the kind has them; DROP and COMMENT.</summary>
internal static class ObjectGrammar
{
    /// <summary>Consumes the words of an object kind, if one starts here and stands in the subset that names alone identify or all.</summary>
    public static ObjectKind ParseKind(Parser p)
    {
        Keyword keyword = p.Keyword;
        switch (keyword)
        {
            case Keyword.Access:
                p.Advance();
                p.Expect(Keyword.Method);
                return ObjectKind.AccessMethod;
            case Keyword.Event:
                p.Advance();
                p.Expect(Keyword.Trigger);
                return ObjectKind.EventTrigger;
            case Keyword.Foreign:
                p.Advance();
                if (p.Accept(Keyword.Table))
                {
                    return ObjectKind.ForeignTable;
                }

                p.Expect(Keyword.Data);
                p.Expect(Keyword.Wrapper);
                return ObjectKind.ForeignDataWrapper;
            case Keyword.Materialized:
                p.Advance();
                p.Expect(Keyword.View);
                return ObjectKind.MaterializedView;
            case Keyword.Procedural:
                p.Advance();
                p.Expect(Keyword.Language);
                return ObjectKind.Language;
            case Keyword.Large:
                p.Advance();
                p.Expect(Keyword.Object);
                return ObjectKind.LargeObject;
            case Keyword.Operator:
                p.Advance();
                if (p.Accept(Keyword.Class))
                {
                    return ObjectKind.OperatorClass;
                }

                return p.Accept(Keyword.Family) ? ObjectKind.OperatorFamily : ObjectKind.Operator;
            case Keyword.Text:
                p.Advance();
                p.Expect(Keyword.Search);
                return ParseTextSearchKind(p);
        }

        ObjectKind kind = keyword switch
        {
            Keyword.Aggregate => ObjectKind.Aggregate,
            Keyword.Cast => ObjectKind.Cast,
            Keyword.Collation => ObjectKind.Collation,
            Keyword.Column => ObjectKind.Column,
            Keyword.Constraint => ObjectKind.TableConstraint,
            Keyword.Conversion => ObjectKind.Conversion,
            Keyword.Database => ObjectKind.Database,
            Keyword.Domain => ObjectKind.Domain,
            Keyword.Extension => ObjectKind.Extension,
            Keyword.Function => ObjectKind.Function,
            Keyword.Index => ObjectKind.Index,
            Keyword.Language => ObjectKind.Language,
            Keyword.Policy => ObjectKind.Policy,
            Keyword.Procedure => ObjectKind.Procedure,
            Keyword.Publication => ObjectKind.Publication,
            Keyword.Role => ObjectKind.Role,
            Keyword.Routine => ObjectKind.Routine,
            Keyword.Rule => ObjectKind.Rule,
            Keyword.Schema => ObjectKind.Schema,
            Keyword.Sequence => ObjectKind.Sequence,
            Keyword.Server => ObjectKind.ForeignServer,
            Keyword.Statistics => ObjectKind.Statistics,
            Keyword.Subscription => ObjectKind.Subscription,
            Keyword.Table => ObjectKind.Table,
            Keyword.Tablespace => ObjectKind.Tablespace,
            Keyword.Transform => ObjectKind.Transform,
            Keyword.Trigger => ObjectKind.Trigger,
            Keyword.Type => ObjectKind.Type,
            Keyword.View => ObjectKind.View,
            _ => throw p.SyntaxError(),
        };
        p.Advance();
        return kind;
    }

    /// <summary>Consumes PARSER, DICTIONARY, TEMPLATE or CONFIGURATION.</summary>
    public static ObjectKind ParseTextSearchKind(Parser p)
    {
        ObjectKind kind = p.Keyword switch
        {
            Keyword.Parser => ObjectKind.TextSearchParser,
            Keyword.Dictionary => ObjectKind.TextSearchDictionary,
            Keyword.Template => ObjectKind.TextSearchTemplate,
            Keyword.Configuration => ObjectKind.TextSearchConfiguration,
            _ => throw p.SyntaxError(),
        };
        p.Advance();
        return kind;
    }

    /// <summary>Consumes the name of an object of the kind.</summary>
    public static ObjectReference ParseReference(Parser p, ObjectKind kind)
    {
        int position = p.Position;
        switch (kind)
        {
            case ObjectKind.Function or ObjectKind.Procedure or ObjectKind.Routine:
                return ParseFunction(p);
            case ObjectKind.Aggregate:
                return ParseAggregate(p);
            case ObjectKind.Operator:
                return ParseOperator(p);
            case ObjectKind.OperatorClass or ObjectKind.OperatorFamily:
                {
                    QualifiedName name = p.AnyName();
                    p.Expect(Keyword.Using);
                    return new OperatorClassObject(name, p.ColumnId(), position);
                }

            case ObjectKind.Type or ObjectKind.Domain:
                return new TypeObject(TypeGrammar.ParseType(p), position);
            case ObjectKind.Cast:
                {
                    p.Expect(TokenKind.LeftParen);
                    TypeName source = TypeGrammar.ParseType(p);
                    p.Expect(Keyword.As);
                    TypeName target = TypeGrammar.ParseType(p);
                    p.Expect(TokenKind.RightParen);
                    return new CastObject(source, target, position);
                }

            case ObjectKind.Transform:
                {
                    p.Expect(Keyword.For);
                    TypeName type = TypeGrammar.ParseType(p);
                    p.Expect(Keyword.Language);
                    return new TransformObject(type, p.ColumnId(), position);
                }

            case ObjectKind.LargeObject:
                return new LargeObjectReference(OptionGrammar.ParseNumber(p), position);
            case ObjectKind.Policy or ObjectKind.Rule or ObjectKind.Trigger:
                {
                    string name = p.ColumnId();
                    p.Expect(Keyword.On);
                    return new DependentObject(name, p.AnyName(), position);
                }

            default:
                return IsSimpleName(kind) ? SimpleName(p) : new NamedObject(p.AnyName(), position);
        }
    }

    /// <summary>Consumes an object with its kind, where a constraint may belong to a domain (COMMENT, SECURITY LABEL).</summary>
    public static (ObjectKind Kind, ObjectReference Object) ParseObject(Parser p)
    {
        ObjectKind kind = ParseKind(p);
        if (kind != ObjectKind.TableConstraint)
        {
            return (kind, ParseReference(p, kind));
        }

        int position = p.Position;
        string name = p.ColumnId();
        p.Expect(Keyword.On);
        if (p.Accept(Keyword.Domain))
        {
            int domainPosition = p.Position;
            return (ObjectKind.DomainConstraint, new DomainConstraintObject(name, new TypeName(p.AnyName().Parts, domainPosition), position));
        }

        return (kind, new DependentObject(name, p.AnyName(), position));
    }

    /// <summary>A plain name as an object.</summary>
    public static NamedObject SimpleName(Parser p)
    {
        int position = p.Position;
        return new NamedObject(new QualifiedName([p.ColumnId()], position), position);
    }

    /// <summary>A relation's name as an object.</summary>
    public static NamedObject Of(RelationName relation)
    {
        SyntaxList<string> parts = relation.Schema is null ? [relation.Name]
            : relation.Catalog is null ? [relation.Schema, relation.Name] : [relation.Catalog, relation.Schema, relation.Name];
        return new NamedObject(new QualifiedName(parts, relation.Position), relation.Position);
    }

    /// <summary>Consumes a function_with_argtypes.</summary>
    public static FunctionObject ParseFunction(Parser p)
    {
        int position = p.Position;
        QualifiedName name = p.PeekKind() == TokenKind.LeftParen || !p.IsColumnId() ? p.FunctionName() : p.AnyName();
        return p.Is(TokenKind.LeftParen)
            ? new FunctionObject(name, RoutineGrammar.ParseParameters(p, allowDefaults: false), true, position)
            : new FunctionObject(name, default, false, position);
    }

    /// <summary>Consumes an aggregate_with_argtypes.</summary>
    public static AggregateObject ParseAggregate(Parser p)
    {
        int position = p.Position;
        return new AggregateObject(p.FunctionName(), RoutineGrammar.ParseAggregateArguments(p), position);
    }

    /// <summary>Consumes an operator_with_argtypes.</summary>
    public static OperatorObject ParseOperator(Parser p)
    {
        int position = p.Position;
        OperatorName name = ExpressionGrammar.ParseAnyOperator(p);
        return ParseOperandTypes(p, name, position);
    }

    /// <summary>Consumes <c>(left, right)</c> of an operator, either may be NONE.</summary>
    public static OperatorObject ParseOperandTypes(Parser p, OperatorName name, int position)
    {
        p.Expect(TokenKind.LeftParen);
        TypeName? left = p.Accept(Keyword.NoneWord) ? null : TypeGrammar.ParseType(p);
        if (p.Is(TokenKind.RightParen) && left is not null)
        {
            throw p.Error("missing argument", p.Position, SqlStates.SyntaxError, null, "Use NONE to denote the missing argument of a unary operator.");
        }

        p.Expect(TokenKind.Comma);
        TypeName? right = left is not null && p.Accept(Keyword.NoneWord) ? null : TypeGrammar.ParseType(p);
        p.Expect(TokenKind.RightParen);
        return new OperatorObject(name, left, right, position);
    }

    /// <summary>Consumes DROP.</summary>
    public static Statement ParseDrop(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Drop);
        switch (p.Keyword)
        {
            case Keyword.Database:
                return ParseDropDatabase(p, position);
            case Keyword.Role or Keyword.User or Keyword.Group:
                return RoleGrammar.ParseDrop(p, position);
            case Keyword.Owned:
                {
                    p.Advance();
                    p.Expect(Keyword.By);
                    SyntaxList<RoleReference> roles = p.RoleList();
                    return new DropOwnedStatement(roles, p.DropBehavior(), position);
                }

            case Keyword.Tablespace:
                {
                    p.Advance();
                    bool tablespaceIfExists = p.AcceptIfExists();
                    return new DropTablespaceStatement(p.ColumnId(), tablespaceIfExists, position);
                }

            case Keyword.Subscription:
                {
                    p.Advance();
                    bool subscriptionIfExists = p.AcceptIfExists();
                    string name = p.ColumnId();
                    return new DropSubscriptionStatement(name, subscriptionIfExists, p.DropBehavior(), position);
                }

            case Keyword.Column or Keyword.Constraint or Keyword.Large:
                throw p.SyntaxError();
        }

        ObjectKind kind = ParseKind(p);
        bool isConcurrent = kind == ObjectKind.Index && p.Accept(Keyword.Concurrently);
        bool ifExists = p.AcceptIfExists();
        var objects = new ListBuilder<ObjectReference>();
        bool isList = !(kind is ObjectKind.Cast or ObjectKind.Transform or ObjectKind.OperatorClass or ObjectKind.OperatorFamily
            or ObjectKind.Policy or ObjectKind.Rule or ObjectKind.Trigger);
        do
        {
            objects.Add(ParseReference(p, kind));
        }
        while (isList && p.Accept(TokenKind.Comma));
        return new DropStatement(kind, objects.ToList(), ifExists, p.DropBehavior(), isConcurrent, position);
    }

    /// <summary>Consumes COMMENT.</summary>
    public static CommentStatement ParseComment(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Comment);
        p.Expect(Keyword.On);
        (ObjectKind kind, ObjectReference reference) = ParseObject(p);
        p.Expect(Keyword.Is);
        return new CommentStatement(kind, reference, ParseStringOrNull(p), position);
    }

    /// <summary>Consumes SECURITY LABEL.</summary>
    public static SecurityLabelStatement ParseSecurityLabel(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Security);
        p.Expect(Keyword.Label);
        string? provider = p.Accept(Keyword.For) ? p.NonReservedWordOrString() : null;
        p.Expect(Keyword.On);
        (ObjectKind kind, ObjectReference reference) = ParseObject(p);
        p.Expect(Keyword.Is);
        return new SecurityLabelStatement(kind, reference, provider, ParseStringOrNull(p), position);
    }

    private static string? ParseStringOrNull(Parser p) => p.Accept(Keyword.Null) ? null : p.StringConstant();

    private static bool IsSimpleName(ObjectKind kind) => kind is
        ObjectKind.AccessMethod or ObjectKind.EventTrigger or ObjectKind.Extension or ObjectKind.ForeignDataWrapper or ObjectKind.Language
        or ObjectKind.Publication or ObjectKind.Schema or ObjectKind.ForeignServer or ObjectKind.Database or ObjectKind.Role
        or ObjectKind.Subscription or ObjectKind.Tablespace;

    private static DropDatabaseStatement ParseDropDatabase(Parser p, int position)
    {
        p.Expect(Keyword.Database);
        bool ifExists = p.AcceptIfExists();
        string name = p.ColumnId();
        var options = new ListBuilder<DefinitionElement>();
        if (p.Is(Keyword.With) || p.Is(TokenKind.LeftParen))
        {
            p.Accept(Keyword.With);
            p.Expect(TokenKind.LeftParen);
            do
            {
                int optionPosition = p.Position;
                p.Expect(Keyword.Force);
                options.Add(new DefinitionElement("force", null, optionPosition));
            }
            while (p.Accept(TokenKind.Comma));
            p.Expect(TokenKind.RightParen);
        }

        return new DropDatabaseStatement(name, ifExists, options.ToList(), position);
    }
}
