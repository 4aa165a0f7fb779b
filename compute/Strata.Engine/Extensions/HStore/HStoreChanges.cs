using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.HStore;

/// <summary>Functions that make an hstore of another: joining, deleting, slicing.</summary>
internal static class HStoreChanges
{
    public static void Register(FunctionTable t)
    {
        t.Add("hstore_concat", static (ref FunctionCall c) =>
        {
            // Of pairs with the same key the one that was added first stays.
            var builder = new HStoreBuilder();
            AddAll(builder, new HStoreValue(c.Bytes(1)));
            AddAll(builder, new HStoreValue(c.Bytes(0)));
            c.Return(builder.Build());
        });
        t.Add("hstore_delete", static (ref FunctionCall c) =>
        {
            var value = new HStoreValue(c.Bytes(0));
            int gone = value.Find(c.Bytes(1));
            var builder = new HStoreBuilder();
            for (int i = 0; i < value.Count; i++)
                if (i != gone)
                    builder.Add(value, i);
            c.Return(builder.Build());
        });
        t.Add("hstore_delete_array", DeleteKeys);
        t.Add("hstore_delete_hstore", static (ref FunctionCall c) =>
        {
            HStoreValue value = new(c.Bytes(0)), gone = new(c.Bytes(1));
            var builder = new HStoreBuilder();
            for (int i = 0; i < value.Count; i++)
            {
                int pair = gone.Find(value.Key(i));
                if (pair < 0 || gone.IsNull(pair) != value.IsNull(i) || !gone.Value(pair).SequenceEqual(value.Value(i)))
                    builder.Add(value, i);
            }

            c.Return(builder.Build());
        });
        t.Add("hstore_slice_to_hstore", static (ref FunctionCall c) =>
        {
            var value = new HStoreValue(c.Bytes(0));
            var builder = new HStoreBuilder();
            foreach (ArrayValue.Element key in new ArrayValue(c.Bytes(1)))
                if (!key.IsNull && value.Find(key.Stored) is >= 0 and var pair)
                    builder.Add(value, pair);
            c.Return(builder.Build());
        });
        t.Add("hstore_slice_to_array", SliceToArray);
    }

    internal static void AddAll(HStoreBuilder builder, in HStoreValue value)
    {
        for (int i = 0; i < value.Count; i++)
            builder.Add(value, i);
    }

    private static void DeleteKeys(ref FunctionCall c)
    {
        var value = new HStoreValue(c.Bytes(0));
        var gone = new HashSet<int>();
        foreach (ArrayValue.Element key in new ArrayValue(c.Bytes(1)))
            if (!key.IsNull)
                gone.Add(value.Find(key.Stored));
        var builder = new HStoreBuilder();
        for (int i = 0; i < value.Count; i++)
            if (!gone.Contains(i))
                builder.Add(value, i);
        c.Return(builder.Build());
    }

    // An array of the form of the keys' array.
    private static void SliceToArray(ref FunctionCall c)
    {
        var value = new HStoreValue(c.Bytes(0));
        var keys = new ArrayValue(c.Bytes(1));
        var array = new ArrayBuilder();
        foreach (ArrayValue.Element key in keys)
        {
            int pair = key.IsNull ? -1 : value.Find(key.Stored);
            if (pair < 0 || value.IsNull(pair))
                array.AddNull();
            else
                array.Add(value.Value(pair));
        }

        var lengths = new int[keys.Dimensions];
        var bounds = new int[keys.Dimensions];
        for (int i = 0; i < lengths.Length; i++)
            (lengths[i], bounds[i]) = (keys.Length(i), keys.LowerBound(i));
        c.Return(array.Build(TypeOid.Text, lengths, bounds));
    }
}
