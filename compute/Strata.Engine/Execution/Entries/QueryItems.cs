using Strata.Engine.Execution.Keys;
using Strata.Engine.Types.TextSearch;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Entries;

/// <summary>GiST's tsquery_ops: an entry for each word of the query.</summary>
internal sealed class QueryItems : ItemClass
{
    public override void Extract(Vector vector, int row, EntryList entries)
    {
        if (!AddWords(vector, row, entries))
            entries.Add(EntryCategory.Empty);
    }

    public override EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch)
    {
        AddWords(value, row, scratch);
        int column = scratch.Column;
        scratch.SortUnique();
        return operatorName switch
        {
            "@>" => scratch.ToAnd() ?? EntryQuery.AllOf(column),
            "<@" => EntryQuery.Or([scratch.ToOr(), EntryQuery.Of(column, EntryCategory.Empty)])!,
            _ => EntryQuery.AllOf(column),
        };
    }

    private static bool AddWords(Vector vector, int row, EntryList entries)
    {
        var words = new List<TsQueryNode>();
        TsQuery.Decode(vector.GetBytes(row)).Root?.Collect(words);
        foreach (TsQueryNode word in words)
        {
            KeyEncoder.AppendEscaped(word.Word, entries.Begin());
            entries.End();
        }

        return words.Count > 0;
    }
}
