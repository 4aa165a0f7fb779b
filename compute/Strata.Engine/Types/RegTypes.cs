using System.Globalization;
using System.Text;
using Strata.Engine.Functions;

namespace Strata.Engine.Types;

/// <summary>regclass, regtype, regproc and their like: an OID shown as the name of an object.</summary>
internal static class RegTypes
{
    public static bool IsReg(uint oid) => oid is TypeOid.RegProc or TypeOid.RegProcedure or TypeOid.RegOper or TypeOid.RegOperator
        or TypeOid.RegClass or TypeOid.RegType or TypeOid.RegConfig or TypeOid.RegDictionary or TypeOid.RegNamespace
        or TypeOid.RegRole or TypeOid.RegCollation;

    public static uint Parse(SqlType type, ReadOnlySpan<byte> text, ICatalogServices catalog)
    {
        string name = Encoding.UTF8.GetString(text);
        if (name == "-")
            return 0;
        if (name.Length > 0 && name.All(char.IsAsciiDigit))
            return NumberText.ParseOid(text);
        return ParseName(type, text, catalog);
    }

    /// <summary>The OID of what has a name: digits are a name too.</summary>
    public static uint ParseName(SqlType type, ReadOnlySpan<byte> text, ICatalogServices catalog)
    {
        string name = Encoding.UTF8.GetString(text);
        return catalog.ResolveName(type.Oid, name) ?? ParseBuiltin(type, name) ?? throw NotFound(type.Oid, Shown(type.Oid, name));
    }

    /// <summary>Names are shown as they were looked for, those of functions and operators as they were written.</summary>
    private static string Shown(uint type, string name) =>
        type is TypeOid.RegProc or TypeOid.RegProcedure or TypeOid.RegOper or TypeOid.RegOperator || name.Contains('"', StringComparison.Ordinal) ? name : AsciiCase.Lower(name.Trim());

    private static uint? ParseBuiltin(SqlType type, string name)
    {
        string plain = name.StartsWith("pg_catalog.", StringComparison.Ordinal) ? name["pg_catalog.".Length..] : name;
        switch (type.Oid)
        {
            case TypeOid.RegType:
                bool isArray = plain.EndsWith("[]", StringComparison.Ordinal);
                SqlType? found = TypeNames.FindBuiltin(isArray ? plain[..^2] : plain);
                return isArray ? found?.ArrayOid : found?.Oid;
            case TypeOid.RegProc:
                IReadOnlyList<FunctionInfo> functions = BuiltinRegistry.FunctionsByName(plain);
                if (functions.Count > 1)
                    throw new SqlException(SqlState.AmbiguousFunction, $"more than one function named \"{name}\"");
                return functions.Count == 1 ? functions[0].Oid : null;
            case TypeOid.RegConfig:
                return TextSearch.TsConfiguration.Find(plain);
            case TypeOid.RegDictionary:
                return TextSearch.TsConfiguration.FindDictionary(plain);
            default:
                return null;
        }
    }

    private static SqlException NotFound(uint type, string name) => type switch
    {
        TypeOid.RegClass => new(SqlState.UndefinedTable, $"relation \"{name}\" does not exist"),
        TypeOid.RegType => new(SqlState.UndefinedObject, $"type \"{name}\" does not exist"),
        TypeOid.RegProc or TypeOid.RegProcedure => new(SqlState.UndefinedFunction, $"function \"{name}\" does not exist"),
        TypeOid.RegOper or TypeOid.RegOperator => new(SqlState.UndefinedFunction, $"operator does not exist: {name}"),
        TypeOid.RegNamespace => new(SqlState.InvalidSchemaName, $"schema \"{name}\" does not exist"),
        TypeOid.RegRole => new(SqlState.UndefinedObject, $"role \"{name}\" does not exist"),
        TypeOid.RegCollation => new(SqlState.UndefinedObject, $"collation \"{name}\" for encoding \"UTF8\" does not exist"),
        TypeOid.RegConfig => new(SqlState.UndefinedObject, $"text search configuration \"{name}\" does not exist"),
        _ => new(SqlState.UndefinedObject, $"text search dictionary \"{name}\" does not exist"),
    };

    public static void Write(SqlType type, uint oid, ByteBuffer buffer, ICatalogServices? catalog)
    {
        if (oid == 0)
        {
            buffer.Write(type.Oid is TypeOid.RegOper or TypeOid.RegOperator ? '0' : '-');
            return;
        }

        if (catalog?.ObjectName(type.Oid, oid) is { } name)
            buffer.Write(name);
        else if (type.Oid == TypeOid.RegType && BuiltinTypes.Find(oid) is { } builtin)
            buffer.Write(TypeNames.Format(builtin));
        else if (type.Oid == TypeOid.RegProc && BuiltinRegistry.Function(oid) is { } function)
            buffer.Write(function.Name);
        else if (type.Oid == TypeOid.RegConfig && TextSearch.TsConfiguration.NameOf(oid) is { } configuration)
            buffer.Write(configuration);
        else if (type.Oid == TypeOid.RegDictionary && TextSearch.TsConfiguration.DictionaryNameOf(oid) is { } dictionary)
            buffer.Write(dictionary);
        else
            buffer.Write(oid.ToString(CultureInfo.InvariantCulture));
    }
}
