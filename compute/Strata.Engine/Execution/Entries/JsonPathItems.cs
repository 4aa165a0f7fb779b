using System.Buffers.Binary;
using System.Text;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Entries;

/// <summary>
/// GIN's jsonb_path_ops: for each scalar an entry of 8 bytes, the hash of the names that lead to it and of its value. Arrays leave no trace in it.
/// </summary>
internal sealed class JsonPathItems : ItemClass
{
    private const ulong Seed = 0x5354_5241_5441;

    public override void Extract(Vector vector, int row, EntryList entries)
    {
        int before = entries.Count;
        Add(JsonValue.ParseStored(vector.GetBytes(row)), Seed, entries);
        if (entries.Count == before)
            entries.Add(EntryCategory.Empty);
    }

    public override EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch)
    {
        int column = scratch.Column;
        if (operatorName == "@>")
        {
            Add(JsonValue.ParseStored(value.GetBytes(row)), Seed, scratch);
            scratch.SortUnique();
            return scratch.ToAnd() ?? EntryQuery.AllOf(column);
        }

        (JsonPathNode root, bool _) = JsonPathParser.Parse(Encoding.UTF8.GetString(value.GetBytes(row)));
        EntryQuery? query = !root.IsPredicate ? Path(root, Seed, scratch) : operatorName == "@@" ? Condition(root, Seed, scratch) : null;
        return query ?? EntryQuery.AllOf(column);
    }

    private static void Add(JsonValue value, ulong path, EntryList entries)
    {
        DepthGuard.Check();
        switch (value.Kind)
        {
            case JsonKind.Object:
                foreach ((string name, JsonValue member) in value.Members)
                    Add(member, Step(path, name), entries);
                break;
            case JsonKind.Array:
                foreach (JsonValue item in value.Items)
                    Add(item, path, entries);
                break;
            default:
                AddHash(VectorHash.Combine(path, value.Hash()), entries);
                break;
        }
    }

    private static ulong Step(ulong path, string name) => VectorHash.Combine(path, VectorHash.Bytes(Encoding.UTF8.GetBytes(name)));

    private static void AddHash(ulong hash, EntryList entries)
    {
        KeyBuffer entry = entries.Begin();
        BinaryPrimitives.WriteUInt64BigEndian(entry.Reserve(sizeof(ulong)), hash);
        entry.Advance(sizeof(ulong));
        entries.End();
    }

    private static EntryQuery? Condition(JsonPathNode node, ulong current, EntryList scratch)
    {
        DepthGuard.Check();
        switch (node.Kind)
        {
            case JsonPathKind.And:
                return EntryQuery.And([Condition(node.Left!, current, scratch), Condition(node.Right!, current, scratch)]);
            case JsonPathKind.Or:
                return EntryQuery.Or([Condition(node.Left!, current, scratch), Condition(node.Right!, current, scratch)]);
            case JsonPathKind.Exists:
                return Path(node.Left!, current, scratch);
            case JsonPathKind.Equal:
                return Equality(node.Left!, node.Right!, current, scratch) ?? Equality(node.Right!, node.Left!, current, scratch);
            default:
                return null;
        }
    }

    /// <summary>What the filters of a path say.</summary>
    private static EntryQuery? Path(JsonPathNode path, ulong current, EntryList scratch)
    {
        DepthGuard.Check();
        var parts = new List<EntryQuery?>();
        Walk(path, current, (node, at) => parts.Add(Condition(node.Left!, at, scratch)));
        return EntryQuery.And(parts);
    }

    /// <summary>The hash of the names that a path goes through; 0 when they are not known.</summary>
    private static ulong Walk(JsonPathNode path, ulong current, Action<JsonPathNode, ulong>? atFilter)
    {
        ulong place = path.Kind switch { JsonPathKind.Root => Seed, JsonPathKind.Current => current, _ => 0 };
        for (JsonPathNode? node = path.Next; node is not null && place != 0; node = node.Next)
        {
            switch (node.Kind)
            {
                case JsonPathKind.Key:
                    place = Step(place, node.Text);
                    break;
                case JsonPathKind.AnyArray or JsonPathKind.Subscripts:
                    break;
                case JsonPathKind.Filter:
                    atFilter?.Invoke(node, place);
                    break;
                default:
                    return 0;
            }
        }

        return place;
    }

    private static EntryQuery? Equality(JsonPathNode path, JsonPathNode literal, ulong current, EntryList scratch)
    {
        if (literal.Next is not null || literal.Kind is not (JsonPathKind.String or JsonPathKind.Number or JsonPathKind.Boolean or JsonPathKind.Null))
            return null;
        var parts = new List<EntryQuery?>();
        ulong place = Walk(path, current, (node, at) => parts.Add(Condition(node.Left!, at, scratch)));
        if (place == 0)
            return EntryQuery.And(parts);
        AddHash(VectorHash.Combine(place, LiteralHash(literal)), scratch);
        parts.Add(EntryQuery.Exact(scratch[scratch.Count - 1]));
        return EntryQuery.And(parts);
    }

    // As JsonValue.Hash has them.
    private static ulong LiteralHash(JsonPathNode literal) => literal.Kind switch
    {
        JsonPathKind.String => VectorHash.Combine((ulong)JsonKind.String + 1, VectorHash.Bytes(Encoding.UTF8.GetBytes(literal.Text))),
        JsonPathKind.Number => VectorHash.Combine((ulong)JsonKind.Number + 1, literal.Number.Hash()),
        JsonPathKind.Boolean => (ulong)(literal.Boolean ? JsonKind.True : JsonKind.False) + 1,
        _ => (ulong)JsonKind.Null + 1,
    };
}
