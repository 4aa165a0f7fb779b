using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.HStore;

/// <summary>hstore: sets of pairs of texts.</summary>
internal static class HStoreLibrary
{
    // What hstore_version_diag() says of a value in the present form.
    private const int PresentForm = 2;

    public static NativeLibrary Make()
    {
        var library = new NativeLibrary("$libdir/hstore");
        var items = new HStoreItems();
        library.Add(HStoreType.Instance);
        library.Add(new OpaqueType("ghstore_in", "ghstore"));
        library.Add("gin_extract_hstore", items);
        library.Add("ghstore_compress", items);
        FunctionTable t = library.Functions;
        RegisterLookups(t);
        RegisterComparisons(t);
        HStoreChanges.Register(t);
        HStoreConversions.Register(t);
        return library;
    }

    private static void RegisterLookups(FunctionTable t)
    {
        t.Add("hstore_version_diag", static (ref FunctionCall c) => c.Return(PresentForm));
        t.Add("hstore_fetchval", Fetch);
        t.Add("hstore_exists", static (ref FunctionCall c) => c.Return(new HStoreValue(c.Bytes(0)).Find(c.Bytes(1)) >= 0));
        t.Add("hstore_exists_any", static (ref FunctionCall c) => c.Return(HasKeys(ref c, wanted: true)));
        t.Add("hstore_exists_all", static (ref FunctionCall c) => c.Return(!HasKeys(ref c, wanted: false)));
        t.Add("hstore_defined", static (ref FunctionCall c) =>
        {
            var value = new HStoreValue(c.Bytes(0));
            c.Return(value.Find(c.Bytes(1)) is >= 0 and var pair && !value.IsNull(pair));
        });
        t.Add("hstore_contains", static (ref FunctionCall c) => c.Return(Contains(new HStoreValue(c.Bytes(0)), new HStoreValue(c.Bytes(1)))));
        t.Add("hstore_contained", static (ref FunctionCall c) => c.Return(Contains(new HStoreValue(c.Bytes(1)), new HStoreValue(c.Bytes(0)))));
    }

    /// <summary>Registers what the binder calls for subscripts: see <see cref="HStoreType.SubscriptFetch"/>.</summary>
    public static void RegisterSubscripts(FunctionTable t)
    {
        t.Add(HStoreType.Instance.SubscriptFetch.Symbol, Fetch);
        t.Add(HStoreType.Instance.SubscriptStore.Symbol, static (ref FunctionCall c) =>
        {
            if (c.IsNull(1))
                throw new SqlException(SqlState.NullValueNotAllowed, "hstore subscript in assignment must not be null");
            var builder = new HStoreBuilder();
            builder.Add(c.Bytes(1), c.IsNull(2) ? default : c.Bytes(2), c.IsNull(2));
            if (!c.IsNull(0))
                HStoreChanges.AddAll(builder, new HStoreValue(c.Bytes(0)));
            c.Return(builder.Build());
        });
    }

    private static void Fetch(ref FunctionCall c)
    {
        var value = new HStoreValue(c.Bytes(0));
        int pair = value.Find(c.Bytes(1));
        if (pair < 0 || value.IsNull(pair))
            c.ReturnNull();
        else
            c.Return(value.Value(pair));
    }

    // Whether some key of an array is there, or is missing. Nulls don't count.
    private static bool HasKeys(ref FunctionCall c, bool wanted)
    {
        var value = new HStoreValue(c.Bytes(0));
        foreach (ArrayValue.Element key in new ArrayValue(c.Bytes(1)))
            if (!key.IsNull && value.Find(key.Stored) >= 0 == wanted)
                return true;
        return false;
    }

    private static bool Contains(in HStoreValue whole, in HStoreValue part)
    {
        for (int i = 0; i < part.Count; i++)
        {
            int pair = whole.Find(part.Key(i));
            if (pair < 0 || whole.IsNull(pair) != part.IsNull(i) || !whole.Value(pair).SequenceEqual(part.Value(i)))
                return false;
        }

        return true;
    }

    private static void RegisterComparisons(FunctionTable t)
    {
        t.Add("hstore_eq", static (ref FunctionCall c) => c.Return(c.Bytes(0).SequenceEqual(c.Bytes(1))));
        t.Add("hstore_ne", static (ref FunctionCall c) => c.Return(!c.Bytes(0).SequenceEqual(c.Bytes(1))));
        t.Add("hstore_lt", static (ref FunctionCall c) => c.Return(HStoreValue.Compare(c.Bytes(0), c.Bytes(1)) < 0));
        t.Add("hstore_le", static (ref FunctionCall c) => c.Return(HStoreValue.Compare(c.Bytes(0), c.Bytes(1)) <= 0));
        t.Add("hstore_gt", static (ref FunctionCall c) => c.Return(HStoreValue.Compare(c.Bytes(0), c.Bytes(1)) > 0));
        t.Add("hstore_ge", static (ref FunctionCall c) => c.Return(HStoreValue.Compare(c.Bytes(0), c.Bytes(1)) >= 0));
        t.Add("hstore_cmp", static (ref FunctionCall c) => c.Return(Math.Sign(HStoreValue.Compare(c.Bytes(0), c.Bytes(1)))));
        t.Add("hstore_hash", static (ref FunctionCall c) => c.Return((int)(uint)HStoreType.Instance.Hash(c.Bytes(0), 0)));
        t.Add("hstore_hash_extended", static (ref FunctionCall c) => c.Return((long)HStoreType.Instance.Hash(c.Bytes(0), (ulong)c.Int64(1))));
    }
}
