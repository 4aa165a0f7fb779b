using Strata.Engine.Execution.Entries;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Extensions.HStore;

// Parts: a byte for the kind, then
//
//   K   a key
//   V   a key and its value
//   N   a key whose value is null

/// <summary>gin_hstore_ops and gist_hstore_ops: an entry for each key and for each pair.</summary>
internal sealed class HStoreItems : ItemClass
{
    public override void Extract(Vector vector, int row, EntryList entries)
    {
        var value = new HStoreValue(vector.GetBytes(row));
        if (value.Count == 0)
            entries.Add(EntryCategory.Empty);
        for (int i = 0; i < value.Count; i++)
        {
            AddKey(value.Key(i), entries);
            AddPair(value, i, entries);
        }
    }

    private static void AddKey(ReadOnlySpan<byte> key, EntryList entries)
    {
        KeyBuffer entry = entries.Begin();
        entry.Write((byte)'K');
        KeyEncoder.AppendEscaped(key, entry);
        entries.End();
    }

    private static void AddPair(in HStoreValue value, int pair, EntryList entries)
    {
        KeyBuffer entry = entries.Begin();
        entry.Write(value.IsNull(pair) ? (byte)'N' : (byte)'V');
        KeyEncoder.AppendEscaped(value.Key(pair), entry);
        if (!value.IsNull(pair))
            KeyEncoder.AppendEscaped(value.Value(pair), entry);
        entries.End();
    }

    public override EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch)
    {
        int column = scratch.Column;
        switch (operatorName)
        {
            case "@>":
                var wanted = new HStoreValue(value.GetBytes(row));
                for (int i = 0; i < wanted.Count; i++)
                    AddPair(wanted, i, scratch);
                return scratch.ToAnd() ?? EntryQuery.AllOf(column);
            case "?":
                AddKey(value.GetBytes(row), scratch);
                return EntryQuery.Exact(scratch[0]);
            default:
                foreach (ArrayValue.Element key in new ArrayValue(value.GetBytes(row)))
                    if (!key.IsNull)
                        AddKey(key.Stored, scratch);
                scratch.SortUnique();
                return operatorName == "?|" ? scratch.ToOr() : scratch.ToAnd() ?? EntryQuery.AllOf(column);
        }
    }
}
