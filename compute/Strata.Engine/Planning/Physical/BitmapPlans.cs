using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Expressions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Physical;

/// <summary>Base of nodes that make a set of row addresses.</summary>
internal abstract class BitmapPlan : PhysicalNode
{
    /// <summary>The share of the table's rows in the set.</summary>
    public required double Share { get; init; }

    /// <summary>Conditions that the set is for: every row of it meets them unless it is approximate.</summary>
    public required IReadOnlyList<Expression> Conditions { get; init; }

    /// <summary>Rows of the set must be checked.</summary>
    public bool IsApproximate { get; init; }

    /// <summary>Pages of the table that whole blocks of the set make up; 0 when it has single rows.</summary>
    public double HeapPages { get; init; }

    /// <summary>The operator.</summary>
    public BitmapOperator CreateBitmap(InstanceBuilder builder) => (BitmapOperator)builder.Create(this);
}

/// <summary>Addresses from key ranges of an index.</summary>
internal sealed class BitmapIndexScanPlan : BitmapPlan
{
    /// <summary>The index scan that it stands for: its index and ranges.</summary>
    public required IndexScanPlan Scan { get; init; }

    public override string Name => $"Bitmap Index Scan on {Scan.Index.Name}";

    public override void Describe(PlanDescription description) => description.Add("Index Cond", Scan.IndexConditions);

    public override Operator CreateOperator(InstanceBuilder builder) => new BitmapIndexScanOperator(
        builder.State, builder.State.Services.Handles.Index(Scan.Relation.Database, Scan.Index.Storage), Scan.CreateRange(builder.State));
}

/// <summary>The intersection or the union of sets.</summary>
internal sealed class BitmapCombinePlan : BitmapPlan
{
    public required IReadOnlyList<BitmapPlan> Parts { get; init; }

    public required bool IsAnd { get; init; }

    public override string Name => IsAnd ? "BitmapAnd" : "BitmapOr";

    public override IReadOnlyList<PhysicalNode> Inputs => Parts;

    public override Operator CreateOperator(InstanceBuilder builder) =>
        new BitmapCombineOperator(Parts.Select(part => part.CreateBitmap(builder)).ToArray(), IsAnd);
}

/// <summary>Reads the rows of a set of addresses in the order of the table.</summary>
internal sealed class BitmapHeapScanPlan : TableScanPlan
{
    public required BitmapPlan Source { get; init; }

    /// <summary>Share of the cost that is pages which the buffer pool does not have.</summary>
    public double RemoteCost { get; init; }

    public override string Name => $"Bitmap Heap Scan on {Target}";

    public override IReadOnlyList<PhysicalNode> Inputs => [Source];

    public override void Describe(PlanDescription description)
    {
        description.Add("Recheck Cond", Source.Conditions);
        base.Describe(description);
    }

    public override Operator CreateOperator(InstanceBuilder builder) => new BitmapHeapScanOperator(
        builder.State, builder.State.Services.Handles.Heap(Relation.Database, Relation.Storage), Source.CreateBitmap(builder), Decoder, builder.TypesOf(this),
        Filter?.CreateInstance(), Recheck?.CreateInstance(), Recheck?.CreateInstance(), Scan, ForUpdate)
    { Member = Member };
}

/// <summary>How an index-only scan gets its columns out of keys: types and order of the key columns, and the column of the batch that each goes to, or -1.</summary>
internal sealed record IndexOnlyColumns(SqlType[] Types, bool[] Descending, int[] Targets)
{
    /// <summary>The reader of one scan.</summary>
    public KeyDecoder CreateDecoder() => new(Types, Descending, Targets);

    /// <summary>The columns of a scan as an index has them; null when the index does not have all of them in a form that can be read back.</summary>
    public static IndexOnlyColumns? Find(IndexInfo index, IReadOnlyList<short> attributes, Func<short, SqlType> typeOf)
    {
        var targets = new int[index.KeyCount];
        Array.Fill(targets, -1);
        for (int i = 0; i < attributes.Count; i++)
        {
            int key = Array.FindIndex(index.Keys, 0, index.KeyCount, candidate => candidate.Column == attributes[i]);
            if (attributes[i] <= 0 || key < 0 || targets[key] >= 0)
                return null;
            targets[key] = i;
        }

        int last = Array.FindLastIndex(targets, static target => target >= 0);
        var types = new SqlType[last + 1];
        for (int i = 0; i < types.Length; i++)
        {
            if (index.Keys[i].Column <= 0)
                return null;
            types[i] = typeOf(index.Keys[i].Column);
            if (!KeyDecoder.CanDecode(types[i]))
                return null;
        }

        return new IndexOnlyColumns(
            types, [.. index.Keys.Take(types.Length).Select(static key => (key.Options & IndexKeyOptions.Descending) != 0)], targets[..types.Length]);
    }
}
