using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Catalog;

/// <summary>Turns type names of statements into descriptors, with PostgreSQL's rules for names, modifiers and errors. Stateless; thread-safe.</summary>
public static class TypeResolver
{
    private const int VarHeaderBytes = 4;
    private const int CharMaxLength = 10485760;
    private const int NumericMaxPrecision = 1000;
    private const int TimeMaxPrecision = 6;

    /// <summary>
    /// The type that a name means; its modifier in <see cref="SqlType.Typmod"/>. Throws 42704 for an unknown type, 22023 for a wrong modifier, 42601 for a modifier where none may be. Positions
    /// are UTF-16 offsets + 1: the statement's runner knows the text.
    /// </summary>
    public static SqlType Resolve(TypeName name, CatalogView catalog, SearchPath path)
    {
        if (name.IsSetOf)
            throw new SqlException(SqlState.InvalidTableDefinition, "a set of values is not a type of a value") { Position = name.Position + 1 };
        if (name.IsColumnType)
            return ColumnType(name, catalog, path);
        SqlType type = Find(name.Schema, name.Name, catalog, path) ??
            throw new SqlException(SqlState.UndefinedObject, $"type \"{string.Join('.', name.Names)}\" does not exist") { Position = name.Position + 1 };
        int typmod = Modifier(type, name);
        if (!name.ArrayBounds.IsEmpty)
            type = ArrayOf(type, catalog, name.Position);
        return typmod == -1 ? type : type.WithTypmod(typmod);
    }

    /// <summary>A type by name; null if there is none. Without a schema, the path decides.</summary>
    public static SqlType? Find(string? schema, string name, CatalogView catalog, SearchPath path)
    {
        if (schema is null)
        {
            foreach (uint oid in path.Schemas)
                if (Find(oid, name, catalog) is { } visible)
                    return visible;
            return null;
        }

        SchemaInfo found = catalog.FindSchema(path, schema) ?? throw new SqlException(SqlState.InvalidSchemaName, $"schema \"{schema}\" does not exist");
        return Find(found.Oid, name, catalog);
    }

    private static SqlType? Find(uint schemaOid, string name, CatalogView catalog)
    {
        if (schemaOid == CatalogOids.CatalogSchema)
            return BuiltinTypes.Find(name) is { NamespaceOid: CatalogOids.CatalogSchema } builtin ? builtin : null;
        return catalog.FindUserType(schemaOid, name) is { } type ? Describe(type, catalog) : null;
    }

    /// <summary>A type by OID, built-in or not; null if there is none.</summary>
    public static SqlType? Find(uint oid, CatalogView catalog) =>
        BuiltinTypes.Find(oid) ?? (catalog.FindUserType(oid) is { } type ? Describe(type, catalog) : null);

    /// <summary>The descriptor of a user-defined type. An enum's values stand in vectors and rows as the OIDs of their labels.</summary>
    public static SqlType Describe(UserTypeInfo type, CatalogView catalog)
    {
        if (type.Base is { } definition)
            return definition.Describe(type, catalog);
        SqlType? domainBase = type.Kind == UserTypeKind.Domain ? Find(type.BaseTypeOid, catalog)?.WithTypmod(type.BaseTypeModifier) : null;
        return new SqlType
        {
            Oid = type.Oid,
            Name = type.Name,
            NamespaceOid = type.SchemaOid,
            Physical = type.Kind == UserTypeKind.Enum ? PhysicalType.Int32 : domainBase?.Physical ?? PhysicalType.Bytes,
            Kind = type.Kind switch
            {
                UserTypeKind.Composite => TypeKind.Composite,
                UserTypeKind.Domain => TypeKind.Domain,
                UserTypeKind.Enum => TypeKind.Enum,
                UserTypeKind.Range => TypeKind.Range,
                UserTypeKind.Multirange => TypeKind.Multirange,
                UserTypeKind.Shell => TypeKind.Pseudo,
                _ => TypeKind.Base,
            },
            Category = type.Kind switch
            {
                UserTypeKind.Array => TypeCategory.Array,
                UserTypeKind.Composite => TypeCategory.Composite,
                UserTypeKind.Enum => TypeCategory.Enum,
                UserTypeKind.Range or UserTypeKind.Multirange => TypeCategory.Range,
                _ => domainBase?.Category ?? TypeCategory.User,
            },
            Length = type.Kind == UserTypeKind.Enum ? (short)4 : domainBase?.Length ?? -1,
            Alignment = type.Kind == UserTypeKind.Enum ? (byte)'i' : domainBase?.Alignment ?? (byte)'d',
            Storage = type.Kind == UserTypeKind.Enum ? (byte)'p' : domainBase?.Storage ?? (byte)'x',
            ElementOid = type.ElementOid,
            ArrayOid = type.ArrayOid,
            BaseOid = type.BaseTypeOid,
            DomainBase = domainBase,
            RelationOid = type.RelationOid,
            Range = type.Range is { } range && Find(range.SubtypeOid, catalog) is { } subtype
                ? new Types.Ranges.RangeInfo { RangeOid = range.RangeOid, MultirangeOid = range.MultirangeOid, Subtype = subtype, DifferenceOid = range.DifferenceOid } : null,
            CollationOid = type.Kind == UserTypeKind.Domain && type.CollationOid != 0 ? type.CollationOid : domainBase?.CollationOid ?? 0,
            IsArray = type.Kind == UserTypeKind.Array,
            ElementType = type.ElementOid != 0 && catalog.FindUserType(type.ElementOid) is { } element ? Describe(element, catalog) : null,
        };
    }

