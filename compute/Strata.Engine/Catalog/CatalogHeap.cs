using System.Buffers.Binary;
using System.Text;
using Strata.Engine.Storage.Toast;
using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Catalog;

// Values in a catalog row's body (RowLayout says where each column stands), little-endian:
//
//   bool, "char"            1 byte
//   int2                    2 bytes
//   int4, oid, float4       4 bytes
//   int8, timestamptz       8 bytes
//   name, text, node tree   UTF-8
//   int vectors and arrays  8 bytes per element
//   text arrays, aclitem[]  per element: int32 length, UTF-8
//   float4[]                4 bytes per element

/// <summary>
/// A catalog whose user rows stand in a heap: its place and the shape of its rows. Columns are PostgreSQL's, in PostgreSQL's order; <c>pg_class</c> has one more at its end, the
/// 64-bit storage id that <c>relfilenode</c> can't hold. Storage ids are the catalog's OID, so a new timeline has nothing to create: absent pages read as an empty heap.
/// </summary>
internal sealed class CatalogHeap
{
    private readonly string _kinds;

    private CatalogHeap(uint oid, bool isShared, string kinds)
    {
        Oid = oid;
        IsShared = isShared;
        _kinds = kinds;
        var widths = new short[kinds.Length];
        for (int i = 0; i < kinds.Length; i++)
            widths[i] = kinds[i] switch
            {
                'b' or 'c' => 1,
                'h' => 2,
                'i' or 'o' or 'f' => 4,
                'l' => 8,
                _ => RowLayout.Variable,
            };
        Layout = new RowLayout((ushort)kinds.Length, widths);
    }

    // One letter per column: b bool, c "char", h int2, i int4, o oid, l int8, f float4, t text, A integers, T texts, F floats.
    public static readonly CatalogHeap PgNamespace = new(CatalogOids.PgNamespace, false, "otoT");
    public static readonly CatalogHeap PgClass = new(CatalogOids.PgClass, false, "otoooooooifiobbcchhbbbbbbcboooTTtl");
    public static readonly CatalogHeap PgAttribute = new(CatalogOids.PgAttribute, false, "otoihhiiibcccbbbccbbioTTTt");
    public static readonly CatalogHeap PgAttrDef = new(CatalogOids.PgAttrDef, false, "ooht");
    public static readonly CatalogHeap PgType = new(CatalogOids.PgType, false, "otoohbccbbcoooooooooooccboiiottT");
    public static readonly CatalogHeap PgIndex = new(CatalogOids.PgIndex, false, "oohhbbbbbbbbbbbAAAAtt");
    public static readonly CatalogHeap PgConstraint = new(CatalogOids.PgConstraint, false, "otocbbbooooocccbibAAAAAAAt");
    public static readonly CatalogHeap PgInherits = new(CatalogOids.PgInherits, false, "ooib");
    public static readonly CatalogHeap PgPartitionedTable = new(CatalogOids.PgPartitionedTable, false, "ochoAAAt");
    public static readonly CatalogHeap PgSequence = new(CatalogOids.PgSequence, false, "oolllllb");
    public static readonly CatalogHeap PgDepend = new(CatalogOids.PgDepend, false, "ooiooic");
    public static readonly CatalogHeap PgDescription = new(CatalogOids.PgDescription, false, "ooit");
    public static readonly CatalogHeap PgRewrite = new(CatalogOids.PgRewrite, false, "otoccbtt");
    public static readonly CatalogHeap PgEnum = new(CatalogOids.PgEnum, false, "ooft");
    public static readonly CatalogHeap PgRange = new(CatalogOids.PgRange, false, "ooooooo");
    public static readonly CatalogHeap PgStatistic = new(CatalogOids.PgStatistic, false, "ohbfifhhhhhooooooooooFFFFFTTTTT");
    public static readonly CatalogHeap PgStatisticExt = new(CatalogOids.PgStatisticExt, false, "ootooiAAt");

