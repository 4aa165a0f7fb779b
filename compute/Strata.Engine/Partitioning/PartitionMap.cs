using System.Runtime.CompilerServices;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Sql.Syntax;

namespace Strata.Engine.Partitioning;

/// <summary>
/// Which partition of a table takes which key. Bounds stand as encoded keys (<see cref="KeyEncoder"/>), whose memcmp order is the order of the values: MINVALUE is the empty rest of a key, MAXVALUE a byte above all
/// that a key's part begins with. Made once per version of the table. Immutable; thread-safe.
/// </summary>
internal sealed class PartitionMap
{
    /// <summary>A byte above all that a key's part begins with.</summary>
    public const byte AboveAll = 0xFF;

    private const int RemaindersMax = 65536;
    private static readonly ConditionalWeakTable<RelationInfo, PartitionMap> s_maps = [];

    private readonly List<(byte[] Key, int Partition)> _values = [];
    private byte[][] _lower = [];
    private byte[][] _upper = [];
    private int[] _remainders = [];

    private PartitionMap(RelationInfo table, CatalogView catalog, IFunctionContext functions)
    {
        Table = table;
        Key = table.PartitionKey!;
        KeyTypes = Array.ConvertAll(Key.Columns, column => TypeResolver.Find(column.TypeOid, catalog)!.WithTypmod(column.TypeModifier));
        var context = new BindingContext { Catalog = catalog, SearchPath = new SearchPath([CatalogOids.CatalogSchema], 0), Functions = functions };
        Expressions = Array.ConvertAll(Key.Columns, column => column.Expression is null
            ? null
            : CompiledExpression.Compile(Binder.BindOverRow(column.Expression.Syntax, table, isCondition: false, context)));
        var partitions = new List<RelationInfo>();
        foreach (uint oid in table.Children)
            if (catalog.FindRelation(oid) is { PartitionBound: not null } partition)
                partitions.Add(partition);
        Partitions = [.. partitions];
        switch (Key.Strategy)
        {
            case PartitionStrategy.List:
                MapValues(context);
                break;
            case PartitionStrategy.Range:
                MapRanges(context);
                break;
            default:
                MapRemainders();
                break;
        }

        Default = Array.FindIndex(Partitions, static p => p.PartitionBound!.IsDefault);
    }

    /// <summary>The map of a partitioned table as a catalog shows it.</summary>
    public static PartitionMap Of(RelationInfo table, CatalogView catalog, IFunctionContext functions)
    {
        if (s_maps.TryGetValue(table, out PartitionMap? known))
            return known;
        var made = new PartitionMap(table, catalog, functions);
        s_maps.AddOrUpdate(table, made);
        return made;
    }

    /// <summary>The partitioned table.</summary>
    public RelationInfo Table { get; }

    public PartitionKeyInfo Key { get; }

    public SqlType[] KeyTypes { get; }

    /// <summary>Expressions of the key over the table's row; null where the key is a plain column.</summary>
    public CompiledExpression?[] Expressions { get; }

    /// <summary>The partitions in the order of their bounds, the default one last.</summary>
    public RelationInfo[] Partitions { get; private set; }

    /// <summary>The default partition's place, or -1.</summary>
    public int Default { get; }

    /// <summary>Lower bounds (inclusive) of the range partitions, in the order of <see cref="Partitions"/>; without the default one.</summary>
    public IReadOnlyList<byte[]> Lower => _lower;

    /// <summary>Upper bounds (exclusive).</summary>
    public IReadOnlyList<byte[]> Upper => _upper;

    /// <summary>Values of the list partitions, sorted.</summary>
    public IReadOnlyList<(byte[] Key, int Partition)> Values => _values;

    /// <summary>The place of the partition of a key built of values that are not null, or -1 (list and range).</summary>
    public int Find(ReadOnlySpan<byte> key, bool hasNull)
    {
        int found = Key.Strategy == PartitionStrategy.List ? FindValue(key) : hasNull ? -1 : FindRange(key);
        return found >= 0 ? found : Default;
    }

    /// <summary>The place of the partition of a hash, or -1.</summary>
    public int Find(ulong hash)
    {
        if (_remainders.Length > 0)
            return _remainders[(int)(hash % (ulong)_remainders.Length)];
        return Array.FindIndex(Partitions, p => hash % (ulong)p.PartitionBound!.Syntax.Modulus == (ulong)p.PartitionBound.Syntax.Remainder);
    }

