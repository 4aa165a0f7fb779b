using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE COLLATION: names for the one order that there is, that of C.</summary>
internal static class CollationCommand
{
    public static void Create(DdlContext context, DefineStatement statement)
    {
        SchemaInfo schema = context.CreationSchema(statement.Name.Schema, statement.Name.Position);
        string? locale = null, collate = null, type = null;
        char provider = 'c';
        bool isDeterministic = true;
        if (statement.From is { } from)
            (collate, type) = Source(context, from);
        foreach (DefinitionElement option in statement.Definition)
        {
            switch (option.Name)
            {
                case "locale":
                    locale = DefinitionValues.Text(option);
                    break;
                case "lc_collate":
                    collate = DefinitionValues.Text(option);
                    break;
                case "lc_ctype":
                    type = DefinitionValues.Text(option);
                    break;
                case "provider":
                    provider = DefinitionValues.Text(option) switch
                    {
                        "libc" => 'c',
                        "icu" => throw new SqlException(SqlState.FeatureNotSupported, "ICU is not supported in this build"),
                        var other => throw new SqlException(SqlState.InvalidObjectDefinition, $"unrecognized collation provider: {other}"),
                    };
                    break;
                case "deterministic":
                    isDeterministic = DefinitionValues.Flag(option);
                    break;
                case "version":
                    break;
                case "from":
                    (collate, type) = Source(context, DefinitionValues.Name(option));
                    break;
                default:
                    throw new SqlException(SqlState.SyntaxError, $"collation attribute \"{option.Name}\" not recognized");
            }
        }

        if (locale is not null && (collate ?? type) is not null)
            throw new SqlException(SqlState.SyntaxError, "conflicting or redundant options") { Detail = "LOCALE cannot be specified together with LC_COLLATE or LC_CTYPE." };
        collate ??= locale ?? throw new SqlException(SqlState.InvalidObjectDefinition, "parameter \"lc_collate\" must be specified");
        type ??= locale ?? throw new SqlException(SqlState.InvalidObjectDefinition, "parameter \"lc_ctype\" must be specified");
        if (!isDeterministic)
            throw new SqlException(SqlState.FeatureNotSupported, "nondeterministic collations not supported with this provider");
        if (collate is not ("C" or "POSIX" or "C.UTF-8" or "C.utf8"))
            throw new SqlException(SqlState.FeatureNotSupported, $"locale \"{collate}\" is not supported");
        context.LockName(schema.Oid, statement.Name.Name);
        foreach (CatalogObject known in context.View.ObjectsOf(CatalogOids.PgCollation))
        {
            if (known.SchemaOid != schema.Oid || known.Name != statement.Name.Name)
                continue;
            if (!statement.IfNotExists)
                throw new SqlException(SqlState.DuplicateObject, $"collation \"{known.Name}\" already exists");
            context.Session.Notice($"collation \"{known.Name}\" already exists, skipping", sqlState: SqlState.DuplicateObject.Code);
            return;
        }

        context.Changes.Create(CatalogObjectShapes.Make(
            CatalogOids.PgCollation,
            [context.NewOid(), statement.Name.Name, schema.Oid, context.CurrentUser, provider, isDeterministic, 6L, collate, type, CatalogValue.Null, CatalogValue.Null], []), context.Cancellation);
    }

    private static (string Collate, string Type) Source(DdlContext context, QualifiedName name)
    {
        uint oid = ColumnBuilder.Collation(context, name);
        return context.View.FindObject(CatalogOids.PgCollation, oid) is { } own
            ? (own.Row[7].Text, own.Row[8].Text)
            : oid == CatalogOids.DefaultCollation ? throw new SqlException(SqlState.InvalidObjectDefinition, "collation \"default\" cannot be copied")
            : name.Name == "POSIX" ? ("POSIX", "POSIX") : ("C", "C");
    }
}
