using Strata.Format;

namespace Strata.Engine.Types;

/// <summary>
/// The immutable descriptor of a type with a type modifier and a collation. Two descriptors are equal when OID, modifier and
/// collation are. Built-in ones come from <see cref="BuiltinTypes"/>; the catalog makes those of user-defined types.
/// </summary>
public sealed class SqlType : IEquatable<SqlType>
{
    public required uint Oid { get; init; }

    /// <summary>pg_type.typname, for example "int4".</summary>
    public required string Name { get; init; }

    public required PhysicalType Physical { get; init; }

    public uint NamespaceOid { get; init; } = 11;

    /// <summary>Type modifier, -1 for none. varchar(n): n + 4. numeric(p,s): ((p &lt;&lt; 16) | (s &amp; 0x7ff)) + 4.</summary>
    public int Typmod { get; init; } = -1;

    public TypeKind Kind { get; init; } = TypeKind.Base;

    public TypeCategory Category { get; init; } = TypeCategory.User;

    public bool IsPreferred { get; init; }

    /// <summary>pg_type.typelem: element type of arrays, and of name, point, … which can be subscripted.</summary>
    public uint ElementOid { get; init; }

    /// <summary>pg_type.typarray.</summary>
    public uint ArrayOid { get; init; }

    /// <summary>Of a domain.</summary>
    public uint BaseOid { get; init; }

    /// <summary>Of a composite type.</summary>
    public uint RelationOid { get; init; }

    /// <summary>pg_type.typlen: bytes in PostgreSQL; -1 variable, -2 cstring. What RowDescription sends.</summary>
    public short Length { get; init; } = -1;

    public byte Alignment { get; init; } = (byte)'i';

    public byte Storage { get; init; } = (byte)'p';

    public byte Delimiter { get; init; } = (byte)',';

    /// <summary>Of the values: 0 not collatable, 100 the database's (C.UTF-8), 950 "C".</summary>
    public uint CollationOid { get; init; }

    /// <summary>Version of the collation's order. Memcmp order never changes: always 1 so far.</summary>
    public int CollationVersion { get; init; } = 1;

    /// <summary>True when pg_type.typsubscript is array_subscript_handler: a true array.</summary>
    public bool IsArray { get; init; }

    public bool IsCollatable => CollationOid != 0;

    public bool IsPseudo => Kind == TypeKind.Pseudo;

    /// <summary>True for anyelement, anyarray, anycompatible and their like.</summary>
    public bool IsPolymorphic => Oid is TypeOid.AnyElement or TypeOid.AnyArray or TypeOid.AnyNonArray or TypeOid.AnyEnum
        or TypeOid.AnyRange or TypeOid.AnyMultirange or TypeOid.AnyCompatible or TypeOid.AnyCompatibleArray
        or TypeOid.AnyCompatibleNonArray or TypeOid.AnyCompatibleRange or TypeOid.AnyCompatibleMultirange;

    /// <summary>The same type with another modifier.</summary>
    public SqlType WithTypmod(int typmod) => typmod == Typmod ? this : Copy(typmod, CollationOid);

    /// <summary>The same type with another collation.</summary>
    public SqlType WithCollation(uint collationOid) => collationOid == CollationOid ? this : Copy(Typmod, collationOid);

    private SqlType Copy(int typmod, uint collation) => new()
    {
        Oid = Oid,
        Name = Name,
        Physical = Physical,
        NamespaceOid = NamespaceOid,
        Typmod = typmod,
        Kind = Kind,
        Category = Category,
        IsPreferred = IsPreferred,
        ElementOid = ElementOid,
        ArrayOid = ArrayOid,
        BaseOid = BaseOid,
        RelationOid = RelationOid,
        Length = Length,
        Alignment = Alignment,
        Storage = Storage,
        Delimiter = Delimiter,
        CollationOid = collation,
        CollationVersion = CollationVersion,
        IsArray = IsArray,
        ElementType = ElementType,
        DomainBase = DomainBase,
        Native = Native,
        Range = _range,
    };

    private readonly Ranges.RangeInfo? _range;

    /// <summary>Of a range or multirange type; null for every other type. User-defined ones set it.</summary>
    public Ranges.RangeInfo? Range
    {
        get => _range ?? (Kind is TypeKind.Range or TypeKind.Multirange ? Ranges.BuiltinRanges.Find(Oid) : null);
        init => _range = value;
    }

