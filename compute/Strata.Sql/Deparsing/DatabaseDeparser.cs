using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints schemas, databases, tablespaces, extensions, text search objects and ALTER SYSTEM.</summary>
internal static class DatabaseDeparser
{
    /// <summary>Writes the statement if it is one of these.</summary>
    public static bool TryWrite(SqlWriter w, Statement statement)
    {
        switch (statement)
        {
            case CreateSchemaStatement create:
                WriteSchema(w, create);
                break;
            case CreateDatabaseStatement create:
                w.Word("CREATE DATABASE").Id(create.Name);
                WriteOptions(w, create.Options);
                break;
            case AlterDatabaseStatement alter:
                w.Word("ALTER DATABASE").Id(alter.Name);
                if (alter.Options.Count == 1 && alter.Options[0].Name == "tablespace")
                {
                    w.Word("SET TABLESPACE").Id(((StringLiteral)alter.Options[0].Value!).Value);
                }
                else
                {
                    WriteOptions(w, alter.Options);
                }

                break;
            case AlterDatabaseRefreshCollationStatement alter:
                w.Word("ALTER DATABASE").Id(alter.Name).Word("REFRESH COLLATION VERSION");
                break;
            case AlterDatabaseSetStatement alter:
                w.Word("ALTER DATABASE").Id(alter.Name);
                UtilityDeparser.WriteSet(w, alter.Setting, isLocal: false);
                break;
            case DropDatabaseStatement drop:
                w.Word("DROP DATABASE").WordIf(drop.IfExists, "IF EXISTS").Id(drop.Name);
                if (!drop.Options.IsEmpty)
                {
                    w.Word("WITH").Parenthesized(drop.Options, static (writer, option) => writer.Word(option.Name.ToUpperInvariant()));
                }

                break;
            case CreateTablespaceStatement create:
                w.Word("CREATE TABLESPACE").Id(create.Name);
                if (create.Owner is not null)
                {
                    w.Word("OWNER").Role(create.Owner);
                }

                w.Word("LOCATION").String(create.Location);
                OptionDeparser.WriteWith(w, create.Options);
                break;
            case DropTablespaceStatement drop:
                w.Word("DROP TABLESPACE").WordIf(drop.IfExists, "IF EXISTS").Id(drop.Name);
                break;
            case AlterTablespaceStatement alter:
                w.Word("ALTER TABLESPACE").Id(alter.Name).Word(alter.IsReset ? "RESET" : "SET");
                OptionDeparser.WriteParenthesized(w, alter.Options);
                break;
            case AlterSystemStatement alter:
                w.Word("ALTER SYSTEM");
                UtilityDeparser.WriteSet(w, alter.Setting, isLocal: false);
                break;
            case CreateExtensionStatement create:
                w.Word("CREATE EXTENSION").WordIf(create.IfNotExists, "IF NOT EXISTS").Id(create.Name);
                WriteExtensionOptions(w, create.Options);
                break;
            case AlterExtensionStatement alter:
                w.Word("ALTER EXTENSION").Id(alter.Name).Word("UPDATE");
                if (!alter.Options.IsEmpty)
                {
                    w.Word("TO").String(((StringLiteral)alter.Options[0].Value!).Value);
                }

                break;
            case AlterExtensionContentsStatement alter:
                w.Word("ALTER EXTENSION").Id(alter.Name).Word(alter.IsAdd ? "ADD" : "DROP").Word(ObjectDeparser.KindText(alter.Kind));
                ObjectDeparser.Write(w, alter.Object);
                break;
            case AlterTextSearchDictionaryStatement alter:
                w.Word("ALTER TEXT SEARCH DICTIONARY").Name(alter.Name);
                OptionDeparser.WriteParenthesized(w, alter.Options);
                break;
            case AlterTextSearchConfigurationStatement alter:
                WriteTextSearchMapping(w, alter);
                break;
            default:
                return false;
        }

        return true;
    }

    private static void WriteSchema(SqlWriter w, CreateSchemaStatement create)
    {
        w.Word("CREATE SCHEMA").WordIf(create.IfNotExists, "IF NOT EXISTS");
        if (create.Name is not null)
        {
            w.Id(create.Name);
        }

        if (create.Authorization is not null)
        {
            w.Word("AUTHORIZATION").Role(create.Authorization);
        }

        foreach (Statement element in create.Elements)
        {
            StatementDeparser.Write(w, element);
        }
    }

    private static void WriteOptions(SqlWriter w, SyntaxList<DefinitionElement> options)
    {
        foreach (DefinitionElement option in options)
        {
            _ = option.Name == "connection_limit" ? w.Word("CONNECTION LIMIT") : w.Id(option.Name);
            w.Word("=");
            if (option.Value is null)
            {
                w.Word("DEFAULT");
            }
            else
            {
                ExpressionDeparser.Write(w, (Expression)option.Value);
            }
        }
    }

    private static void WriteExtensionOptions(SqlWriter w, SyntaxList<DefinitionElement> options)
    {
        foreach (DefinitionElement option in options)
        {
            switch (option.Name)
            {
                case "schema":
                    w.Word("SCHEMA").Id(((StringLiteral)option.Value!).Value);
                    break;
                case "new_version":
                    w.Word("VERSION").String(((StringLiteral)option.Value!).Value);
                    break;
                default:
                    w.Word("CASCADE");
                    break;
            }
        }
    }

    private static void WriteTextSearchMapping(SqlWriter w, AlterTextSearchConfigurationStatement alter)
    {
        w.Word("ALTER TEXT SEARCH CONFIGURATION").Name(alter.Name).Word(alter.Kind switch
        {
            TextSearchMappingKind.Add => "ADD MAPPING",
            TextSearchMappingKind.Drop => "DROP MAPPING",
            _ => "ALTER MAPPING",
        }).WordIf(alter.IfExists, "IF EXISTS");
        if (!alter.TokenTypes.IsEmpty)
        {
            w.Word("FOR").NameList(alter.TokenTypes);
        }

        switch (alter.Kind)
        {
            case TextSearchMappingKind.Replace:
                w.Word("REPLACE").Name(alter.Dictionaries[0]).Word("WITH").Name(alter.Dictionaries[1]);
                break;
            case TextSearchMappingKind.Add or TextSearchMappingKind.Alter:
                w.Word("WITH").List(alter.Dictionaries, static (writer, name) => writer.Name(name));
                break;
        }
    }
}
