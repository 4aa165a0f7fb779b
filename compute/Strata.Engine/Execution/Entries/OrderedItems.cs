using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Entries;

/// <summary>SP-GiST's text_ops: the key of the value, cut when it is long.</summary>
internal sealed class OrderedItems : ItemClass
{
    private const int TerminatorBytes = 2;

    public override void Extract(Vector vector, int row, EntryList entries)
    {
        KeyEncoder.AppendStored(vector.Type, vector.GetStored(row), entries.Begin());
        entries.End();
    }

    public override EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch)
    {
        int column = scratch.Column;
        KeyBuffer entry = scratch.Begin();
        KeyEncoder.AppendStored(value.Type, value.GetStored(row), entry);
        if (operatorName == "^@")
            entry.Length -= TerminatorBytes;
        scratch.End();
        byte[] key = scratch[scratch.Count - 1].ToArray(), all = [(byte)column, (byte)EntryCategory.Part];
        return operatorName switch
        {
            "=" => EntryQuery.Exact(key),
            "^@" => EntryQuery.Prefix(key),
            "<" or "<=" or "~<~" or "~<=~" => EntryQuery.Between(all, key),
            ">" or ">=" or "~>~" or "~>=~" => EntryQuery.Between(key, all),
            _ => EntryQuery.AllOf(column),
        };
    }
}
