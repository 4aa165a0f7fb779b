namespace Strata.Engine.Functions.Patterns;

/// <summary>
/// Cuts what an iteration matched into repetitions: each as long (or short) as can be, going back to an earlier one when the rest does not
/// work out. Repetitions are empty only where the least number needs them. The order of tries is PostgreSQL's, since it decides what groups hold.
/// </summary>
internal ref struct RegexIteration
{
    private readonly RegexTree _child;
    private readonly int _end;
    private readonly int _least;
    private readonly int _most;
    private readonly int[] _ends;
    private int _verified;

    /// <param name="tree">The iteration.</param>
    /// <param name="begin">Where it begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="most">The greatest number of repetitions that can be.</param>
    /// <param name="ends">Room for the ends of that many.</param>
    public RegexIteration(RegexTree tree, int begin, int end, int most, int[] ends)
    {
        _child = tree.Children[0];
        _end = end;
        // No repetition at all is an answer to an empty text only; the matcher knows it.
        _least = Math.Max(tree.Least, 1);
        _most = Math.Max(most, _least);
        _ends = ends;
        _ends[0] = begin;
    }

    public bool Run(scoped ref RegexMatcher matcher, scoped PositionSet feasible) =>
        _child.PrefersShorter ? RunShortest(ref matcher, feasible) : RunLongest(ref matcher, feasible);

    /// <summary>Whether the k-th repetition must be empty to reach the least number with what is left behind a position.</summary>
    private readonly bool NeedsEmpty(scoped ref RegexMatcher matcher, int k, int from) =>
        k < _least && matcher.AreCloser(from, _end, _least - k + 1);

    private bool RunLongest(scoped ref RegexMatcher matcher, scoped PositionSet feasible)
    {
        int k = 1, limit = _end;
        while (k > 0)
        {
            int found = matcher.RepetitionEnd(_child, _ends[k - 1], limit, _end, feasible);
            if (found < 0)
            {
                k--;
            }
            else
            {
                _ends[k] = found;
                _verified = Math.Min(_verified, k - 1);
                if (found != _end)
                {
                    if (k >= _most)
                    {
                        k--;
                    }
                    else if (found != _ends[k - 1] || NeedsEmpty(ref matcher, k, found))
                    {
                        k++;
                        limit = _end;
                        continue;
                    }
                }
                else if (k >= _least && Verify(ref matcher, ref k))
                {
                    return true;
                }
            }

            k = ShortenLast(ref matcher, k, ref limit);
        }

        return false;
    }

    /// <summary>The last repetition at or before the k-th that can be shorter, and the limit of its end; 0 for none.</summary>
    private readonly int ShortenLast(scoped ref RegexMatcher matcher, int k, ref int limit)
    {
        for (; k > 0; k--)
        {
            int before = _ends[k - 1];
            if (_ends[k] <= before)
                continue;
            limit = matcher.PreviousPosition(_ends[k]);
            if (limit > before || NeedsEmpty(ref matcher, k, before))
                return k;
        }

        return 0;
    }

    private bool RunShortest(scoped ref RegexMatcher matcher, scoped PositionSet feasible)
    {
        int k = 1, limit = _ends[0];
        while (k > 0)
        {
            if (limit == _ends[k - 1] && limit != _end && !NeedsEmpty(ref matcher, k, limit))
                limit = matcher.NextPosition(limit);
            if (k >= _most)
                limit = _end;
            int found = matcher.RepetitionEnd(_child, _ends[k - 1], limit, _end, feasible);
            if (found < 0)
            {
                k--;
            }
            else
            {
                _ends[k] = found;
                _verified = Math.Min(_verified, k - 1);
                if (found != _end)
                {
                    if (k < _most)
                    {
                        k++;
                        limit = _ends[k - 1];
                        continue;
                    }

                    k--;
                }
                else if (k >= _least && Verify(ref matcher, ref k))
                {
                    return true;
                }
            }

            while (k > 0 && _ends[k] >= _end)
                k--;
            if (k > 0)
                limit = matcher.NextPosition(_ends[k]);
        }

        return false;
    }

    /// <summary>Divides the repetitions not yet verified; when one fails, <paramref name="k"/> becomes its number.</summary>
    private bool Verify(scoped ref RegexMatcher matcher, ref int k)
    {
        for (int i = _verified + 1; i <= k; i++)
        {
            if (!matcher.DivideRepetition(_child, _ends[i - 1], _ends[i]))
            {
                k = i;
                return false;
            }

            _verified = i;
        }

        return true;
    }
}
