using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>Resolves function calls by PostgreSQL's rules (parse_func). Not thread-safe.</summary>
internal sealed class CallBuilder(CastBuilder casts)
{
    private TypeCoercion Coercion => casts.Coercion;

    /// <summary>A function as it would take the given arguments.</summary>
    private sealed record Candidate(FunctionInfo Function, uint[] Types, int[]? ArgumentOrder, bool IsExpanded, int DefaultsUsed);

    public ResolvedCall Resolve(
        string name, IReadOnlyList<FunctionInfo> functions, IReadOnlyList<Expression> arguments,
        IReadOnlyList<string?> argumentNames, bool isVariadicCall, int position)
    {
        uint[] inputs = [.. arguments.Select(a => a.Type.Oid)];
        List<Candidate> candidates = Gather(functions, arguments.Count, argumentNames, isVariadicCall);
        Candidate? chosen = FindExact(candidates, inputs);
        if (chosen is null && arguments.Count == 1 && argumentNames.Count == 0 && !isVariadicCall && CastCall(name, arguments[0], position) is { } cast)
            return cast;
        if (chosen is null)
        {
            List<Candidate> applicable = [.. candidates.Where(c => Coercion.CanCoerce(Ordered(inputs, c), c.Types, CastContext.Implicit))];
            if (applicable.Count == 0)
                throw NotFound(name, arguments, argumentNames, position);
            applicable = DropEquivalent(applicable);
            int best = CandidateSelection.Select(Coercion, inputs, [.. applicable.Select(c => InCallOrder(c, inputs.Length))]);
            if (best < 0)
            {
                throw new SqlException(SqlState.AmbiguousFunction, $"function {Describe(name, arguments, argumentNames)} is not unique")
                {
                    Hint = "Could not choose a best candidate function. You might need to add explicit type casts.",
                    Position = position + 1,
                };
            }

            chosen = applicable[best];
        }

        return Build(chosen, arguments, argumentNames, isVariadicCall, position);
    }

    private static uint[] Ordered(uint[] inputs, Candidate candidate)
    {
        if (candidate.ArgumentOrder is null && candidate.DefaultsUsed == 0)
            return inputs;
        var ordered = new uint[candidate.Types.Length];
        for (int i = 0; i < ordered.Length; i++)
        {
            int source = candidate.ArgumentOrder is null ? i : candidate.ArgumentOrder[i];
            ordered[i] = source >= 0 && source < inputs.Length ? inputs[source] : candidate.Types[i];
        }

        return ordered;
    }

    private static uint[] InCallOrder(Candidate candidate, int count)
    {
        if (candidate.ArgumentOrder is null)
            return candidate.Types.Length == count ? candidate.Types : candidate.Types[..count];
        var types = new uint[count];
        for (int i = 0; i < candidate.ArgumentOrder.Length; i++)
        {
            if (candidate.ArgumentOrder[i] >= 0)
                types[candidate.ArgumentOrder[i]] = candidate.Types[i];
        }

        return types;
    }

    private static Candidate? FindExact(List<Candidate> candidates, uint[] inputs)
    {
        foreach (Candidate candidate in candidates)
        {
            if (candidate.Types.AsSpan().SequenceEqual(Ordered(inputs, candidate)) && candidate.DefaultsUsed == 0)
                return candidate;
        }

        return null;
    }

    private List<Candidate> Gather(
        IReadOnlyList<FunctionInfo> functions, int count, IReadOnlyList<string?> names, bool isVariadicCall)
    {
        var candidates = new List<Candidate>();
        foreach (FunctionInfo function in functions)
        {
            int declared = function.ArgumentTypes.Length;
            int[]? order = null;
            if (names.Count > 0)
            {
                order = MatchNames(function, count, names);
                if (order is null)
                    continue;
            }

            if (function.IsVariadic && !isVariadicCall && names.Count == 0 && count >= declared - 1 && count > 0
                && (count >= declared || function.VariadicElementType != TypeOid.Any))
            {
                if (count < declared)
                    continue;
                var types = new uint[count];
                for (int i = 0; i < count; i++)
                    types[i] = i < declared - 1 ? function.ArgumentTypes[i] : function.VariadicElementType;
                candidates.Add(new Candidate(function, types, null, true, 0));
                continue;
            }

            if (count > declared || count < declared - function.DefaultCount || (isVariadicCall && !function.IsVariadic))
                continue;
            candidates.Add(new Candidate(function, function.ArgumentTypes, order, false, declared - count));
        }

        return candidates;
    }