    // Both rows of an object (of the table, of its tree) in one, each as texts that only this program reads.
    public static readonly CatalogHeap PgStatisticExtData = new(CatalogOids.PgStatisticExtData, false, "oTT");
    public static readonly CatalogHeap PgProc = new(CatalogOids.PgProc, false, "otoooffoocbbbbcchhoAATTtAtttTT");
    public static readonly CatalogHeap PgAggregate = new(CatalogOids.PgAggregate, false, "ochoooooooobbccooioitt");
    public static readonly CatalogHeap PgOperator = new(CatalogOids.PgOperator, false, "otoocbboooooooo");
    public static readonly CatalogHeap PgCast = new(CatalogOids.PgCast, false, "oooocc");
    public static readonly CatalogHeap PgOpClass = new(CatalogOids.PgOpClass, false, "ootoooobo");
    public static readonly CatalogHeap PgOpFamily = new(CatalogOids.PgOpFamily, false, "ootoo");
    public static readonly CatalogHeap PgAmOp = new(CatalogOids.PgAmOp, false, "oooohcooo");
    public static readonly CatalogHeap PgAmProc = new(CatalogOids.PgAmProc, false, "ooooho");
    public static readonly CatalogHeap PgConversion = new(CatalogOids.PgConversion, false, "otooiiob");
    public static readonly CatalogHeap PgCollation = new(CatalogOids.PgCollation, false, "otoocbitttt");
    public static readonly CatalogHeap PgPolicy = new(CatalogOids.PgPolicy, false, "otocbAtt");
    public static readonly CatalogHeap PgTsConfig = new(CatalogOids.PgTsConfig, false, "otooo");

    /// <summary>With an OID in front that PostgreSQL's does not have, as a key.</summary>
    public static readonly CatalogHeap PgTsConfigMap = new(CatalogOids.PgTsConfigMap, false, "ooiio");
    public static readonly CatalogHeap PgTsDict = new(CatalogOids.PgTsDict, false, "otooot");
    public static readonly CatalogHeap PgTsParser = new(CatalogOids.PgTsParser, false, "otoooooo");
    public static readonly CatalogHeap PgTsTemplate = new(CatalogOids.PgTsTemplate, false, "otooo");
    public static readonly CatalogHeap PgForeignDataWrapper = new(CatalogOids.PgForeignDataWrapper, false, "otoooTT");
    public static readonly CatalogHeap PgForeignServer = new(CatalogOids.PgForeignServer, false, "otoottTT");
    public static readonly CatalogHeap PgUserMapping = new(CatalogOids.PgUserMapping, false, "oooT");
    public static readonly CatalogHeap PgForeignTable = new(CatalogOids.PgForeignTable, false, "ooT");
    public static readonly CatalogHeap PgPublication = new(CatalogOids.PgPublication, false, "otobbbbbb");
    public static readonly CatalogHeap PgPublicationRel = new(CatalogOids.PgPublicationRel, false, "oootA");
    public static readonly CatalogHeap PgAm = new(CatalogOids.PgAm, false, "otoc");
    public static readonly CatalogHeap PgPublicationNamespace = new(CatalogOids.PgPublicationNamespace, false, "ooo");

    /// <summary>With a column at its end that PostgreSQL's does not have: the members, as pairs of catalog and OID.</summary>
    public static readonly CatalogHeap PgExtension = new(CatalogOids.PgExtension, false, "otoobtATA");

    /// <summary>Only the OIDs of tables whose foreign keys are not checked.</summary>
    public static readonly CatalogHeap PgTrigger = new(CatalogOids.PgTrigger, false, "o");
    public static readonly CatalogHeap PgLargeObjectMetadata = new(CatalogOids.PgLargeObjectMetadata, false, "ooT");
    public static readonly CatalogHeap PgDefaultAcl = new(CatalogOids.PgDefaultAcl, false, "ooocT");

    /// <summary>Here the lists of built-in objects as they are now: OID of the object, its catalog, 0, list. SQL sees what they were in the beginning.</summary>
    public static readonly CatalogHeap PgInitPrivs = new(CatalogOids.PgInitPrivs, false, "ooiT");
    public static readonly CatalogHeap PgParameterAcl = new(CatalogOids.PgParameterAcl, true, "otT");
    public static readonly CatalogHeap PgAuthId = new(CatalogOids.PgAuthId, true, "otbbbbbbbitl");
    public static readonly CatalogHeap PgAuthMembers = new(CatalogOids.PgAuthMembers, true, "ooob");
    public static readonly CatalogHeap PgDatabase = new(CatalogOids.PgDatabase, true, "otoicbbiooottttT");
    public static readonly CatalogHeap PgDbRoleSetting = new(CatalogOids.PgDbRoleSetting, true, "ooT");
    public static readonly CatalogHeap PgShDescription = new(CatalogOids.PgShDescription, true, "oot");