    private int FindValue(ReadOnlySpan<byte> key)
    {
        int low = 0, high = _values.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = _values[middle].Key.AsSpan().SequenceCompareTo(key);
            if (order == 0)
                return _values[middle].Partition;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    private int FindRange(ReadOnlySpan<byte> key)
    {
        // The last partition that begins at or below the key.
        int low = 0, high = _lower.Length - 1, found = -1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (_lower[middle].AsSpan().SequenceCompareTo(key) <= 0)
            {
                found = middle;
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return found >= 0 && key.SequenceCompareTo(_upper[found]) < 0 ? found : -1;
    }

    private void MapValues(BindingContext context)
    {
        var listed = new List<(RelationInfo Partition, List<byte[]> Keys)>();
        foreach (RelationInfo partition in Partitions)
            listed.Add((partition, [.. partition.PartitionBound!.Syntax.Values.AsSpan().ToArray().Select(value => EncodeValue(value, context))]));
        listed.Sort((a, b) => a.Partition.PartitionBound!.IsDefault != b.Partition.PartitionBound!.IsDefault
            ? a.Partition.PartitionBound!.IsDefault ? 1 : -1
            : a.Keys.Count == 0 || b.Keys.Count == 0 ? a.Keys.Count - b.Keys.Count : Smallest(a.Keys).AsSpan().SequenceCompareTo(Smallest(b.Keys)));
        Partitions = [.. listed.Select(static l => l.Partition)];
        for (int i = 0; i < listed.Count; i++)
            foreach (byte[] key in listed[i].Keys)
                _values.Add((key, i));
        _values.Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
    }

    private static byte[] Smallest(List<byte[]> keys)
    {
        byte[] smallest = keys[0];
        foreach (byte[] key in keys)
            if (key.AsSpan().SequenceCompareTo(smallest) < 0)
                smallest = key;
        return smallest;
    }

    private void MapRanges(BindingContext context)
    {
        var ranges = new List<(RelationInfo Partition, byte[] Lower, byte[] Upper)>();
        RelationInfo? rest = null;
        foreach (RelationInfo partition in Partitions)
            if (partition.PartitionBound!.IsDefault)
                rest = partition;
            else
                ranges.Add((partition, EncodeBound(partition.PartitionBound.Syntax.From, context), EncodeBound(partition.PartitionBound.Syntax.To, context)));
        ranges.Sort(static (a, b) => a.Lower.AsSpan().SequenceCompareTo(b.Lower));
        Partitions = [.. ranges.Select(static r => r.Partition), .. rest is null ? Array.Empty<RelationInfo>() : [rest]];
        _lower = [.. ranges.Select(static r => r.Lower)];
        _upper = [.. ranges.Select(static r => r.Upper)];
    }

    private void MapRemainders()
    {
        Array.Sort(Partitions, static (a, b) => (a.PartitionBound!.Syntax.Modulus, a.PartitionBound.Syntax.Remainder).CompareTo((b.PartitionBound!.Syntax.Modulus, b.PartitionBound.Syntax.Remainder)));
        int greatest = 0;
        foreach (RelationInfo partition in Partitions)
            greatest = Math.Max(greatest, partition.PartitionBound!.Syntax.Modulus);
        // Larger tables than this are not worth their memory.
        if (greatest > RemaindersMax)
            return;
        _remainders = new int[greatest];
        Array.Fill(_remainders, -1);
        for (int i = 0; i < Partitions.Length; i++)
            for (int remainder = Partitions[i].PartitionBound!.Syntax.Remainder; remainder < greatest; remainder += Partitions[i].PartitionBound!.Syntax.Modulus)
                _remainders[remainder] = i;
    }

    /// <summary>A list value as a key; null is the key of null.</summary>
    public byte[] EncodeValue(Sql.Syntax.Expression value, BindingContext context)
    {
        var key = new KeyBuffer();
        Append(value, 0, context, key);
        return key.Written.ToArray();
    }

    /// <summary>A bound of a range as a key that may end early (MINVALUE) or above all (MAXVALUE).</summary>
    public byte[] EncodeBound(SyntaxList<Sql.Syntax.Expression> values, BindingContext context)
    {
        var key = new KeyBuffer();
        for (int i = 0; i < values.Count; i++)
        {
            if (IsLimit(values[i], "minvalue"))
                break;
            if (IsLimit(values[i], "maxvalue"))
            {
                key.Write(AboveAll);
                break;
            }

            Append(values[i], i, context, key);
        }

        return key.Written.ToArray();
    }

    /// <summary>True for MINVALUE or MAXVALUE, which the grammar gives as column references.</summary>
    public static bool IsLimit(Sql.Syntax.Expression value, string name) => value is ColumnReference { Names.Count: 1 } reference && reference.Names[0] == name;

    private void Append(Sql.Syntax.Expression value, int column, BindingContext context, KeyBuffer key)
    {
        Expressions.Expression bound = Binder.BindValue(value, KeyTypes[column], context);
        using ExpressionInstance instance = CompiledExpression.Compile(bound).CreateInstance();
        using var evaluation = new EvaluationContext { Functions = context.Functions };
        AppendDatum(instance.EvaluateScalar(evaluation), KeyTypes[column], key);
    }

    /// <summary>Appends a value's part of a key; false when it is null.</summary>
    public static bool AppendDatum(in Datum value, SqlType type, KeyBuffer key)
    {
        using var vector = new Vector(type);
        vector.ResetConstant();
        value.Store(vector, 0);
        return KeyEncoder.Append(vector, 0, descending: false, nullsFirst: false, key);
    }
}
