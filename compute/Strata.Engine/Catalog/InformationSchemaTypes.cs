using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>The domains of the information schema and their arrays, with the OIDs that PostgreSQL 15's initdb gives them: entries like those of users' types, in every database. Immutable.</summary>
internal static class InformationSchemaTypes
{
    private const uint CardinalNumber = 13221;
    private const uint CharacterData = 13224;
    private const uint SqlIdentifier = 13226;
    private const uint TimeStamp = 13232;
    private const uint YesOrNo = 13234;
    private const uint CCollation = 950;

    /// <summary>The domains, each followed by its array type.</summary>
    public static UserTypeInfo[] All { get; } =
    [
        .. Domain(CardinalNumber, 13220, "cardinal_number", TypeOid.Int4, -1, Check(CardinalNumber, 13222, "cardinal_number_domain_check", "VALUE >= 0")),
        .. Domain(CharacterData, 13223, "character_data", TypeOid.VarChar, -1),
        .. Domain(SqlIdentifier, 13225, "sql_identifier", TypeOid.Name, -1),
        .. Domain(TimeStamp, 13231, "time_stamp", TypeOid.TimestampTz, 2),
        .. Domain(YesOrNo, 13233, "yes_or_no", TypeOid.VarChar, 7, Check(YesOrNo, 13235, "yes_or_no_check", "(VALUE)::text = ANY ((ARRAY['YES'::character varying, 'NO'::character varying])::text[])")),
    ];

    /// <summary>The base type of one of the domains; any other type itself.</summary>
    public static uint BaseOf(uint type) => type switch
    {
        CardinalNumber => TypeOid.Int4,
        CharacterData or YesOrNo => TypeOid.VarChar,
        SqlIdentifier => TypeOid.Name,
        TimeStamp => TypeOid.TimestampTz,
        _ => type,
    };

    private static UserTypeInfo[] Domain(uint oid, uint arrayOid, string name, uint baseType, int modifier, params ConstraintInfo[] checks)
    {
        uint collation = baseType is TypeOid.VarChar or TypeOid.Name ? CCollation : 0;
        return
        [
            new UserTypeInfo
            {
                Oid = oid,
                Name = name,
                SchemaOid = CatalogOids.InformationSchema,
                OwnerOid = CatalogOids.BootstrapRole,
                Kind = UserTypeKind.Domain,
                ArrayOid = arrayOid,
                BaseTypeOid = baseType,
                BaseTypeModifier = modifier,
                CollationOid = collation,
                Default = oid == TimeStamp ? new CatalogExpression("CURRENT_TIMESTAMP(2)") : null,
                Constraints = checks,
            },
            new UserTypeInfo
            {
                Oid = arrayOid,
                Name = "_" + name,
                SchemaOid = CatalogOids.InformationSchema,
                OwnerOid = CatalogOids.BootstrapRole,
                Kind = UserTypeKind.Array,
                ElementOid = oid,
                CollationOid = collation,
            },
        ];
    }

    private static ConstraintInfo Check(uint type, uint oid, string name, string condition) => new()
    {
        Oid = oid,
        Name = name,
        SchemaOid = CatalogOids.InformationSchema,
        Kind = ConstraintKind.Check,
        TypeOid = type,
        Check = new CatalogExpression(condition),
    };
}
