using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>ALTER: decides what is altered; objects that can only be renamed, moved or given away are read here.</summary>
internal static class AlterGrammar
{
    /// <summary>Consumes ALTER.</summary>
    public static Statement Parse(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Alter);
        switch (p.Keyword)
        {
            case Keyword.Table or Keyword.Index or Keyword.Sequence or Keyword.View or Keyword.Materialized:
                return AlterTableGrammar.Parse(p, position);
            case Keyword.Foreign:
                return p.PeekKeyword() == Keyword.Table
                    ? AlterTableGrammar.Parse(p, position)
                    : ForeignGrammar.ParseAlterWrapper(p, position);
            case Keyword.Role or Keyword.Group:
                return RoleGrammar.ParseAlter(p, position);
            case Keyword.User:
                return p.PeekKeyword() == Keyword.Mapping && p.PeekKeyword(2) == Keyword.For
                    ? ForeignGrammar.ParseAlterUserMapping(p, position)
                    : RoleGrammar.ParseAlter(p, position);
            case Keyword.Database:
                return DatabaseGrammar.ParseAlter(p, position);
            case Keyword.Default:
                return GrantGrammar.ParseAlterDefault(p, position);
            case Keyword.Domain:
                return TypeDefinitionGrammar.ParseAlterDomain(p, position);
            case Keyword.Type:
                return TypeDefinitionGrammar.ParseAlterType(p, position);
            case Keyword.Extension:
                return DatabaseGrammar.ParseAlterExtension(p, position);
            case Keyword.Operator:
                return OperatorGrammar.ParseAlter(p, position);
            case Keyword.Policy:
                return TriggerGrammar.ParseAlterPolicy(p, position);
            case Keyword.Publication:
                return ReplicationGrammar.ParseAlterPublication(p, position);
            case Keyword.Subscription:
                return ReplicationGrammar.ParseAlterSubscription(p, position);
            case Keyword.Server:
                return ForeignGrammar.ParseAlterServer(p, position);
            case Keyword.System:
                return DatabaseGrammar.ParseAlterSystem(p, position);
            case Keyword.Tablespace:
                return DatabaseGrammar.ParseAlterTablespace(p, position);
            case Keyword.Function or Keyword.Procedure or Keyword.Routine or Keyword.Aggregate or Keyword.Collation or Keyword.Conversion
                or Keyword.Language or Keyword.Procedural or Keyword.Large or Keyword.Schema or Keyword.Statistics or Keyword.Text
                or Keyword.Event or Keyword.Trigger or Keyword.Rule:
                return ParseNamed(p, position);
            default:
                throw p.SyntaxError();
        }
    }

    /// <summary>Consumes [NO] DEPENDS ON EXTENSION, if there.</summary>
    public static AlterObjectDependsStatement? TryParseDepends(Parser p, ObjectKind kind, ObjectReference reference, int position)
    {
        bool isRemove = p.Is(Keyword.No, Keyword.Depends);
        if (!isRemove && !p.Is(Keyword.Depends))
        {
            return null;
        }

        p.Accept(Keyword.No);
        p.Advance();
        p.Expect(Keyword.On);
        p.Expect(Keyword.Extension);
        return new AlterObjectDependsStatement(kind, reference, p.ColumnId(), isRemove, position);
    }

    private static Statement ParseNamed(Parser p, int position)
    {
        ObjectKind kind = ObjectGrammar.ParseKind(p);
        bool ifExists = kind == ObjectKind.Statistics && p.AcceptIfExists();
        ObjectReference reference = ObjectGrammar.ParseReference(p, kind);
        bool isRoutine = kind is ObjectKind.Function or ObjectKind.Procedure or ObjectKind.Routine;
        switch (p.Keyword)
        {
            case Keyword.Rename when kind != ObjectKind.LargeObject:
                p.Advance();
                p.Expect(Keyword.To);
                return new RenameStatement(kind, reference, null, p.ColumnId(), false, position);
            case Keyword.Owner when !(kind is ObjectKind.Trigger or ObjectKind.Rule or ObjectKind.TextSearchParser or ObjectKind.TextSearchTemplate):
                p.Advance();
                p.Expect(Keyword.To);
                return new AlterOwnerStatement(kind, reference, p.Role(), position);
            case Keyword.Set when HasSchema(kind) && IsSetSchema(p, isRoutine, kind):
                p.Advance();
                p.Expect(Keyword.Schema);
                return new AlterObjectSchemaStatement(kind, reference, p.ColumnId(), false, position);
            case Keyword.Set when kind == ObjectKind.Statistics:
                p.Advance();
                p.Expect(Keyword.Statistics);
                return new AlterStatisticsStatement(((NamedObject)reference).Name, p.SignedInteger(), ifExists, position);
            case Keyword.Refresh when kind == ObjectKind.Collation:
                p.Advance();
                p.Expect(Keyword.Version);
                return new AlterCollationStatement(((NamedObject)reference).Name, position);
            case Keyword.Enable or Keyword.Disable when kind == ObjectKind.EventTrigger:
                return new AlterEventTriggerStatement(((NamedObject)reference).Name.Name, TriggerGrammar.ParseFiringMode(p), position);
        }

        if (isRoutine || kind == ObjectKind.Trigger)
        {
            if (TryParseDepends(p, kind, reference, position) is { } depends)
            {
                return depends;
            }
        }

        if (isRoutine)
        {
            return RoutineGrammar.ParseAlterOptions(p, kind, (FunctionObject)reference, position);
        }

        return kind switch
        {
            ObjectKind.TextSearchDictionary =>
                new AlterTextSearchDictionaryStatement(((NamedObject)reference).Name, OptionGrammar.ParseDefinition(p), position),
            ObjectKind.TextSearchConfiguration => ParseMapping(p, ((NamedObject)reference).Name, position),
            _ => throw p.SyntaxError(),
        };
    }

    /// <summary>SET SCHEMA 'x' is the setting search_path, which routines can keep; where nothing else can be set, SCHEMA must follow.</summary>
    private static bool IsSetSchema(Parser p, bool isRoutine, ObjectKind kind)
    {
        if (isRoutine)
        {
            return p.PeekKeyword() == Keyword.Schema && p.PeekKind(2) != TokenKind.String;
        }

        return p.PeekKeyword() == Keyword.Schema || kind != ObjectKind.Statistics;
    }

    private static bool HasSchema(ObjectKind kind) => kind is
        ObjectKind.Function or ObjectKind.Procedure or ObjectKind.Routine or ObjectKind.Aggregate or ObjectKind.Collation
        or ObjectKind.Conversion or ObjectKind.Statistics or ObjectKind.TextSearchParser or ObjectKind.TextSearchDictionary
        or ObjectKind.TextSearchTemplate or ObjectKind.TextSearchConfiguration;

    private static AlterTextSearchConfigurationStatement ParseMapping(Parser p, QualifiedName name, int position)
    {
        TextSearchMappingKind kind;
        switch (p.Keyword)
        {
            case Keyword.Add:
                kind = TextSearchMappingKind.Add;
                break;
            case Keyword.Alter:
                kind = TextSearchMappingKind.Alter;
                break;
            case Keyword.Drop:
                kind = TextSearchMappingKind.Drop;
                break;
            default:
                throw p.SyntaxError();
        }

        p.Advance();
        p.Expect(Keyword.Mapping);
        bool ifExists = kind == TextSearchMappingKind.Drop && p.AcceptIfExists();
        SyntaxList<string> tokens = default;
        if (kind != TextSearchMappingKind.Alter || p.Is(Keyword.For))
        {
            p.Expect(Keyword.For);
            tokens = p.NameList();
        }

        if (kind == TextSearchMappingKind.Drop)
        {
            return new AlterTextSearchConfigurationStatement(name, kind, tokens, default, ifExists, position);
        }

        if (kind == TextSearchMappingKind.Alter && p.Accept(Keyword.Replace))
        {
            QualifiedName old = p.AnyName();
            p.Expect(Keyword.With);
            return new AlterTextSearchConfigurationStatement(
                name, TextSearchMappingKind.Replace, tokens, [old, p.AnyName()], false, position);
        }

        if (kind == TextSearchMappingKind.Alter && tokens.IsEmpty)
        {
            throw p.SyntaxError();
        }

        p.Expect(Keyword.With);
        return new AlterTextSearchConfigurationStatement(name, kind, tokens, p.AnyNameList(), false, position);
    }
}