    /// <summary>The heaps of each database, in the order in which they are loaded.</summary>
    public static readonly CatalogHeap[] OfDatabase =
        [PgNamespace, PgClass, PgAttribute, PgAttrDef, PgType, PgIndex, PgConstraint, PgInherits, PgPartitionedTable, PgSequence, PgDepend, PgDescription, PgRewrite, PgEnum, PgRange, PgStatistic,
         PgProc, PgAggregate, PgOperator, PgCast, PgOpClass, PgOpFamily, PgAmOp, PgAmProc, PgConversion, PgCollation, PgPolicy, PgDefaultAcl,
         PgTsConfig, PgTsConfigMap, PgTsDict, PgTsParser, PgTsTemplate, PgForeignDataWrapper, PgForeignServer, PgUserMapping, PgForeignTable, PgPublication, PgPublicationRel,
         PgPublicationNamespace, PgStatisticExt, PgStatisticExtData, PgAm, PgLargeObjectMetadata, PgTrigger, PgExtension, PgInitPrivs];

    /// <summary>The heaps that all databases share.</summary>
    public static readonly CatalogHeap[] Shared = [PgAuthId, PgAuthMembers, PgDatabase, PgDbRoleSetting, PgShDescription, PgParameterAcl];

    public uint Oid { get; }

    public bool IsShared { get; }

    public RowLayout Layout { get; }

    public int ColumnCount => _kinds.Length;

    /// <summary>The heap of a catalog, by its OID.</summary>
    public static CatalogHeap Of(uint catalogOid)
    {
        foreach (CatalogHeap heap in OfDatabase)
            if (heap.Oid == catalogOid)
                return heap;
        foreach (CatalogHeap heap in Shared)
            if (heap.Oid == catalogOid)
                return heap;
        throw new InvariantViolationException($"catalog {catalogOid} has no heap");
    }

    /// <summary>The row's body (bitmaps and columns), as the heap takes it. Values too long for a page are compressed or given to <paramref name="toast"/>.</summary>
    public byte[] Encode(CatalogValue[] row, CatalogToast toast, out RowFlags flags)
    {
        Invariant.Check(row.Length == _kinds.Length);
        bool hasNulls = false;
        int variableBytes = 0;
        var variable = new byte[row.Length][];
        for (int i = 0; i < row.Length; i++)
        {
            hasNulls |= row[i].IsNull;
            if (Layout.Width(i) != RowLayout.Variable || row[i].IsNull)
                continue;
            variable[i] = EncodeVariable(_kinds[i], row[i]);
            variableBytes += variable[i].Length;
        }

        bool[]? toasted = null;
        while (HeapRow.HeaderBytes + Layout.BodyBytes(hasNulls, variableBytes, toasted is not null) > HeapPage.MaxRowBytes &&
            FindLongest(variable, toasted ??= new bool[row.Length]) is >= 0 and int longest)
        {
            toasted[longest] = true;
            variableBytes -= variable[longest].Length;
            variable[longest] = toast.Shorten(variable[longest]);
            variableBytes += variable[longest].Length;
        }

        flags = (hasNulls ? RowFlags.HasNulls : default) | (toasted is not null ? RowFlags.HasOutOfLine : default);
        var body = new byte[Layout.BodyBytes(hasNulls, variableBytes, toasted is not null)];
        var writer = new RowBodyWriter(Layout, body, hasNulls, toasted is not null);
        for (int i = 0; i < row.Length; i++)
        {
            if (row[i].IsNull)
                writer.AddNull(i);
            else if (toasted is not null && toasted[i])
                writer.AddToasted(i, variable[i]);
            else if (variable[i] is { } bytes)
                writer.AddVariable(bytes);
            else
                WriteFixed(_kinds[i], row[i], writer.Fixed(i));
        }

        Invariant.Check(writer.Finish() == body.Length);
        return body;
    }