    /// <summary>Which call argument fills each parameter (-1: default), or null when the names do not fit.</summary>
    private static int[]? MatchNames(FunctionInfo function, int count, IReadOnlyList<string?> names)
    {
        int declared = function.ArgumentTypes.Length;
        var inputNames = new List<string>();
        for (int i = 0; i < function.ArgumentNames.Length; i++)
        {
            if (function.ArgumentModes.Length == 0 || function.ArgumentModes[i] is 'i' or 'b' or 'v')
                inputNames.Add(function.ArgumentNames[i]);
        }

        var order = new int[declared];
        Array.Fill(order, -1);
        for (int i = 0; i < count; i++)
        {
            string? name = i < names.Count ? names[i] : null;
            int target = name is null ? i : inputNames.IndexOf(name);
            if (target < 0 || target >= declared || order[target] >= 0)
                return null;
            order[target] = i;
        }

        for (int i = 0; i < declared - function.DefaultCount; i++)
        {
            if (order[i] < 0)
                return null;
        }

        return order;
    }

    /// <summary>Of overloads with the same argument types the one that is not variadic, and then the first (search path order), wins.</summary>
    private static List<Candidate> DropEquivalent(List<Candidate> candidates)
    {
        var kept = new List<Candidate>();
        foreach (Candidate candidate in candidates)
        {
            int same = kept.FindIndex(k => k.Types.AsSpan().SequenceEqual(candidate.Types));
            if (same < 0)
                kept.Add(candidate);
            else if (kept[same].IsExpanded && !candidate.IsExpanded)
                kept[same] = candidate;
        }

        return kept;
    }

    /// <summary>A type's name used like a function: a cast, when it needs no function of its own.</summary>
    private ResolvedCall? CastCall(string name, Expression argument, int position)
    {
        if (BuiltinTypes.Find(name) is not { } target || target.Kind == TypeKind.Composite)
            return null;
        if (argument.Type.Oid != TypeOid.Unknown)
        {
            CoercionPath path = Coercion.FindPath(argument.Type.Oid, target.Oid, CastContext.Explicit, out _);
            if (path is not (CoercionPath.Relabel or CoercionPath.InputOutput))
                return null;
            if (path == CoercionPath.InputOutput && target.Category == TypeCategory.String && argument.Type.Kind is TypeKind.Composite)
                return null;
        }

        Expression cast = casts.CastOrThrow(argument, target, CastContext.Explicit, position);
        return new ResolvedCall(null, [argument], target) { Cast = cast };
    }

