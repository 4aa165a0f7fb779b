using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Makes column entries from types and definitions.</summary>
internal static class ColumnBuilder
{
    /// <summary>Most columns of a table, as in PostgreSQL.</summary>
    public const int ColumnsMax = 1600;

    /// <summary>A column of a type, with what <c>pg_attribute</c> copies from <c>pg_type</c>.</summary>
    public static ColumnInfo Make(short number, string name, SqlType type, uint? collation = null) => new()
    {
        Number = number,
        Name = name,
        TypeOid = type.Oid,
        TypeModifier = type.Typmod,
        CollationOid = collation ?? type.CollationOid,
        Length = type.Length,
        PassedByValue = type.Length is 1 or 2 or 4 or 8 && type.Physical != PhysicalType.Bytes,
        Alignment = (char)type.Alignment,
        StorageStrategy = (char)type.Storage,
        Dimensions = 0,
    };

    /// <summary>The type and collation of a definition. Throws for pseudo-types and collations that do not fit.</summary>
    public static ColumnInfo FromDefinition(DdlContext context, ColumnDefinition definition, short number)
    {
        if (SystemColumn(definition.Name))
            throw new SqlException(SqlState.DuplicateColumn, $"column name \"{definition.Name}\" conflicts with a system column name");
        SqlType type = SerialTypes.TryGet(definition.Type!, out SqlType? serial) ? serial : context.ResolveType(definition.Type!);
        if (type.IsPseudo)
            throw new SqlException(SqlState.InvalidTableDefinition, $"column \"{definition.Name}\" has pseudo-type {TypeNames.Format(type)}");
        uint? collation = null;
        if (definition.Collation is { } named)
        {
            if (!type.IsCollatable)
                throw new SqlException(SqlState.DatatypeMismatch, $"collations are not supported by type {TypeNames.Format(type)}") { Position = context.Position(named.Position) };
            collation = Collation(context, named);
        }

        char compression = definition.Compression is null ? '\0' : Compression(type, definition.Compression);
        CatalogValue options = GenericOptions.Change(CatalogValue.Null, definition.ForeignOptions);
        return Make(number, definition.Name, type, collation) with { ForeignOptions = options.IsNull ? null : (string[])options.Array, Dimensions = (short)definition.Type!.ArrayBounds.Count, Compression = compression };
    }

    /// <summary><c>attcompression</c> by the name of a method. Throws 0A000 for types whose values are never compressed, 22023 for unknown methods.</summary>
    public static char Compression(SqlType type, string method)
    {
        if (method == "default")
            return '\0';
        if (type.Storage == 'p')
            throw new SqlException(SqlState.FeatureNotSupported, $"column data type {TypeNames.Format(type)} does not support compression");
        return method switch
        {
            "pglz" => 'p',
            "lz4" => 'l',
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"invalid compression method \"{method}\""),
        };
    }

    /// <summary>The OID of a collation by name. Throws 42704 for unknown ones and 0A000 for those that have another order than C.</summary>
    public static uint Collation(DdlContext context, QualifiedName name) => Own(context, name) ?? name.Name switch
    {
        "default" => CatalogOids.DefaultCollation,
        "C" or "POSIX" or "ucs_basic" or "C.utf8" when BuiltinNames.Find("pg_collation", "collname", name.Name) is { } builtin => builtin,
        "C.UTF-8" => CatalogOids.CCollation,
        _ when BuiltinNames.Find("pg_collation", "collname", name.Name) is not null =>
            throw new SqlException(SqlState.FeatureNotSupported, $"collation \"{name.Name}\" is not supported yet") { Position = context.Position(name.Position) },
        _ => throw new SqlException(SqlState.UndefinedObject, $"collation \"{name}\" for encoding \"UTF8\" does not exist") { Position = context.Position(name.Position) },
    };

    private static uint? Own(DdlContext context, QualifiedName name)
    {
        foreach (CatalogObject candidate in context.View.ObjectsOf(CatalogOids.PgCollation))
            if (candidate.Name == name.Name && (name.Schema is { } schema ? context.View.FindSchema(schema)?.Oid == candidate.SchemaOid : context.Session.SearchPath.Contains(candidate.SchemaOid)))
                return candidate.Oid;
        return null;
    }

    /// <summary>Names that every table has implicitly.</summary>
    public static bool SystemColumn(string name) => name is "tableoid" or "cmax" or "xmax" or "cmin" or "xmin" or "ctid";
}
