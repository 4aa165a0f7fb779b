using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE CONVERSION: an entry of the catalog. Conversions between encodings are not made with it: the server's encoding is UTF-8.</summary>
internal static class ConversionCommand
{
    // PostgreSQL's numbers of encodings (pg_enc), by their names without punctuation.
    private static readonly string[] s_encodings =
    [
        "SQLASCII", "EUCJP", "EUCCN", "EUCKR", "EUCTW", "EUCJIS2004", "UTF8", "MULEINTERNAL", "LATIN1", "LATIN2", "LATIN3", "LATIN4", "LATIN5", "LATIN6", "LATIN7", "LATIN8", "LATIN9",
        "LATIN10", "WIN1256", "WIN1258", "WIN866", "WIN874", "KOI8R", "WIN1251", "WIN1252", "ISO88595", "ISO88596", "ISO88597", "ISO88598", "WIN1250", "WIN1253", "WIN1254", "WIN1255",
        "WIN1257", "KOI8U", "SJIS", "BIG5", "GBK", "UHC", "GB18030", "JOHAB", "SHIFTJIS2004",
    ];

    public static void Create(DdlContext context, CreateConversionStatement statement)
    {
        SchemaInfo schema = context.CreationSchema(statement.Name.Schema, statement.Name.Position);
        long source = Encoding(statement.SourceEncoding, "source"), target = Encoding(statement.TargetEncoding, "destination");
        Functions.FunctionInfo function = FunctionFinder.Require(context, statement.Function, TypeOid.Int4, TypeOid.Int4, TypeOid.CString, TypeOid.Internal, TypeOid.Int4, TypeOid.Boolean);
        if (function.ReturnType != TypeOid.Int4)
            throw new SqlException(SqlState.InvalidObjectDefinition, $"encoding conversion function {statement.Function} must return type integer");
        context.LockName(schema.Oid, statement.Name.Name);
        foreach (CatalogObject known in context.View.ObjectsOf(CatalogOids.PgConversion))
        {
            if (known.SchemaOid != schema.Oid)
                continue;
            if (known.Name == statement.Name.Name)
                throw new SqlException(SqlState.DuplicateObject, $"conversion \"{statement.Name.Name}\" already exists");
            if (statement.IsDefault && known.Number(7) != 0 && known.Number(4) == source && known.Number(5) == target)
                throw new SqlException(SqlState.DuplicateObject, $"default conversion for {statement.SourceEncoding} to {statement.TargetEncoding} already exists");
        }

        context.Changes.Create(CatalogObjectShapes.Make(
            CatalogOids.PgConversion, [context.NewOid(), statement.Name.Name, schema.Oid, context.CurrentUser, source, target, function.Oid, statement.IsDefault], []), context.Cancellation);
    }

    private static long Encoding(string name, string word)
    {
        string plain = string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        int at = Array.IndexOf(s_encodings, plain == "UNICODE" ? "UTF8" : plain);
        return at >= 0 ? at : throw new SqlException(SqlState.UndefinedObject, $"{word} encoding \"{name}\" does not exist");
    }
}
