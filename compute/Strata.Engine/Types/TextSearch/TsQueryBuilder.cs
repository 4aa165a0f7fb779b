using System.Text;

namespace Strata.Engine.Types.TextSearch;

/// <summary>Makes queries of users' words with a text search configuration, and shortens queries by their stop words. Stateless, thread-safe.</summary>
internal static class TsQueryBuilder
{
    /// <summary>to_tsquery: a query's text whose words become lexemes.</summary>
    public static TsQuery ToQuery(TsConfiguration configuration, ReadOnlySpan<byte> text)
    {
        var stops = new HashSet<TsQueryNode>();
        var parser = new TsQueryParser(text, (word, weights, isPrefix) => Operand(configuration, Encoding.UTF8.GetString(word), weights, isPrefix, TsOperator.Phrase, stops));
        TsQueryNode? root = parser.Parse(out IReadOnlySet<TsQueryNode> missing);
        stops.UnionWith(missing);
        return RemoveStops(root, stops);
    }

    /// <summary>plainto_tsquery (AND) and phraseto_tsquery (Phrase): all words of a text.</summary>
    public static TsQuery FromText(TsConfiguration configuration, string text, TsOperator op)
    {
        var stops = new HashSet<TsQueryNode>();
        return RemoveStops(Operand(configuration, text, 0, false, op, stops), stops);
    }

    /// <summary>The lexemes of a text, with an operator between them and a stop word's place held by a node in <paramref name="stops"/>.</summary>
    private static TsQueryNode? Operand(TsConfiguration configuration, string text, byte weights, bool isPrefix, TsOperator op, HashSet<TsQueryNode> stops)
    {
        configuration.Require();
        TsQueryNode? result = null;
        int position = 0, last = 0;
        foreach (TsToken token in TsTokenizer.Read(text))
        {
            if (configuration.Lexeme(token) is not { } lexeme)
                continue;
            position++;
            if (lexeme.Length == 0)
                continue;
            for (; last > 0 && last + 1 < position; last++)
            {
                TsQueryNode stop = TsQueryNode.Of([], 0, false);
                stops.Add(stop);
                result = TsQueryNode.Of(op, result!, stop, 1);
            }

            TsQueryNode word = TsQueryNode.Of(Encoding.UTF8.GetBytes(lexeme), weights, isPrefix);
            result = result is null ? word : TsQueryNode.Of(op, result, word, op == TsOperator.Phrase ? 1 : 0);
            last = position;
        }

        return result;
    }

    private static TsQuery RemoveStops(TsQueryNode? root, HashSet<TsQueryNode> stops) =>
        root is null ? TsQuery.Empty : new TsQuery(RemoveStops(root, stops, out _, out _));

    /// <summary>The tree without stop words; what they took of phrases' distances comes out on both sides.</summary>
    private static TsQueryNode? RemoveStops(TsQueryNode node, HashSet<TsQueryNode> stops, out int addLeft, out int addRight)
    {
        Vectors.DepthGuard.Check();
        addLeft = addRight = 0;
        if (node.IsWord)
            return stops.Contains(node) ? null : node;
        if (node.Operator == TsOperator.Not)
            return RemoveStops(node.Left!, stops, out addLeft, out addRight) is { } operand ? TsQueryNode.Not(operand) : null;

        TsQueryNode? left = RemoveStops(node.Left!, stops, out int leftOfLeft, out int rightOfLeft);
        TsQueryNode? right = RemoveStops(node.Right!, stops, out int leftOfRight, out int rightOfRight);
        bool isPhrase = node.Operator == TsOperator.Phrase;
        if (left is null && right is null)
        {
            addLeft = addRight = isPhrase ? leftOfLeft + node.Distance + leftOfRight : Math.Max(leftOfLeft, leftOfRight);
            return null;
        }

        if (left is null)
        {
            addLeft = isPhrase ? leftOfLeft + node.Distance + leftOfRight : leftOfRight;
            addRight = rightOfRight;
            return right;
        }

        if (right is null)
        {
            addLeft = leftOfLeft;
            addRight = isPhrase ? rightOfLeft + node.Distance + rightOfRight : rightOfLeft;
            return left;
        }

        if (!isPhrase)
            return TsQueryNode.Of(node.Operator, left, right);
        addLeft = leftOfLeft;
        addRight = rightOfRight;
        return TsQueryNode.Of(TsOperator.Phrase, left, right, node.Distance + rightOfLeft + leftOfRight);
    }

