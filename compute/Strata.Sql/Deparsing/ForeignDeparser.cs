using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints foreign data objects, publications and subscriptions.</summary>
internal static class ForeignDeparser
{
    /// <summary>Writes the statement if it is one of these.</summary>
    public static bool TryWrite(SqlWriter w, Statement statement)
    {
        switch (statement)
        {
            case CreateForeignDataWrapperStatement create:
                w.Word("CREATE FOREIGN DATA WRAPPER").Id(create.Name);
                WriteFunctions(w, create.Functions);
                OptionDeparser.WriteGeneric(w, create.Options);
                break;
            case AlterForeignDataWrapperStatement alter:
                w.Word("ALTER FOREIGN DATA WRAPPER").Id(alter.Name);
                WriteFunctions(w, alter.Functions);
                OptionDeparser.WriteGeneric(w, alter.Options);
                break;
            case CreateForeignServerStatement create:
                WriteServer(w, create);
                break;
            case AlterForeignServerStatement alter:
                w.Word("ALTER SERVER").Id(alter.Name);
                if (alter.HasVersion)
                {
                    w.Word("VERSION");
                    _ = alter.Version is null ? w.Word("NULL") : w.String(alter.Version);
                }

                OptionDeparser.WriteGeneric(w, alter.Options);
                break;
            case CreateUserMappingStatement create:
                w.Word("CREATE USER MAPPING").WordIf(create.IfNotExists, "IF NOT EXISTS").Word("FOR").Role(create.User).Word("SERVER").Id(create.Server);
                OptionDeparser.WriteGeneric(w, create.Options);
                break;
            case AlterUserMappingStatement alter:
                w.Word("ALTER USER MAPPING FOR").Role(alter.User).Word("SERVER").Id(alter.Server);
                OptionDeparser.WriteGeneric(w, alter.Options);
                break;
            case DropUserMappingStatement drop:
                w.Word("DROP USER MAPPING").WordIf(drop.IfExists, "IF EXISTS").Word("FOR").Role(drop.User).Word("SERVER").Id(drop.Server);
                break;
            case ImportForeignSchemaStatement import:
                WriteImport(w, import);
                break;
            case CreatePublicationStatement create:
                w.Word("CREATE PUBLICATION").Id(create.Name).WordIf(create.IsForAllTables, "FOR ALL TABLES");
                if (!create.Objects.IsEmpty)
                {
                    w.Word("FOR").List(create.Objects, WritePublicationObject);
                }

                OptionDeparser.WriteWith(w, create.Options);
                break;
            case AlterPublicationStatement alter:
                w.Word("ALTER PUBLICATION").Id(alter.Name);
                if (alter.Action == DefinitionAction.Unspecified)
                {
                    OptionDeparser.WriteParenthesized(w.Word("SET"), alter.Options);
                }
                else
                {
                    w.Word(alter.Action.ToString().ToUpperInvariant()).List(alter.Objects, WritePublicationObject);
                }

                break;
            case CreateSubscriptionStatement create:
                w.Word("CREATE SUBSCRIPTION").Id(create.Name).Word("CONNECTION").String(create.Connection);
                w.Word("PUBLICATION").NameList(create.Publications);
                OptionDeparser.WriteWith(w, create.Options);
                break;
            case AlterSubscriptionStatement alter:
                WriteAlterSubscription(w, alter);
                break;
            case DropSubscriptionStatement drop:
                w.Word("DROP SUBSCRIPTION").WordIf(drop.IfExists, "IF EXISTS").Id(drop.Name).Behavior(drop.Behavior);
                break;
            default:
                return false;
        }

        return true;
    }

    private static void WriteFunctions(SqlWriter w, SyntaxList<DefinitionElement> functions)
    {
        foreach (DefinitionElement function in functions)
        {
            w.WordIf(function.Value is null, "NO").Word(function.Name.ToUpperInvariant());
            if (function.Value is QualifiedName name)
            {
                w.Name(name);
            }
        }
    }

    private static void WriteServer(SqlWriter w, CreateForeignServerStatement create)
    {
        w.Word("CREATE SERVER").WordIf(create.IfNotExists, "IF NOT EXISTS").Id(create.Name);
        if (create.Type is not null)
        {
            w.Word("TYPE").String(create.Type);
        }

        if (create.Version is not null)
        {
            w.Word("VERSION").String(create.Version);
        }

        w.Word("FOREIGN DATA WRAPPER").Id(create.Wrapper);
        OptionDeparser.WriteGeneric(w, create.Options);
    }

    private static void WriteImport(SqlWriter w, ImportForeignSchemaStatement import)
    {
        w.Word("IMPORT FOREIGN SCHEMA").Id(import.RemoteSchema);
        if (import.Filter != ImportSchemaFilter.All)
        {
            w.Word(import.Filter == ImportSchemaFilter.LimitTo ? "LIMIT TO (" : "EXCEPT (").Relations(import.Tables).Raw(")");
        }

        w.Word("FROM SERVER").Id(import.Server).Word("INTO").Id(import.LocalSchema);
        OptionDeparser.WriteGeneric(w, import.Options);
    }

    private static void WritePublicationObject(SqlWriter w, PublicationObject item)
    {
        switch (item.Kind)
        {
            case PublicationObjectKind.TablesInSchema:
                w.Word("TABLES IN SCHEMA").Id(item.Schema!);
                break;
            case PublicationObjectKind.TablesInCurrentSchema:
                w.Word("TABLES IN SCHEMA CURRENT_SCHEMA");
                break;
            default:
                w.Word("TABLE").Relation(item.Relation!).Columns(item.Columns);
                if (item.Where is not null)
                {
                    w.Word("WHERE");
                    ExpressionDeparser.WriteInParentheses(w, item.Where);
                }

                break;
        }
    }

    private static void WriteAlterSubscription(SqlWriter w, AlterSubscriptionStatement alter)
    {
        w.Word("ALTER SUBSCRIPTION").Id(alter.Name);
        switch (alter.Kind)
        {
            case AlterSubscriptionKind.Options:
                OptionDeparser.WriteParenthesized(w.Word("SET"), alter.Options);
                return;
            case AlterSubscriptionKind.Skip:
                OptionDeparser.WriteParenthesized(w.Word("SKIP"), alter.Options);
                return;
            case AlterSubscriptionKind.Connection:
                w.Word("CONNECTION").String(alter.Connection!);
                return;
            case AlterSubscriptionKind.Enable:
                w.Word("ENABLE");
                return;
            case AlterSubscriptionKind.Disable:
                w.Word("DISABLE");
                return;
            case AlterSubscriptionKind.Refresh:
                w.Word("REFRESH PUBLICATION");
                break;
            default:
                w.Word(alter.Kind switch
                {
                    AlterSubscriptionKind.SetPublication => "SET PUBLICATION",
                    AlterSubscriptionKind.AddPublication => "ADD PUBLICATION",
                    _ => "DROP PUBLICATION",
                }).NameList(alter.Publications);
                break;
        }

        OptionDeparser.WriteWith(w, alter.Options);
    }
}