    /// <summary>Of a type that is known to be a range or multirange type.</summary>
    internal Ranges.RangeInfo RangeInfo => Range ?? throw new InvariantViolationException($"type {Oid} is no range type");

    /// <summary>What an extension says about values of its base type; null for other types.</summary>
    internal Extensions.NativeType? Native { get; init; }

    /// <summary>The type that a domain is over, with the domain's modifier; null for other types.</summary>
    public SqlType? DomainBase { get; init; }

    /// <summary>The type below all domains, or the type itself: values look like its values.</summary>
    public SqlType Plain => DomainBase is null ? this : DomainBase.Plain;

    private readonly SqlType? _elementType;

    /// <summary>Descriptor of the element type; null when there is none. User-defined array types set it.</summary>
    public SqlType? ElementType
    {
        get => _elementType ?? (ElementOid != 0 ? BuiltinTypes.Find(ElementOid) : null);
        init => _elementType = value;
    }

    public bool Equals(SqlType? other) =>
        other is not null && Oid == other.Oid && Typmod == other.Typmod && CollationOid == other.CollationOid;

    public override bool Equals(object? obj) => Equals(obj as SqlType);

    public override int GetHashCode() => HashCode.Combine(Oid, Typmod, CollationOid);

    public override string ToString() => TypeNames.Format(this, Typmod);

    public static SqlType Boolean { get; } = BuiltinTypes.Get(TypeOid.Boolean);

    public static SqlType Char { get; } = BuiltinTypes.Get(TypeOid.Char);

    public static SqlType Int2 { get; } = BuiltinTypes.Get(TypeOid.Int2);

    public static SqlType Int4 { get; } = BuiltinTypes.Get(TypeOid.Int4);

    public static SqlType Int8 { get; } = BuiltinTypes.Get(TypeOid.Int8);

    public static SqlType Float4 { get; } = BuiltinTypes.Get(TypeOid.Float4);

    public static SqlType Float8 { get; } = BuiltinTypes.Get(TypeOid.Float8);

    public static SqlType Numeric { get; } = BuiltinTypes.Get(TypeOid.Numeric);

    public static SqlType Text { get; } = BuiltinTypes.Get(TypeOid.Text);

    public static SqlType VarChar { get; } = BuiltinTypes.Get(TypeOid.VarChar);

    public static SqlType BpChar { get; } = BuiltinTypes.Get(TypeOid.BpChar);

    public static SqlType NameType { get; } = BuiltinTypes.Get(TypeOid.Name);

    public static SqlType Bytea { get; } = BuiltinTypes.Get(TypeOid.Bytea);

    public static SqlType Date { get; } = BuiltinTypes.Get(TypeOid.Date);

    public static SqlType Time { get; } = BuiltinTypes.Get(TypeOid.Time);

    public static SqlType TimeTz { get; } = BuiltinTypes.Get(TypeOid.TimeTz);

    public static SqlType Timestamp { get; } = BuiltinTypes.Get(TypeOid.Timestamp);

    public static SqlType TimestampTz { get; } = BuiltinTypes.Get(TypeOid.TimestampTz);

    public static SqlType Interval { get; } = BuiltinTypes.Get(TypeOid.Interval);

    public static SqlType Uuid { get; } = BuiltinTypes.Get(TypeOid.Uuid);

    public static SqlType OidType { get; } = BuiltinTypes.Get(TypeOid.Oid);

    public static SqlType Unknown { get; } = BuiltinTypes.Get(TypeOid.Unknown);

    public static SqlType Record { get; } = BuiltinTypes.Get(TypeOid.Record);

    public static SqlType Void { get; } = BuiltinTypes.Get(TypeOid.Void);

    public static SqlType Tid { get; } = BuiltinTypes.Get(TypeOid.Tid);

    public static SqlType Xid { get; } = BuiltinTypes.Get(TypeOid.Xid);

    public static SqlType Cid { get; } = BuiltinTypes.Get(TypeOid.Cid);

    public static SqlType RegClass { get; } = BuiltinTypes.Get(TypeOid.RegClass);

    public static SqlType Json { get; } = BuiltinTypes.Get(TypeOid.Json);

    public static SqlType Jsonb { get; } = BuiltinTypes.Get(TypeOid.Jsonb);
}