    private static SqlType ArrayOf(SqlType element, CatalogView catalog, int position) =>
        (element.ArrayOid == 0 ? null : Find(element.ArrayOid, catalog)) ??
        throw new SqlException(SqlState.UndefinedObject, $"could not find array type for data type {TypeNames.Format(element)}") { Position = position + 1 };

    private static SqlType ColumnType(TypeName name, CatalogView catalog, SearchPath path)
    {
        string? schema = name.Names.Count > 2 ? name.Names[name.Names.Count - 3] : null;
        string table = name.Names[name.Names.Count - 2];
        RelationInfo relation = catalog.ResolveRelation(path, schema, table) ??
            throw new SqlException(SqlState.UndefinedTable, $"relation \"{table}\" does not exist") { Position = name.Position + 1 };
        ColumnInfo column = relation.FindColumn(name.Name) ??
            throw new SqlException(SqlState.UndefinedColumn, $"column \"{name.Name}\" of relation \"{table}\" does not exist") { Position = name.Position + 1 };
        return Find(column.TypeOid, catalog)!.WithTypmod(column.TypeModifier);
    }

    /// <summary>The modifier that the words in parentheses behind a type's name mean. Throws 22023, 22P02.</summary>
    public static int Modifier(SqlType type, IReadOnlyList<string> words)
    {
        Expression[] literals = [.. words.Select(static word => new IntegerLiteral(NumberText.ParseInt32(System.Text.Encoding.UTF8.GetBytes(word)), 0))];
        return literals.Length == 0 ? throw Invalid("invalid type modifier") : Modifier(type, new TypeName([type.Name], 0) { Modifiers = [.. literals] });
    }

    private static int Modifier(SqlType type, TypeName name)
    {
        if (name.Modifiers.IsEmpty)
            return -1;
        switch (type.Oid)
        {
            case TypeOid.VarChar:
                return Length(name, "varchar");
            case TypeOid.BpChar:
                return Length(name, "char");
            case TypeOid.Bit:
                return Single(name, "bit", 1, CharMaxLength * 8);
            case TypeOid.VarBit:
                return Single(name, "varbit", 1, CharMaxLength * 8);
            case TypeOid.Numeric:
                return Numeric(name);
            case TypeOid.Time:
            case TypeOid.TimeTz:
            case TypeOid.Timestamp:
            case TypeOid.TimestampTz:
                return TimePrecision(type, name);
            case TypeOid.Interval:
                return Interval(name);
            default:
                throw new SqlException(SqlState.SyntaxError, $"type modifier is not allowed for type \"{type.Name}\"") { Position = name.Position + 1 };
        }
    }

    private static int[] Numbers(TypeName name)
    {
        var numbers = new int[name.Modifiers.Count];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = name.Modifiers[i] switch
            {
                IntegerLiteral integer => integer.Value,
                StringLiteral text when int.TryParse(text.Value, System.Globalization.CultureInfo.InvariantCulture, out int value) => value,
                NumericLiteral number => throw Invalid($"value \"{number.Text}\" is out of range for type integer", SqlState.NumericValueOutOfRange),
                _ => throw new SqlException(SqlState.SyntaxError, "type modifiers must be simple constants or identifiers") { Position = name.Position + 1 },
            };
        return numbers;
    }

    private static int Length(TypeName name, string type) => Single(name, type, 1, CharMaxLength) + VarHeaderBytes;

    private static int Single(TypeName name, string type, int minimum, int maximum)
    {
        int[] numbers = Numbers(name);
        if (numbers.Length != 1)
            throw Invalid("invalid type modifier");
        if (numbers[0] < minimum)
            throw Invalid($"length for type {type} must be at least {minimum}");
        return numbers[0] <= maximum ? numbers[0] : throw Invalid($"length for type {type} cannot exceed {maximum}");
    }

    private static int Numeric(TypeName name)
    {
        int[] numbers = Numbers(name);
        if (numbers.Length > 2)
            throw Invalid("invalid NUMERIC type modifier");
        int precision = numbers[0], scale = numbers.Length > 1 ? numbers[1] : 0;
        if (precision is < 1 or > NumericMaxPrecision)
            throw Invalid($"NUMERIC precision {precision} must be between 1 and {NumericMaxPrecision}");
        if (scale is < -NumericMaxPrecision or > NumericMaxPrecision)
            throw Invalid($"NUMERIC scale {scale} must be between {-NumericMaxPrecision} and {NumericMaxPrecision}");
        return TypeNames.NumericTypmod(precision, scale);
    }

    private static int TimePrecision(SqlType type, TypeName name)
    {
        int[] numbers = Numbers(name);
        if (numbers.Length != 1)
            throw Invalid("invalid type modifier");
        bool zoned = type.Oid is TypeOid.TimeTz or TypeOid.TimestampTz;
        string label = (type.Oid is TypeOid.Time or TypeOid.TimeTz ? "TIME" : "TIMESTAMP") + $"({numbers[0]})" + (zoned ? " WITH TIME ZONE" : "");
        if (numbers[0] < 0)
            throw Invalid($"{label} precision must not be negative");
        return Math.Min(numbers[0], TimeMaxPrecision);
    }

    // The range of fields in the upper half, the precision in the lower.
    private static int Interval(TypeName name)
    {
        const int FullPrecision = 0xFFFF;
        int[] numbers = Numbers(name);
        int range = numbers[0];
        if (numbers.Length == 1)
            return range == IntervalFields.FullRange ? -1 : (range << 16) | FullPrecision;
        if (numbers[1] < 0)
            throw Invalid($"INTERVAL({numbers[1]}) precision must not be negative");
        return (range << 16) | Math.Min(numbers[1], TimeMaxPrecision);
    }

    private static SqlException Invalid(string message, SqlState? state = null) => new(state ?? SqlState.InvalidParameterValue, message);
}
