using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// Picks one of several overloads that all accept the arguments. The rules and their order are those of "Type conversion" in PostgreSQL's
/// manual (func_select_candidate).
/// </summary>
internal static class CandidateSelection
{
    /// <summary>Index into <paramref name="candidates"/> (argument types of each) of the best one, or -1 when it is ambiguous.</summary>
    public static int Select(TypeCoercion coercion, uint[] inputs, IReadOnlyList<uint[]> candidates)
    {
        var remaining = new List<int>();
        for (int i = 0; i < candidates.Count; i++)
            remaining.Add(i);
        if (remaining.Count == 1)
            return 0;

        var bases = new uint[inputs.Length];
        int unknownCount = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            bases[i] = inputs[i] == TypeOid.Unknown ? TypeOid.Unknown : coercion.BaseType(inputs[i]);
            unknownCount += bases[i] == TypeOid.Unknown ? 1 : 0;
        }

        remaining = KeepBest(remaining, c => CountExact(bases, candidates[c]));
        if (remaining.Count == 1)
            return remaining[0];
        remaining = KeepBest(remaining, c => CountExactOrPreferred(coercion, bases, candidates[c]));
        if (remaining.Count == 1)
            return remaining[0];
        if (unknownCount == 0)
            return -1;

        remaining = MatchUnknowns(coercion, bases, candidates, remaining);
        if (remaining.Count == 1)
            return remaining[0];
        return unknownCount < inputs.Length ? AssumeKnownType(coercion, bases, candidates, remaining) : -1;
    }

    private static List<int> KeepBest(List<int> remaining, Func<int, int> score)
    {
        int best = -1;
        var kept = new List<int>();
        foreach (int candidate in remaining)
        {
            int matches = score(candidate);
            if (matches > best)
            {
                best = matches;
                kept.Clear();
            }

            if (matches == best)
                kept.Add(candidate);
        }

        return kept;
    }

    private static int CountExact(uint[] bases, uint[] types)
    {
        int count = 0;
        for (int i = 0; i < bases.Length; i++)
            count += bases[i] != TypeOid.Unknown && types[i] == bases[i] ? 1 : 0;
        return count;
    }

    private static int CountExactOrPreferred(TypeCoercion coercion, uint[] bases, uint[] types)
    {
        int count = 0;
        for (int i = 0; i < bases.Length; i++)
        {
            if (bases[i] == TypeOid.Unknown)
                continue;
            SqlType type = coercion.Type(types[i]);
            if (types[i] == bases[i] || (type.IsPreferred && type.Category == coercion.Type(bases[i]).Category))
                count++;
        }

        return count;
    }

    /// <summary>Decides a category for each unknown argument (string if any candidate has it) and strips what does not fit.</summary>
    private static List<int> MatchUnknowns(TypeCoercion coercion, uint[] bases, IReadOnlyList<uint[]> candidates, List<int> remaining)
    {
        var categories = new TypeCategory[bases.Length];
        var hasPreferred = new bool[bases.Length];
        for (int i = 0; i < bases.Length; i++)
        {
            if (bases[i] != TypeOid.Unknown)
                continue;
            bool conflict = false;
            foreach (int candidate in remaining)
            {
                SqlType type = coercion.Type(candidates[candidate][i]);
                if (categories[i] == TypeCategory.None)
                {
                    categories[i] = type.Category;
                    hasPreferred[i] = type.IsPreferred;
                }
                else if (type.Category == categories[i])
                {
                    hasPreferred[i] |= type.IsPreferred;
                }
                else if (type.Category == TypeCategory.String)
                {
                    categories[i] = TypeCategory.String;
                    hasPreferred[i] = type.IsPreferred;
                }
                else
                {
                    conflict = true;
                }
            }

            if (conflict && categories[i] != TypeCategory.String)
                return remaining;
        }

        var kept = new List<int>();
        foreach (int candidate in remaining)
        {
            bool keep = true;
            for (int i = 0; i < bases.Length && keep; i++)
            {
                if (bases[i] != TypeOid.Unknown)
                    continue;
                SqlType type = coercion.Type(candidates[candidate][i]);
                keep = type.Category == categories[i] && (!hasPreferred[i] || type.IsPreferred);
            }

            if (keep)
                kept.Add(candidate);
        }

        return kept.Count > 0 ? kept : remaining;
    }

    /// <summary>When all known arguments have one type, tries it for the unknown ones.</summary>
    private static int AssumeKnownType(TypeCoercion coercion, uint[] bases, IReadOnlyList<uint[]> candidates, List<int> remaining)
    {
        uint known = TypeOid.Unknown;
        foreach (uint type in bases)
        {
            if (type == TypeOid.Unknown)
                continue;
            if (known != TypeOid.Unknown && known != type)
                return -1;
            known = type;
        }

        var assumed = new uint[bases.Length];
        Array.Fill(assumed, known);
        int found = -1;
        foreach (int candidate in remaining)
        {
            if (!coercion.CanCoerce(assumed, candidates[candidate], CastContext.Implicit))
                continue;
            if (found >= 0)
                return -1;
            found = candidate;
        }

        return found;
    }
}