    /// <summary>websearch_to_tsquery: words, "phrases", or, and a minus in front. Never a syntax error.</summary>
    public static TsQuery FromWebSearch(TsConfiguration configuration, string text)
    {
        var stops = new HashSet<TsQueryNode>();
        TsQueryNode? root = new TsWebSearchParser(text, words => Operand(configuration, words, 0, false, TsOperator.Phrase, stops) ?? Stop(stops)).Parse();
        return RemoveStops(root, stops);
    }

    private static TsQueryNode Stop(HashSet<TsQueryNode> stops)
    {
        TsQueryNode stop = TsQueryNode.Of([], 0, false);
        stops.Add(stop);
        return stop;
    }

    /// <summary>ts_rewrite: every part of a query that equals <paramref name="target"/> becomes <paramref name="substitute"/>; null removes it.</summary>
    public static TsQueryNode? Rewrite(TsQueryNode query, TsQueryNode target, TsQueryNode? substitute) =>
        Replace(Sort(query), Sort(target), substitute);

    /// <summary>Puts the operands of runs of AND and OR in order, the greatest first: equal queries look alike then.</summary>
    public static TsQueryNode Sort(TsQueryNode node)
    {
        Vectors.DepthGuard.Check();
        switch (node.Operator)
        {
            case TsOperator.None:
                return node;
            case TsOperator.Not:
                return TsQueryNode.Not(Sort(node.Left!));
            case TsOperator.Phrase:
                return TsQueryNode.Of(TsOperator.Phrase, Sort(node.Left!), Sort(node.Right!), node.Distance);
            default:
                List<TsQueryNode> operands = Flatten(node, node.Operator).ConvertAll(Sort);
                operands.Sort(static (a, b) => b.CompareTo(a));
                return Join(operands, node.Operator)!;
        }
    }

    private static TsQueryNode? Replace(TsQueryNode node, TsQueryNode target, TsQueryNode? substitute)
    {
        Vectors.DepthGuard.Check();
        if (node.CompareTo(target) == 0)
            return substitute;
        if (node.IsWord)
            return node;
        if (node.Operator is TsOperator.And or TsOperator.Or && node.Operator == target.Operator)
        {
            // Among the operands of a run of one operator, those of the target may stand anywhere.
            List<TsQueryNode> operands = Flatten(node, node.Operator), wanted = Flatten(target, node.Operator);
            var rest = new List<TsQueryNode>(operands);
            if (wanted.TrueForAll(w => RemoveEqual(rest, w)))
            {
                if (substitute is not null)
                    rest.Add(substitute);
                rest.Sort(static (a, b) => b.CompareTo(a));
                return Join(rest, node.Operator);
            }
        }

        TsQueryNode? left = Replace(node.Left!, target, substitute);
        if (node.Operator == TsOperator.Not)
            return left is null ? null : TsQueryNode.Not(left);
        TsQueryNode? right = Replace(node.Right!, target, substitute);
        if (left is null || right is null)
            return left ?? right;
        return TsQueryNode.Of(node.Operator, left, right, node.Distance);
    }

    private static bool RemoveEqual(List<TsQueryNode> nodes, TsQueryNode wanted)
    {
        int at = nodes.FindIndex(n => n.CompareTo(wanted) == 0);
        if (at < 0)
            return false;
        nodes.RemoveAt(at);
        return true;
    }

    private static List<TsQueryNode> Flatten(TsQueryNode node, TsOperator op) =>
        node.Operator == op ? [.. Flatten(node.Left!, op), .. Flatten(node.Right!, op)] : [node];

    private static TsQueryNode? Join(List<TsQueryNode> nodes, TsOperator op)
    {
        TsQueryNode? result = null;
        foreach (TsQueryNode node in nodes)
            result = result is null ? node : TsQueryNode.Of(op, result, node);
        return result;
    }
}
