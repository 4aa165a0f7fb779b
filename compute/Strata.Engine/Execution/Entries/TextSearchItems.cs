using Strata.Engine.Execution.Keys;
using Strata.Engine.Types.TextSearch;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Entries;

/// <summary>tsvector_ops of GIN and GiST: an entry for each lexeme. Weights and positions are checked with the rows.</summary>
internal sealed class TextSearchItems : ItemClass
{
    private const int TerminatorBytes = 2;

    public override void Extract(Vector vector, int row, EntryList entries)
    {
        TsVector words = TsVector.Decode(vector.GetBytes(row));
        if (words.Lexemes.Length == 0)
            entries.Add(EntryCategory.Empty);
        foreach (TsLexeme lexeme in words.Lexemes)
        {
            KeyEncoder.AppendEscaped(lexeme.Word, entries.Begin());
            entries.End();
        }
    }

    public override EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch)
    {
        TsQuery query = TsQuery.Decode(value.GetBytes(row));
        return query.Root is null ? EntryQuery.None : Of(query.Root, scratch) ?? EntryQuery.AllOf(scratch.Column);
    }

    private static EntryQuery? Of(TsQueryNode node, EntryList scratch)
    {
        DepthGuard.Check();
        switch (node.Operator)
        {
            case TsOperator.None:
                return Word(node, scratch);
            case TsOperator.Not:
                return null;
            case TsOperator.Or:
                return EntryQuery.Or([Of(node.Left!, scratch), Of(node.Right!, scratch)]);
            default:
                return EntryQuery.And([Of(node.Left!, scratch), Of(node.Right!, scratch)]);
        }
    }

    private static EntryQuery Word(TsQueryNode node, EntryList scratch)
    {
        KeyBuffer entry = scratch.Begin();
        KeyEncoder.AppendEscaped(node.Word, entry);
        if (node.IsPrefix)
            entry.Length -= TerminatorBytes;
        scratch.End();
        ReadOnlySpan<byte> bytes = scratch[scratch.Count - 1];
        return node.IsPrefix ? EntryQuery.Prefix(bytes) : EntryQuery.Exact(bytes);
    }
}
