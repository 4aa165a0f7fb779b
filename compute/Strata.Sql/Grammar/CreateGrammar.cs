using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>CREATE: decides what is created; small kinds are read here.</summary>
internal static class CreateGrammar
{
    /// <summary>Consumes CREATE.</summary>
    public static Statement Parse(Parser p)
    {
        p.Enter();
        int position = p.Position;
        p.Expect(Keyword.Create);
        Statement statement = ParseKind(p, position);
        p.Leave();
        return statement;
    }

    private static Statement ParseKind(Parser p, int position)
    {
        if (p.Is(Keyword.Or))
        {
            p.Advance();
            p.Expect(Keyword.Replace);
            return ParseOrReplace(p, position);
        }

        switch (p.Keyword)
        {
            case Keyword.Table:
                return TableGrammar.ParseCreateTable(p, RelationPersistence.Permanent, position);
            case Keyword.Temporary or Keyword.Temp or Keyword.Local or Keyword.Global or Keyword.Unlogged:
                return ParsePersistent(p, position);
            case Keyword.View or Keyword.Recursive:
                return TableGrammar.ParseCreateView(p, RelationPersistence.Permanent, false, position);
            case Keyword.Materialized:
                return TableGrammar.ParseCreateMaterializedView(p, RelationPersistence.Permanent, position);
            case Keyword.Sequence:
                return TableGrammar.ParseCreateSequence(p, RelationPersistence.Permanent, position);
            case Keyword.Index:
                return IndexGrammar.ParseCreate(p, false, position);
            case Keyword.Unique:
                p.Advance();
                return IndexGrammar.ParseCreate(p, true, position);
            case Keyword.Schema:
                return ParseSchema(p, position);
            case Keyword.Database:
                return DatabaseGrammar.ParseCreate(p, position);
            case Keyword.Role or Keyword.Group:
                return RoleGrammar.ParseCreate(p, position);
            case Keyword.User:
                return p.PeekKeyword() == Keyword.Mapping
                    ? ForeignGrammar.ParseCreateUserMapping(p, position)
                    : RoleGrammar.ParseCreate(p, position);
            case Keyword.Type:
                return TypeDefinitionGrammar.ParseCreateType(p, position);
            case Keyword.Domain:
                return TypeDefinitionGrammar.ParseCreateDomain(p, position);
            case Keyword.Function or Keyword.Procedure:
                return RoutineGrammar.ParseCreate(p, false, position);
            case Keyword.Aggregate:
                return RoutineGrammar.ParseCreateAggregate(p, false, position);
            case Keyword.Operator:
                return OperatorGrammar.ParseCreate(p, position);
            case Keyword.Cast:
                return TypeDefinitionGrammar.ParseCreateCast(p, position);
            case Keyword.Transform:
                return TypeDefinitionGrammar.ParseCreateTransform(p, false, position);
            case Keyword.Trusted or Keyword.Procedural or Keyword.Language:
                return RoutineGrammar.ParseCreateLanguage(p, false, position);
            case Keyword.Trigger:
                return TriggerGrammar.ParseCreate(p, false, position);
            case Keyword.Constraint:
                return TriggerGrammar.ParseCreate(p, false, position);
            case Keyword.Event:
                return TriggerGrammar.ParseCreateEventTrigger(p, position);
            case Keyword.Rule:
                return TriggerGrammar.ParseCreateRule(p, false, position);
            case Keyword.Policy:
                return TriggerGrammar.ParseCreatePolicy(p, position);
            case Keyword.Extension:
                return DatabaseGrammar.ParseCreateExtension(p, position);
            case Keyword.Tablespace:
                return DatabaseGrammar.ParseCreateTablespace(p, position);
            case Keyword.Foreign:
                return p.PeekKeyword() == Keyword.Table
                    ? TableGrammar.ParseCreateForeignTable(p, position)
                    : ForeignGrammar.ParseCreateWrapper(p, position);
            case Keyword.Server:
                return ForeignGrammar.ParseCreateServer(p, position);
            case Keyword.Publication:
                return ReplicationGrammar.ParseCreatePublication(p, position);
            case Keyword.Subscription:
                return ReplicationGrammar.ParseCreateSubscription(p, position);
            case Keyword.Text:
                return ParseTextSearch(p, position);
            case Keyword.Collation:
                return ParseCollation(p, position);
            case Keyword.Statistics:
                return ParseStatistics(p, position);
            case Keyword.Access:
                return ParseAccessMethod(p, position);
            case Keyword.Default or Keyword.Conversion:
                return ParseConversion(p, position);
            default:
                throw p.SyntaxError();
        }
    }

    private static Statement ParseOrReplace(Parser p, int position)
    {
        switch (p.Keyword)
        {
            case Keyword.View or Keyword.Recursive:
                return TableGrammar.ParseCreateView(p, RelationPersistence.Permanent, true, position);
            case Keyword.Temporary or Keyword.Temp or Keyword.Local or Keyword.Global or Keyword.Unlogged:
                {
                    RelationPersistence persistence = TableGrammar.ParsePersistence(p);
                    return TableGrammar.ParseCreateView(p, persistence, true, position);
                }

            case Keyword.Function or Keyword.Procedure:
                return RoutineGrammar.ParseCreate(p, true, position);
            case Keyword.Aggregate:
                return RoutineGrammar.ParseCreateAggregate(p, true, position);
            case Keyword.Trusted or Keyword.Procedural or Keyword.Language:
                return RoutineGrammar.ParseCreateLanguage(p, true, position);
            case Keyword.Trigger or Keyword.Constraint:
                return TriggerGrammar.ParseCreate(p, true, position);
            case Keyword.Rule:
                return TriggerGrammar.ParseCreateRule(p, true, position);
            case Keyword.Transform:
                return TypeDefinitionGrammar.ParseCreateTransform(p, true, position);
            default:
                throw p.SyntaxError();
        }
    }

