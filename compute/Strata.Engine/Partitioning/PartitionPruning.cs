using Strata.Engine.Expressions;
using Strata.Engine.Types;

namespace Strata.Engine.Partitioning;

/// <summary>
/// A query's conditions on the partition keys of a tree of partitioned tables, from which follows which leaves need be read: at plan time by the constants in them, at run time by parameters too.
/// Immutable; thread-safe.
/// </summary>
internal sealed class PartitionPruning(PartitionMap root, IReadOnlyDictionary<uint, (PartitionMap Map, IReadOnlyList<PartitionCondition> Conditions)> tables)
{
    /// <summary>True when any condition has a value that is known only at run time.</summary>
    public bool HasRuntimeValues { get; } = tables.Values.Any(static table => table.Conditions.Any(HasRuntimeValue));

    private static bool HasRuntimeValue(PartitionCondition condition) => condition switch
    {
        PartitionTerm term => term.Values.Any(static value => value is not ConstantExpression),
        PartitionChoice choice => choice.Alternatives.Any(static alternative => alternative.Any(HasRuntimeValue)),
        _ => false,
    };

    /// <summary>All values in the conditions that are not constants.</summary>
    public IEnumerable<Expression> RuntimeValues => tables.Values.SelectMany(static table => table.Conditions).SelectMany(ValuesOf).Where(static value => value is not ConstantExpression).Distinct();

    private static IEnumerable<Expression> ValuesOf(PartitionCondition condition) => condition switch
    {
        PartitionTerm term => term.Values,
        PartitionChoice choice => choice.Alternatives.SelectMany(static alternative => alternative.SelectMany(ValuesOf)),
        _ => [],
    };

    /// <summary>OIDs of the leaves that may hold rows, with the values that <paramref name="evaluate"/> knows.</summary>
    public HashSet<uint> Leaves(Func<Expression, Datum?> evaluate)
    {
        var leaves = new HashSet<uint>();
        Add(root, evaluate, leaves);
        return leaves;
    }

    private void Add(PartitionMap map, Func<Expression, Datum?> evaluate, HashSet<uint> leaves)
    {
        bool[] selected = new PartitionSelection(map, evaluate).Select(tables[map.Table.Oid].Conditions);
        for (int i = 0; i < selected.Length; i++)
        {
            if (!selected[i])
                continue;
            if (tables.TryGetValue(map.Partitions[i].Oid, out (PartitionMap Map, IReadOnlyList<PartitionCondition> Conditions) table))
                Add(table.Map, evaluate, leaves);
            else
                leaves.Add(map.Partitions[i].Oid);
        }
    }
}
