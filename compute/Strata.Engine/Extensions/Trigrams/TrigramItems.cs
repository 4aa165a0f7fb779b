using Strata.Engine.Execution.Entries;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Extensions.Trigrams;

/// <summary>gin_trgm_ops and gist_trgm_ops: an entry for each trigram.</summary>
internal sealed class TrigramItems : ItemClass
{
    public override void Extract(Vector vector, int row, EntryList entries)
    {
        uint[] trigrams = TrigramExtractor.Set(vector.GetBytes(row));
        if (trigrams.Length == 0)
            entries.Add(EntryCategory.Empty);
        foreach (uint trigram in trigrams)
            Add(trigram, entries);
    }

    private static void Add(uint trigram, EntryList entries)
    {
        KeyBuffer entry = entries.Begin();
        entry.Write((byte)(trigram >> 16));
        entry.Write((byte)(trigram >> 8));
        entry.Write((byte)trigram);
        entries.End();
    }

    public override EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch) => Query(operatorName, value, row, scratch, null);

    public override EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch, IFunctionContext? context)
    {
        int column = scratch.Column;
        ReadOnlySpan<byte> text = value.GetBytes(row);
        TrigramThreshold? threshold = operatorName switch
        {
            "%" => TrigramThreshold.Similarity,
            "%>" => TrigramThreshold.WordSimilarity,
            "%>>" => TrigramThreshold.StrictWordSimilarity,
            _ => null,
        };
        uint[] trigrams = operatorName switch
        {
            "~~" or "~~*" => TrigramPatterns.OfLike(text),
            "~" or "~*" => TrigramPatterns.OfRegex(text),
            _ => TrigramExtractor.Set(text),
        };
        foreach (uint trigram in trigrams)
            Add(trigram, scratch);
        if (threshold is null)
            return scratch.ToAnd() ?? EntryQuery.AllOf(column);
        // Nothing is similar to a text without trigrams, unless everything is.
        float least = context is null ? threshold.Usual : threshold.Of(context);
        int needed = (int)Math.Ceiling((least * trigrams.Length) - 1e-5);
        if (least <= 0)
            return EntryQuery.AllOf(column);
        return needed <= 1 ? scratch.ToOr() : scratch.ToAtLeast(needed);
    }
}