    private static Statement ParsePersistent(Parser p, int position)
    {
        RelationPersistence persistence = TableGrammar.ParsePersistence(p);
        return p.Keyword switch
        {
            Keyword.Table => TableGrammar.ParseCreateTable(p, persistence, position),
            Keyword.View or Keyword.Recursive => TableGrammar.ParseCreateView(p, persistence, false, position),
            Keyword.Sequence => TableGrammar.ParseCreateSequence(p, persistence, position),
            Keyword.Materialized when persistence == RelationPersistence.Unlogged =>
                TableGrammar.ParseCreateMaterializedView(p, persistence, position),
            _ => throw p.SyntaxError(),
        };
    }

    private static CreateSchemaStatement ParseSchema(Parser p, int position)
    {
        p.Expect(Keyword.Schema);
        bool ifNotExists = p.AcceptIfNotExists();
        string? name = null;
        RoleReference? authorization = null;
        if (!p.Is(Keyword.Authorization))
        {
            name = p.ColumnId();
        }

        if (p.Accept(Keyword.Authorization))
        {
            authorization = p.Role();
        }

        var elements = new ListBuilder<Statement>();
        int elementsPosition = p.Position;
        while (p.Keyword is Keyword.Create or Keyword.Grant)
        {
            int mark = p.Mark;
            Statement element = p.Is(Keyword.Create) ? Parse(p) : GrantGrammar.ParseGrant(p);
            if (!(element is CreateTableStatement or CreateIndexStatement or CreateSequenceStatement or CreateTriggerStatement
                or GrantStatement or CreateViewStatement))
            {
                p.Rewind(mark + 1);
                throw p.SyntaxError();
            }

            elements.Add(element);
        }

        if (ifNotExists && elements.Count > 0)
        {
            throw p.Error("CREATE SCHEMA IF NOT EXISTS cannot include schema elements", elementsPosition, SqlStates.FeatureNotSupported);
        }

        return new CreateSchemaStatement(name, authorization, elements.ToList(), ifNotExists, position);
    }

    private static DefineStatement ParseTextSearch(Parser p, int position)
    {
        p.Expect(Keyword.Text, Keyword.Search);
        ObjectKind kind = ObjectGrammar.ParseTextSearchKind(p);
        QualifiedName name = p.AnyName();
        return new DefineStatement(kind, name, OptionGrammar.ParseDefinition(p), position) { HasDefinition = true };
    }

    private static DefineStatement ParseCollation(Parser p, int position)
    {
        p.Expect(Keyword.Collation);
        bool ifNotExists = p.AcceptIfNotExists();
        QualifiedName name = p.AnyName();
        if (p.Accept(Keyword.From))
        {
            return new DefineStatement(ObjectKind.Collation, name, default, position) { IfNotExists = ifNotExists, From = p.AnyName() };
        }

        return new DefineStatement(ObjectKind.Collation, name, OptionGrammar.ParseDefinition(p), position)
        {
            IfNotExists = ifNotExists,
            HasDefinition = true,
        };
    }

    private static CreateStatisticsStatement ParseStatistics(Parser p, int position)
    {
        p.Expect(Keyword.Statistics);
        bool ifNotExists = p.AcceptIfNotExists();
        QualifiedName name = p.AnyName();
        SyntaxList<string> kinds = p.OptionalColumnList();
        p.Expect(Keyword.On);
        var elements = new ListBuilder<IndexElement>();
        do
        {
            elements.Add(IndexGrammar.ParseKeyOnly(p));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(Keyword.From);
        return new CreateStatisticsStatement(name, kinds, elements.ToList(), FromGrammar.ParseList(p), ifNotExists, position);
    }

    private static CreateAccessMethodStatement ParseAccessMethod(Parser p, int position)
    {
        p.Expect(Keyword.Access, Keyword.Method);
        string name = p.ColumnId();
        p.Expect(Keyword.Type);
        bool isIndex = p.Accept(Keyword.Index);
        if (!isIndex)
        {
            p.Expect(Keyword.Table);
        }

        p.Expect(Keyword.Handler);
        return new CreateAccessMethodStatement(name, isIndex, p.AnyName(), position);
    }

    private static CreateConversionStatement ParseConversion(Parser p, int position)
    {
        bool isDefault = p.Accept(Keyword.Default);
        p.Expect(Keyword.Conversion);
        QualifiedName name = p.AnyName();
        p.Expect(Keyword.For);
        string source = p.StringConstant();
        p.Expect(Keyword.To);
        string target = p.StringConstant();
        p.Expect(Keyword.From);
        return new CreateConversionStatement(name, source, target, p.AnyName(), isDefault, position);
    }
}