    private ResolvedCall Build(Candidate chosen, IReadOnlyList<Expression> arguments, IReadOnlyList<string?> names, bool isVariadicCall, int position)
    {
        FunctionInfo function = chosen.Function;
        var ordered = new List<Expression>();
        for (int i = 0; i < chosen.Types.Length; i++)
        {
            int source = chosen.ArgumentOrder is null ? i : chosen.ArgumentOrder[i];
            ordered.Add(source >= 0 && source < arguments.Count ? arguments[source] : Default(function, i));
        }

        if (isVariadicCall && function.VariadicElementType == TypeOid.Any)
            RequireArray(ordered);
        uint[] actual = [.. ordered.Select(a => a.Type.Oid)];
        PolymorphicTypes polymorphic = PolymorphicTypes.Resolve(Coercion, actual, chosen.Types);
        if (polymorphic.Problem is { } problem)
            throw new SqlException(SqlState.DatatypeMismatch, problem) { Detail = polymorphic.Detail, Position = position + 1 };
        if (polymorphic.Unresolved && function.Kind != FunctionKind.Aggregate)
        {
            throw new SqlException(SqlState.DatatypeMismatch, "could not determine polymorphic type because input has type unknown");
        }

        // Whether there is such a result is known before the arguments are converted.
        SqlType result = polymorphic.Unresolved && Coercion.Type(function.ReturnType).IsPolymorphic ? SqlType.Text : polymorphic.Actual(function.ReturnType);
        var converted = new Expression[ordered.Count];
        for (int i = 0; i < converted.Length; i++)
        {
            SqlType target = polymorphic.Unresolved && Coercion.Type(chosen.Types[i]).IsPolymorphic ? SqlType.Text : polymorphic.Actual(chosen.Types[i]);
            // A row keeps its type where any will do: it is what knows the names of the fields.
            converted[i] = target.Oid == TypeOid.Record && ordered[i].Type.Kind == TypeKind.Composite && function.Routine is null
                ? ordered[i] : casts.ToType(ordered[i], target, CastContext.Implicit);
        }

        if (chosen.IsExpanded && function.VariadicElementType != TypeOid.Any)
        {
            // From here on the call is as if it had been given an array, and definitions show it so.
            converted = GatherVariadic(function, converted);
            isVariadicCall = true;
        }

        return new ResolvedCall(function, converted, result) { IsVariadicCall = isVariadicCall, Written = Written(chosen, arguments.Count, names) };
    }

    // Null when every parameter was given in its place.
    private static (int Parameter, string? Name)[]? Written(Candidate chosen, int count, IReadOnlyList<string?> names)
    {
        if (chosen.IsExpanded || (chosen.ArgumentOrder is null && chosen.DefaultsUsed == 0))
            return null;
        var written = new (int, string?)[count];
        for (int i = 0; i < count; i++)
            written[i] = (chosen.ArgumentOrder is null ? i : Array.IndexOf(chosen.ArgumentOrder, i), i < names.Count ? names[i] : null);
        return written;
    }

    private Expression Default(FunctionInfo function, int parameter) => function.Routine is null
        ? FunctionDefaults.Get(function, parameter)
        : casts.BindDefault?.Invoke(function, parameter) ?? throw new SqlException(SqlState.FeatureNotSupported, "defaults of user-defined functions cannot be used here");

    /// <summary>VARIADIC "any" says nothing of the argument: it has to be an array, which the function takes as one.</summary>
    private void RequireArray(List<Expression> arguments)
    {
        Expression last = arguments[^1];
        SqlType type = Coercion.BaseType(last.Type);
        if (!type.IsArray)
            throw new SqlException(SqlState.DatatypeMismatch, "VARIADIC argument must be an array") { Position = last.Position + 1 };
        if (type.Oid != last.Type.Oid)
            arguments[^1] = new RelabelExpression(last, type, isExplicit: false) { Position = last.Position };
    }

    private Expression[] GatherVariadic(FunctionInfo function, Expression[] arguments)
    {
        int fixedCount = function.ArgumentTypes.Length - 1;
        Expression[] elements = arguments[fixedCount..];
        SqlType element = elements[0].Type.WithTypmod(-1);
        SqlType array = Coercion.ArrayOf(element)
            ?? throw new SqlException(SqlState.UndefinedObject, $"could not find array type for data type {TypeNames.Format(element)}");
        return [.. arguments[..fixedCount], new ArrayExpression(array, elements, isNested: false)];
    }

    private static string Describe(string name, IReadOnlyList<Expression> arguments, IReadOnlyList<string?> names) =>
        $"{name}({string.Join(", ", arguments.Select((a, i) => (i < names.Count && names[i] is { } n ? n + " => " : "") + TypeNames.Format(a.Type)))})";

    private static SqlException NotFound(
        string name, IReadOnlyList<Expression> arguments, IReadOnlyList<string?> names, int position) =>
        new(SqlState.UndefinedFunction, $"function {Describe(name, arguments, names)} does not exist")
        {
            Hint = "No function matches the given name and argument types. You might need to add explicit type casts.",
            Position = position + 1,
        };
}
