namespace Strata.Engine.Types.TextSearch;

/// <summary>Whether a query matches. Maybe: it would take positions that the vector has not.</summary>
internal enum TsMatch : byte
{
    No,
    Yes,
    Maybe,
}

/// <summary>Where a part of a query matches. Positions are those of its last word; negated: everywhere else.</summary>
internal sealed class TsPositions
{
    public List<int> Values { get; set; } = [];

    public bool IsNegated { get; set; }

    /// <summary>Positions between the first and the last word.</summary>
    public int Width { get; set; }
}

/// <summary>What a query is matched against: answers for a word, with its positions when they are asked for.</summary>
internal abstract class TsWordSource
{
    public abstract TsMatch Check(TsQueryNode word, TsPositions? positions);
}

/// <summary>A tsvector as a source. Not thread-safe.</summary>
internal sealed class TsVectorSource(TsVector vector) : TsWordSource
{
    public override TsMatch Check(TsQueryNode word, TsPositions? positions)
    {
        TsMatch result = TsMatch.No;
        foreach (TsLexeme lexeme in vector.Matching(word.Word, word.IsPrefix))
        {
            TsMatch match = CheckLexeme(word, lexeme, positions);
            // Without positions a phrase can't be decided, whatever other words say.
            if (match == TsMatch.Maybe)
                return TsMatch.Maybe;
            if (match == TsMatch.No)
                continue;
            result = TsMatch.Yes;
            if (positions is null)
                return result;
        }

        if (positions is not null && word.IsPrefix)
            positions.Values = [.. positions.Values.Distinct().Order()];
        return result;
    }

    private static TsMatch CheckLexeme(TsQueryNode word, TsLexeme lexeme, TsPositions? positions)
    {
        // A stripped vector has no weights to differ in.
        if (lexeme.Positions.Length == 0)
            return positions is null ? TsMatch.Yes : TsMatch.Maybe;
        if (word.Weights == 0 && positions is null)
            return TsMatch.Yes;
        TsMatch result = TsMatch.No;
        foreach (ushort position in lexeme.Positions)
        {
            if (word.Weights != 0 && (word.Weights & (1 << TsLexeme.Weight(position))) == 0)
                continue;
            result = TsMatch.Yes;
            positions?.Values.Add(TsLexeme.Position(position));
        }

        return result;
    }
}

/// <summary>Evaluates queries in three-valued logic. Source: PostgreSQL 15, "Text Search Operators". Stateless, thread-safe.</summary>
internal static class TsMatcher
{
    public static bool Matches(TsQuery query, TsWordSource source) => query.Root is not null && Execute(query.Root, source) != TsMatch.No;

    public static bool Matches(TsQueryNode node, TsWordSource source) => Execute(node, source) != TsMatch.No;

    private static TsMatch Execute(TsQueryNode node, TsWordSource source)
    {
        Vectors.DepthGuard.Check();
        switch (node.Operator)
        {
            case TsOperator.None:
                return source.Check(node, null);
            case TsOperator.Not:
                return Invert(Execute(node.Left!, source));
            case TsOperator.And:
                {
                    TsMatch left = Execute(node.Left!, source);
                    if (left == TsMatch.No)
                        return TsMatch.No;
                    TsMatch right = Execute(node.Right!, source);
                    return right == TsMatch.No ? TsMatch.No : left == TsMatch.Maybe ? TsMatch.Maybe : right;
                }

            case TsOperator.Or:
                {
                    TsMatch left = Execute(node.Left!, source);
                    if (left == TsMatch.Yes)
                        return TsMatch.Yes;
                    TsMatch right = Execute(node.Right!, source);
                    return right == TsMatch.Yes ? TsMatch.Yes : left == TsMatch.Maybe ? TsMatch.Maybe : right;
                }

            default:
                return ExecutePhrase(node, source, new TsPositions()) == TsMatch.Yes ? TsMatch.Yes : TsMatch.No;
        }
    }

    private static TsMatch Invert(TsMatch match) => match switch
    {
        TsMatch.No => TsMatch.Yes,
        TsMatch.Yes => TsMatch.No,
        _ => TsMatch.Maybe,
    };

