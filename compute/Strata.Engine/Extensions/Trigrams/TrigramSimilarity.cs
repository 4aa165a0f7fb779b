namespace Strata.Engine.Extensions.Trigrams;

/// <summary>How similar texts are: the share of trigrams that they have in common. Stateless; thread-safe.</summary>
internal static class TrigramSimilarity
{
    /// <summary>similarity(): common trigrams among all trigrams of both.</summary>
    public static float OfSets(uint[] a, uint[] b)
    {
        int common = 0, x = 0, y = 0;
        while (x < a.Length && y < b.Length)
        {
            if (a[x] == b[y])
            {
                common++;
                x++;
                y++;
            }
            else if (a[x] < b[y])
            {
                x++;
            }
            else
            {
                y++;
            }
        }

        return Share(common, a.Length, b.Length);
    }

    private static float Share(int common, int first, int second) => first == 0 || second == 0 ? 0 : (float)common / (first + second - common);

    /// <summary>
    /// word_similarity() and strict_word_similarity(): the greatest similarity between the first text and a part of the second; strictly, the part begins and ends where words do. With
    /// <paramref name="threshold"/> it may stop as soon as that is reached.
    /// </summary>
    public static float OfExtent(ReadOnlySpan<byte> text, ReadOnlySpan<byte> within, bool isStrict, float? threshold, CancellationToken cancellation)
    {
        uint[] wanted = TrigramExtractor.Set(text);
        var bounds = new List<WordBounds>();
        List<uint> sequence = TrigramExtractor.Sequence(within, bounds);
        // Trigrams of the second text by number from 0 on; those of the first that it does not have need none.
        var numbers = new Dictionary<uint, int>();
        var ids = new int[sequence.Count];
        for (int i = 0; i < ids.Length; i++)
        {
            if (!numbers.TryGetValue(sequence[i], out int id))
                numbers.Add(sequence[i], id = numbers.Count);
            ids[i] = id;
        }

        var isWanted = new bool[numbers.Count];
        foreach (uint trigram in wanted)
            if (numbers.TryGetValue(trigram, out int id))
                isWanted[id] = true;
        return new ExtentSearch(ids, isWanted, wanted.Length, bounds, isStrict).Run(threshold, cancellation);
    }

    /// <summary>Moves an extent's end through the text and its beginning after it.</summary>
    private sealed class ExtentSearch(int[] ids, bool[] isWanted, int wantedCount, List<WordBounds> bounds, bool isStrict)
    {
        private const int CancelCheckMask = 1023;

        // Where in the extent each trigram stands last; -1 for those that are not in it.
        private readonly int[] _last = Filled(isWanted.Length);
        private int _lower = isStrict ? 0 : -1;
        private int _different;
        private int _common;

        private static int[] Filled(int count)
        {
            var last = new int[count];
            Array.Fill(last, -1);
            return last;
        }

        public float Run(float? threshold, CancellationToken cancellation)
        {
            float best = 0;
            for (int i = 0; i < ids.Length; i++)
            {
                if ((i & CancelCheckMask) == 0)
                    cancellation.ThrowIfCancellationRequested();
                int id = ids[i];
                if (_lower >= 0 || isWanted[id])
                {
                    if (_last[id] < 0)
                    {
                        _different++;
                        _common += isWanted[id] ? 1 : 0;
                    }

                    _last[id] = i;
                }

                bool mayEnd = isStrict ? (bounds[i] & WordBounds.Right) != 0 : isWanted[id];
                if (!mayEnd)
                    continue;
                if (_lower < 0)
                {
                    _lower = i;
                    _different = 1;
                }

                best = Math.Max(best, EndAt(i, threshold));
                if (threshold is { } enough && best >= enough)
                    break;
            }

            return best;
        }

        // The greatest similarity of an extent that ends here; its beginning stays where that was found.
        private float EndAt(int upper, float? threshold)
        {
            float best = Share(_common, wantedCount, _different);
            int different = _different, common = _common, before = _lower;
            for (int lower = before; lower <= upper; lower++)
            {
                if (!isStrict || (bounds[lower] & WordBounds.Left) != 0)
                {
                    float share = Share(common, wantedCount, different);
                    if (share > best)
                    {
                        best = share;
                        _different = different;
                        _common = common;
                        _lower = lower;
                    }

                    if (threshold is { } enough && best >= enough)
                        break;
                }

                if (_last[ids[lower]] != lower)
                    continue;
                different--;
                common -= isWanted[ids[lower]] ? 1 : 0;
            }

            for (int i = before; i < _lower; i++)
                if (_last[ids[i]] == i)
                    _last[ids[i]] = -1;
            return best;
        }
    }
}
