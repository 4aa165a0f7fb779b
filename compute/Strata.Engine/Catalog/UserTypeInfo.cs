namespace Strata.Engine.Catalog;

/// <summary>Values are PostgreSQL's <c>pg_type.typtype</c>.</summary>
public enum UserTypeKind : byte
{
    /// <summary>Array of another user type.</summary>
    Array = (byte)'b',

    /// <summary>A base type of an extension. PostgreSQL's letter is b, as for arrays.</summary>
    Base = (byte)'B',

    /// <summary>A name that functions may mention before the type is defined.</summary>
    Shell = (byte)'p',
    Composite = (byte)'c',
    Domain = (byte)'d',
    Enum = (byte)'e',
    Multirange = (byte)'m',
    Range = (byte)'r',
}

/// <summary>A type that a user created: its <c>pg_type</c> row with enum labels or domain constraints. Immutable.</summary>
public sealed record UserTypeInfo
{
    public required uint Oid { get; init; }
    public required string Name { get; init; }
    public required uint SchemaOid { get; init; }
    public required uint OwnerOid { get; init; }
    public required UserTypeKind Kind { get; init; }

    /// <summary>Relation whose row type this is; 0 for none.</summary>
    public uint RelationOid { get; init; }

    /// <summary>Element type of an array; 0 for none.</summary>
    public uint ElementOid { get; init; }

    /// <summary>Array type over this one; 0 for none.</summary>
    public uint ArrayOid { get; init; }

    /// <summary>Base type of a domain; 0 for none.</summary>
    public uint BaseTypeOid { get; init; }

    /// <summary>Modifier of a domain's base type.</summary>
    public int BaseTypeModifier { get; init; } = -1;

    public uint CollationOid { get; init; }
    public bool NotNull { get; init; }
    public AccessControlItem[]? Acl { get; init; }
    public CatalogExpression? Default { get; init; }

    /// <summary>The default as it looked to who gave it: <c>typdefault</c>, which PostgreSQL never prints anew.</summary>
    public string? DefaultText { get; init; }

    /// <summary>Of a base type; null for the others.</summary>
    public BaseTypeDefinition? Base { get; init; }

    /// <summary>Of a range type and of its multirange type; null for the others.</summary>
    public RangeDefinition? Range { get; init; }

    /// <summary>Labels of an enum, in sort order.</summary>
    public EnumLabel[] Labels { get; init; } = [];

    /// <summary>Checks of a domain.</summary>
    public ConstraintInfo[] Constraints { get; init; } = [];
}

/// <summary>One label of an enum: its <c>pg_enum</c> row.</summary>
public readonly record struct EnumLabel(uint Oid, float SortOrder, string Label);
