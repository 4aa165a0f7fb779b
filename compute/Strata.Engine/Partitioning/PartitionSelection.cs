using Strata.Engine.Catalog;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Partitioning;

/// <summary>
/// Which partitions may hold rows that satisfy conditions on the key. Values that <paramref name="evaluate"/> does not know (it returns null) exclude nothing. Not thread-safe.
/// </summary>
internal sealed class PartitionSelection(PartitionMap map, Func<Expression, Datum?> evaluate)
{
    private const int CombinationsMax = 256;

    /// <summary>A comparison whose values are known, as parts of keys.</summary>
    private sealed record Known(int Key, string Operator, List<Datum> Values, List<byte[]> Parts);

    /// <summary>True for each partition that may hold such rows, by its place in the map.</summary>
    public bool[] Select(IReadOnlyList<PartitionCondition> conditions)
    {
        var terms = new List<Known>();
        foreach (PartitionCondition condition in conditions)
            if (condition is PartitionTerm term && Evaluate(term) is { } known)
                terms.Add(known);
        bool[] selected = SelectByTerms(terms);
        foreach (PartitionCondition condition in conditions)
        {
            if (condition is not PartitionChoice choice)
                continue;
            var any = new bool[selected.Length];
            foreach (IReadOnlyList<PartitionCondition> alternative in choice.Alternatives)
            {
                bool[] one = Select(alternative);
                for (int i = 0; i < any.Length; i++)
                    any[i] |= one[i];
            }

            for (int i = 0; i < any.Length; i++)
                selected[i] &= any[i];
        }

        return selected;
    }

    private Known? Evaluate(PartitionTerm term)
    {
        var values = new List<Datum>();
        var parts = new List<byte[]>();
        foreach (Expression expression in term.Values)
        {
            if (evaluate(expression) is not { } value)
                return null;
            // A comparison with null is never true.
            if (value.IsNull)
                continue;
            if (PartitionConditions.Convert(value, expression.Type, map.KeyTypes[term.Key]) is not { } converted)
            {
                if (term.Operator != "=")
                    return null;
                continue;
            }

            values.Add(converted);
            var key = new KeyBuffer();
            PartitionMap.AppendDatum(converted, map.KeyTypes[term.Key], key);
            parts.Add(key.Written.ToArray());
        }

        return new Known(term.Key, term.Operator, values, parts);
    }

    private bool[] SelectByTerms(List<Known> terms)
    {
        var selected = new bool[map.Partitions.Length];
        if (terms.Exists(static t => t.Parts.Count == 0 && t.Operator[0] != 'I'))
            return selected;
        if (terms.Count == 0)
        {
            Array.Fill(selected, true);
            return selected;
        }

        switch (map.Key.Strategy)
        {
            case PartitionStrategy.List:
                SelectValues(terms, selected);
                break;
            case PartitionStrategy.Range:
                SelectRanges(terms, selected);
                break;
            default:
                SelectRemainders(terms, selected);
                break;
        }

        return selected;
    }

    private void SelectValues(List<Known> terms, bool[] selected)
    {
        foreach ((byte[] key, int partition) in map.Values)
            selected[partition] |= terms.TrueForAll(term => Satisfies(key, term));
        if (map.Default < 0)
            return;
        bool isListed = terms.Exists(term => (term.Operator == "=" && term.Parts.TrueForAll(part => map.Find(part, hasNull: false) != map.Default))
            || (term.Operator == "IS NULL" && map.Find([KeyNull], hasNull: false) != map.Default));
        selected[map.Default] = !isListed;
    }

    // The part of a null that sorts last.
    private const byte KeyNull = 2;