    private static TsMatch ExecutePhrase(TsQueryNode node, TsWordSource source, TsPositions output)
    {
        Vectors.DepthGuard.Check();
        if (node.IsWord)
            return source.Check(node, output);
        if (node.Operator == TsOperator.Not)
            return ExecutePhraseNot(node, source, output);
        var left = new TsPositions();
        var right = new TsPositions();
        TsMatch leftMatch = ExecutePhrase(node.Left!, source, left);
        if (leftMatch == TsMatch.No && node.Operator != TsOperator.Or)
            return TsMatch.No;
        TsMatch rightMatch = ExecutePhrase(node.Right!, source, right);
        if (node.Operator == TsOperator.Or ? leftMatch == TsMatch.No && rightMatch == TsMatch.No : rightMatch == TsMatch.No)
            return TsMatch.No;
        if (leftMatch == TsMatch.Maybe || rightMatch == TsMatch.Maybe)
            return TsMatch.Maybe;
        return node.Operator == TsOperator.Or
            ? CombineOr(left, leftMatch, right, rightMatch, output) : CombineAnd(node, left, right, output);
    }

    private static TsMatch ExecutePhraseNot(TsQueryNode node, TsWordSource source, TsPositions output)
    {
        switch (ExecutePhrase(node.Left!, source, output))
        {
            case TsMatch.No:
                output.IsNegated = true;
                return TsMatch.Yes;
            case TsMatch.Yes when output.Values.Count > 0:
                output.IsNegated = !output.IsNegated;
                return TsMatch.Yes;
            case TsMatch.Yes when output.IsNegated:
                output.IsNegated = false;
                return TsMatch.No;
            default:
                return TsMatch.Maybe;
        }
    }

    private static TsMatch CombineAnd(TsQueryNode node, TsPositions left, TsPositions right, TsPositions output)
    {
        int leftOffset, rightOffset = 0;
        if (node.Operator == TsOperator.Phrase)
        {
            leftOffset = node.Distance + right.Width;
            output.Width = node.Distance + left.Width + right.Width;
        }
        else
        {
            output.Width = Math.Max(left.Width, right.Width);
            leftOffset = output.Width - left.Width;
            rightOffset = output.Width - right.Width;
        }

        if (left.IsNegated && right.IsNegated)
        {
            Merge(left, leftOffset, right, rightOffset, true, true, true, output);
            output.IsNegated = true;
            return TsMatch.Yes;
        }

        if (left.IsNegated)
            return Merge(left, leftOffset, right, rightOffset, false, false, true, output);
        return right.IsNegated
            ? Merge(left, leftOffset, right, rightOffset, false, true, false, output)
            : Merge(left, leftOffset, right, rightOffset, true, false, false, output);
    }

    private static TsMatch CombineOr(TsPositions left, TsMatch leftMatch, TsPositions right, TsMatch rightMatch, TsPositions output)
    {
        if (leftMatch == TsMatch.No)
            left.Width = 0;
        if (rightMatch == TsMatch.No)
            right.Width = 0;
        output.Width = Math.Max(left.Width, right.Width);
        int leftOffset = output.Width - left.Width, rightOffset = output.Width - right.Width;
        if (!left.IsNegated && !right.IsNegated)
            return Merge(left, leftOffset, right, rightOffset, true, true, true, output);
        if (left.IsNegated && right.IsNegated)
            Merge(left, leftOffset, right, rightOffset, true, false, false, output);
        else if (left.IsNegated)
            Merge(left, leftOffset, right, rightOffset, false, true, false, output);
        else
            Merge(left, leftOffset, right, rightOffset, false, false, true, output);
        output.IsNegated = true;
        return TsMatch.Yes;
    }

    /// <summary>Positions, each shifted by its offset, that are in both, only in the left, or only in the right one.</summary>
    private static TsMatch Merge(
        TsPositions left, int leftOffset, TsPositions right, int rightOffset, bool both, bool leftOnly, bool rightOnly, TsPositions output)
    {
        int i = 0, j = 0;
        while (i < left.Values.Count || j < right.Values.Count)
        {
            int a = i < left.Values.Count ? left.Values[i] + leftOffset : int.MaxValue;
            int b = j < right.Values.Count ? right.Values[j] + rightOffset : int.MaxValue;
            if (a == b ? both : a < b ? leftOnly : rightOnly)
                output.Values.Add(Math.Min(a, b));
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }

        return output.Values.Count > 0 ? TsMatch.Yes : TsMatch.No;
    }
}
