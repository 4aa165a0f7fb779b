using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE CONVERSION: an entry of the catalog. Conversions between encodings are not made with it: the server's encoding is UTF-8.</summary>
internal static class ConversionCommand
{
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
        int at = Functions.CharacterEncodings.NumberOf(name);
        return at >= 0 ? at : throw new SqlException(SqlState.UndefinedObject, $"{word} encoding \"{name}\" does not exist");
    }
}