    private static int FindLongest(byte[][] values, bool[] excluded)
    {
        int longest = -1;
        for (int i = 0; i < values.Length; i++)
            if (values[i] is { Length: > ToastedValue.OutOfLineBytes } && !excluded[i] && (longest < 0 || values[i].Length > values[longest].Length))
                longest = i;
        return longest;
    }

    private static void WriteFixed(char kind, in CatalogValue value, Span<byte> destination)
    {
        switch (kind)
        {
            case 'b' or 'c':
                destination[0] = (byte)value.Number;
                break;
            case 'h':
                BinaryPrimitives.WriteInt16LittleEndian(destination, (short)value.Number);
                break;
            case 'f':
                BinaryPrimitives.WriteSingleLittleEndian(destination, (float)value.Double);
                break;
            case 'l':
                BinaryPrimitives.WriteInt64LittleEndian(destination, value.Number);
                break;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(destination, unchecked((int)value.Number));
                break;
        }
    }

    private static byte[] EncodeVariable(char kind, in CatalogValue value)
    {
        switch (kind)
        {
            case 't':
                return Encoding.UTF8.GetBytes(value.Text);
            case 'A':
                var numbers = (long[])value.Array;
                var bytes = new byte[numbers.Length * sizeof(long)];
                for (int i = 0; i < numbers.Length; i++)
                    BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), numbers[i]);
                return bytes;
            case 'F':
                var floats = (float[])value.Array;
                var floatBytes = new byte[floats.Length * sizeof(float)];
                for (int i = 0; i < floats.Length; i++)
                    BinaryPrimitives.WriteSingleLittleEndian(floatBytes.AsSpan(i * sizeof(float)), floats[i]);
                return floatBytes;
            default:
                var stream = new MemoryStream();
                Span<byte> length = stackalloc byte[sizeof(int)];
                foreach (string text in (string[])value.Array)
                {
                    byte[] utf8 = Encoding.UTF8.GetBytes(text);
                    BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
                    stream.Write(length);
                    stream.Write(utf8);
                }

                return stream.ToArray();
        }
    }

    /// <summary>The values of a row version as it stands in the heap, header included.</summary>
    public CatalogValue[] Decode(ReadOnlySpan<byte> row, in Detoast detoast)
    {
        Invariant.Check(HeapRow.GetColumnCount(row) == _kinds.Length);
        var values = new CatalogValue[_kinds.Length];
        for (int i = 0; i < values.Length; i++)
            if (!RowLayout.IsNull(row, i))
                values[i] = DecodeColumn(_kinds[i], Layout.IsToasted(row, i) ? detoast.ToArray(Layout.Column(row, i)) : Layout.Column(row, i));
        return values;
    }

    private static CatalogValue DecodeColumn(char kind, ReadOnlySpan<byte> bytes)
    {
        switch (kind)
        {
            case 'b' or 'c':
                return (long)bytes[0];
            case 'h':
                return BinaryPrimitives.ReadInt16LittleEndian(bytes);
            case 'i':
                return BinaryPrimitives.ReadInt32LittleEndian(bytes);
            case 'o':
                return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            case 'l':
                return BinaryPrimitives.ReadInt64LittleEndian(bytes);
            case 'f':
                return CatalogValue.Float(BinaryPrimitives.ReadSingleLittleEndian(bytes));
            case 't':
                return Encoding.UTF8.GetString(bytes);
            case 'A':
                var numbers = new long[bytes.Length / sizeof(long)];
                for (int i = 0; i < numbers.Length; i++)
                    numbers[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * sizeof(long))..]);
                return numbers;
            case 'F':
                var floats = new float[bytes.Length / sizeof(float)];
                for (int i = 0; i < floats.Length; i++)
                    floats[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
                return floats;
            default:
                var texts = new List<string>();
                while (!bytes.IsEmpty)
                {
                    int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
                    texts.Add(Encoding.UTF8.GetString(bytes.Slice(sizeof(int), length)));
                    bytes = bytes[(sizeof(int) + length)..];
                }

                return texts.ToArray();
        }
    }
}
