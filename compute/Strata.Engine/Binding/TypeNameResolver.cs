using System.Globalization;
using System.Text;
using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Finds the type that a syntax tree names; used by the binder and by DDL.</summary>
public static class TypeNameResolver
{
    private const int PrecisionMax = 6;
    private const int NumericPrecisionMax = 1000;
    private const int CharLengthMax = 10485760;
    private const int VarHeaderBytes = 4;
    private const int IntervalFullPrecision = 0xFFFF;

    /// <summary>
    /// The type with its modifier. Throws 42704 when there is none, 22023 for a wrong modifier; positions are offsets + 1.
    /// </summary>
    public static SqlType Resolve(TypeName name, CatalogView catalog, SearchPath path, ICatalogServices services)
    {
        if (name.IsColumnType)
            return ColumnType(name, catalog, path, services);
        SqlType type = Find(name, catalog, path, services)
            ?? throw BindingErrors.At(name.Position, SqlState.UndefinedObject, $"type \"{string.Join('.', name.Names)}\" does not exist");
        int typmod = Modifier(type, name);
        if (typmod >= 0)
            type = type.WithTypmod(typmod);
        if (name.ArrayBounds.Count == 0 || type.IsArray)
            return type;
        SqlType? array = type.ArrayOid == 0 ? null : BuiltinTypes.Find(type.ArrayOid) ?? services.FindType(type.ArrayOid);
        return array?.WithTypmod(typmod)
            ?? throw BindingErrors.At(name.Position, SqlState.UndefinedObject, $"could not find array type for data type {type}");
    }

    /// <summary>table.column%TYPE.</summary>
    private static SqlType ColumnType(TypeName name, CatalogView catalog, SearchPath path, ICatalogServices services)
    {
        if (name.Names.Count < 2)
            throw BindingErrors.At(name.Position, SqlState.SyntaxError, "improper %TYPE reference (too few dotted names)");
        string table = name.Names[name.Names.Count - 2];
        string? schema = name.Names.Count > 2 ? name.Names[name.Names.Count - 3] : null;
        RelationInfo relation = catalog.ResolveRelation(path, schema, table) ?? throw BindingErrors.UndefinedTable(name.Position, table);
        ColumnInfo column = relation.FindColumn(name.Name)
            ?? throw BindingErrors.At(
                name.Position, SqlState.UndefinedColumn, $"column \"{name.Name}\" of relation \"{table}\" does not exist");
        SqlType type = BuiltinTypes.Find(column.TypeOid) ?? services.FindType(column.TypeOid)
            ?? throw BindingErrors.At(name.Position, SqlState.UndefinedObject, $"type with OID {column.TypeOid} does not exist");
        return type.WithTypmod(column.TypeModifier);
    }

    private static SqlType? Find(TypeName name, CatalogView catalog, SearchPath path, ICatalogServices services)
    {
        if (name.Schema is null)
        {
            foreach (uint schema in path.Schemas)
            {
                if (schema == CatalogOids.CatalogSchema && BuiltinTypes.Find(name.Name) is { NamespaceOid: CatalogOids.CatalogSchema } builtin)
                    return builtin;
                if (catalog.FindUserType(schema, name.Name) is { } user)
                    return services.FindType(user.Oid);
            }

            return null;
        }

        SchemaInfo named = catalog.FindSchema(path, name.Schema)
            ?? throw BindingErrors.At(name.Position, SqlState.InvalidSchemaName, $"schema \"{name.Schema}\" does not exist");
        if (named.Oid == CatalogOids.CatalogSchema)
            return BuiltinTypes.Find(name.Name);
        return catalog.FindUserType(named.Oid, name.Name) is { } found ? services.FindType(found.Oid) : null;
    }

    private static int Modifier(SqlType type, TypeName name)
    {
        if (name.Modifiers.Count == 0)
            return -1;
        if (!HasModifier(type.Oid))
            throw BindingErrors.At(name.Position, SqlState.SyntaxError, $"type modifier is not allowed for type \"{name.Name}\"");
        int[] values = Values(name);
        switch (type.Oid)
        {
            case TypeOid.VarChar or TypeOid.BpChar:
                string shown = type.Oid == TypeOid.VarChar ? "varchar" : "char";
                Require(values.Length == 1, name, "invalid type modifier");
                Require(values[0] >= 1, name, $"length for type {shown} must be at least 1");
                Require(values[0] <= CharLengthMax, name, $"length for type {shown} cannot exceed {CharLengthMax}");
                return values[0] + VarHeaderBytes;
            case TypeOid.Bit or TypeOid.VarBit:
                Require(values.Length == 1 && values[0] >= 1, name, $"length for type {type.Name} must be at least 1");
                return values[0];
            case TypeOid.Numeric:
                Require(values.Length <= 2, name, "invalid NUMERIC type modifier");
                Require(values[0] is >= 1 and <= NumericPrecisionMax, name, $"NUMERIC precision {values[0]} must be between 1 and {NumericPrecisionMax}");
                int scale = values.Length == 2 ? values[1] : 0;
                Require(scale is >= -NumericPrecisionMax and <= NumericPrecisionMax, name, $"NUMERIC scale {scale} must be between -1000 and 1000");
                return TypeNames.NumericTypmod(values[0], scale);
            case TypeOid.Time or TypeOid.TimeTz or TypeOid.Timestamp or TypeOid.TimestampTz:
                Require(values.Length == 1, name, "invalid type modifier");
                Require(values[0] >= 0, name, $"{type.Name.ToUpperInvariant()}({values[0]}) precision must not be negative");
                return Math.Min(values[0], PrecisionMax);
            case TypeOid.Interval:
                int precision = values.Length > 1 ? Math.Min(values[1], PrecisionMax) : IntervalFullPrecision;
                return (values[0] << 16) | precision;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static bool HasModifier(uint type) => type is TypeOid.VarChar or TypeOid.BpChar or TypeOid.Bit or TypeOid.VarBit or TypeOid.Numeric or TypeOid.Interval
        or TypeOid.Time or TypeOid.TimeTz or TypeOid.Timestamp or TypeOid.TimestampTz;

    /// <summary>Modifiers are constants or words as texts, which must then be integers.</summary>
    private static int[] Values(TypeName name)
    {
        var texts = new string[name.Modifiers.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = name.Modifiers[i] switch
            {
                IntegerLiteral integer => integer.Value.ToString(CultureInfo.InvariantCulture),
                NumericLiteral number => number.Text,
                StringLiteral text => text.Value,
                ColumnReference { IsStar: false, Names: { Count: 1 } names } => names[0],
                _ => throw BindingErrors.At(name.Position, SqlState.SyntaxError, "type modifiers must be simple constants or identifiers"),
            };
        }

        try
        {
            return [.. texts.Select(static text => NumberText.ParseInt32(Encoding.UTF8.GetBytes(text)))];
        }
        catch (SqlException e)
        {
            e.Position = name.Position + 1;
            throw;
        }
    }

    private static void Require(bool condition, TypeName name, string message)
    {
        if (!condition)
            throw BindingErrors.At(name.Position, SqlState.InvalidParameterValue, message);
    }
}
