using Strata.Engine.Extensions;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>A base type that an extension's script defines: the part of its <c>pg_type</c> row that other types derive. OIDs are 0 for what was not given. Immutable.</summary>
public sealed record BaseTypeDefinition
{
    /// <summary>Bytes of a value; -1 for varying ones. As PostgreSQL counts: here values are byte strings.</summary>
    public short Length { get; init; } = -1;

    public bool IsByValue { get; init; }
    public char Category { get; init; } = 'U';
    public bool IsPreferred { get; init; }
    public char Delimiter { get; init; } = ',';
    public uint SubscriptOid { get; init; }
    public required uint InputOid { get; init; }
    public required uint OutputOid { get; init; }
    public uint ReceiveOid { get; init; }
    public uint SendOid { get; init; }
    public uint ModifierInputOid { get; init; }
    public uint ModifierOutputOid { get; init; }
    public uint AnalyzeOid { get; init; }
    public char Alignment { get; init; } = 'i';
    public char Storage { get; init; } = 'p';

    /// <summary>The functions that the type is made of.</summary>
    public IEnumerable<uint> Functions =>
        ((uint[])[InputOid, OutputOid, ReceiveOid, SendOid, ModifierInputOid, ModifierOutputOid, AnalyzeOid, SubscriptOid]).Where(static oid => oid >= CatalogOids.FirstUser);

    // A base type's input function is an extension's; every other type's is built in.
    internal static bool IsOne(CatalogValue[] row) => row[6].Number == 'b' && row[15].Number >= CatalogOids.FirstUser;

    internal static BaseTypeDefinition FromRow(CatalogValue[] row) => new()
    {
        Length = (short)row[4].Number,
        IsByValue = row[5].Number != 0,
        Category = (char)row[7].Number,
        IsPreferred = row[8].Number != 0,
        Delimiter = (char)row[10].Number,
        SubscriptOid = Oid(row[12]),
        InputOid = Oid(row[15]),
        OutputOid = Oid(row[16]),
        ReceiveOid = Oid(row[17]),
        SendOid = Oid(row[18]),
        ModifierInputOid = Oid(row[19]),
        ModifierOutputOid = Oid(row[20]),
        AnalyzeOid = Oid(row[21]),
        Alignment = (char)row[22].Number,
        Storage = (char)row[23].Number,
    };

    private static uint Oid(in CatalogValue value) => unchecked((uint)value.Number);

    /// <summary>The row of a base type, or of a shell, which has no definition.</summary>
    internal static CatalogValue[] Row(UserTypeInfo type)
    {
        BaseTypeDefinition d = type.Base ?? new BaseTypeDefinition { InputOid = ShellInput, OutputOid = ShellOutput, Length = 4, IsByValue = true, Category = 'P' };
        return
        [
            type.Oid, type.Name, type.SchemaOid, type.OwnerOid, d.Length, d.IsByValue, type.Base is null ? 'p' : 'b', d.Category, d.IsPreferred, type.Base is not null, d.Delimiter,
            0L, d.SubscriptOid, type.ElementOid, type.ArrayOid, d.InputOid, d.OutputOid, d.ReceiveOid, d.SendOid, d.ModifierInputOid, d.ModifierOutputOid, d.AnalyzeOid,
            d.Alignment, d.Storage, false, 0L, -1L, 0L, type.CollationOid,
            type.Default?.Text, type.DefaultText ?? type.Default?.Text, AccessControlList.ToStored(type.Acl),
        ];
    }

    // shell_in and shell_out.
    private const uint ShellInput = 2398;
    private const uint ShellOutput = 2399;

    /// <summary>The descriptor. What values look like the extension's library says: it is found by the input function.</summary>
    internal SqlType Describe(UserTypeInfo type, CatalogView catalog) => new()
    {
        Oid = type.Oid,
        Name = type.Name,
        NamespaceOid = type.SchemaOid,
        Physical = PhysicalType.Bytes,
        Category = (TypeCategory)Category,
        IsPreferred = IsPreferred,
        Length = Length,
        Alignment = (byte)Alignment,
        Storage = (byte)Storage,
        Delimiter = (byte)Delimiter,
        ElementOid = type.ElementOid,
        ArrayOid = type.ArrayOid,
        CollationOid = type.CollationOid,
        Native = catalog.FindRoutine(InputOid) is { Library: { } library } input ? NativeLibraries.Find(library)?.TypeOf(input.Source) : null,
    };
}