    private static bool Satisfies(byte[] key, Known term)
    {
        bool isNull = key is [KeyNull];
        if (term.Operator is "IS NULL" or "IS NOT NULL" || isNull)
            return isNull == (term.Operator == "IS NULL");
        return term.Parts.Exists(part =>
        {
            int order = key.AsSpan().SequenceCompareTo(part);
            return term.Operator switch { "=" => order == 0, "<>" => order != 0, "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
        });
    }

    private void SelectRanges(List<Known> terms, bool[] selected)
    {
        bool nullPossible = false;
        for (int i = 0; i < map.KeyTypes.Length; i++)
            nullPossible |= !terms.Exists(term => term.Key == i && term.Operator != "IS NULL");
        if (terms.Exists(static term => term.Operator == "IS NULL"))
        {
            if (map.Default >= 0)
                selected[map.Default] = true;
            return;
        }

        List<(byte[] Lower, byte[] Upper)> intervals = Intervals(terms);
        bool isCovered = true;
        foreach ((byte[] lower, byte[] upper) in intervals)
        {
            byte[] reached = lower;
            for (int i = 0; i < map.Lower.Count; i++)
            {
                if (Compare(map.Lower[i], upper) >= 0 || Compare(lower, map.Upper[i]) >= 0)
                    continue;
                selected[i] = true;
                if (Compare(map.Lower[i], reached) <= 0)
                    reached = map.Upper[i];
            }

            isCovered &= Compare(reached, upper) >= 0;
        }

        if (map.Default >= 0)
            selected[map.Default] = nullPossible || !isCovered;
    }

    private static int Compare(byte[] left, byte[] right) => left.AsSpan().SequenceCompareTo(right);

    // Key ranges, upper ends exclusive: equalities of the first columns, then the bounds of one.
    private List<(byte[] Lower, byte[] Upper)> Intervals(List<Known> terms)
    {
        var prefixes = new List<byte[]> { Array.Empty<byte>() };
        for (int i = 0; i < map.KeyTypes.Length; i++)
        {
            Known? equality = terms.Find(term => term.Key == i && term.Operator == "=" && term.Parts.Count * prefixes.Count <= CombinationsMax);
            if (equality is null)
                return [.. prefixes.Select(prefix => Bounded(prefix, terms.FindAll(term => term.Key == i)))];
            prefixes = [.. prefixes.SelectMany(prefix => equality.Parts.Select(part => (byte[])[.. prefix, .. part]))];
        }

        return [.. prefixes.Select(static prefix => (prefix, (byte[])[.. prefix, PartitionMap.AboveAll]))];
    }

    private static (byte[] Lower, byte[] Upper) Bounded(byte[] prefix, List<Known> terms)
    {
        byte[] lower = prefix, upper = [.. prefix, PartitionMap.AboveAll];
        foreach (Known term in terms)
        {
            if (term.Operator is not ("<" or "<=" or ">" or ">="))
                continue;
            byte[] bound = term.Operator is "<=" or ">" ? [.. prefix, .. term.Parts[0], PartitionMap.AboveAll] : [.. prefix, .. term.Parts[0]];
            if (term.Operator[0] == '>')
                lower = Compare(bound, lower) > 0 ? bound : lower;
            else
                upper = Compare(bound, upper) < 0 ? bound : upper;
        }

        return (lower, upper);
    }

    private void SelectRemainders(List<Known> terms, bool[] selected)
    {
        var combinations = new List<ulong> { 0 };
        for (int i = 0; i < map.KeyTypes.Length; i++)
        {
            if (terms.Exists(term => term.Key == i && term.Operator == "IS NULL"))
                continue;
            Known? equality = terms.Find(term => term.Key == i && term.Operator == "=" && term.Values.Count * combinations.Count <= CombinationsMax);
            if (equality is null)
            {
                Array.Fill(selected, true);
                return;
            }

            var next = new List<ulong>();
            using var vector = new Vector(map.KeyTypes[i]);
            foreach (ulong hash in combinations)
                foreach (Datum value in equality.Values)
                {
                    vector.ResetConstant();
                    value.Store(vector, 0);
                    next.Add(PartitionHash.Add(hash, vector, 0));
                }

            combinations = next;
        }

        foreach (ulong hash in combinations)
            if (map.Find(hash) is var found and >= 0)
                selected[found] = true;
    }
}
