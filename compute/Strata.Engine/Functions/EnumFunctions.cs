using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>enum_first, enum_last, enum_range: the type of the argument counts, which may be null.</summary>
internal static class EnumFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("enum_first", static (ref FunctionCall c) => c.Return(Labels(ref c)[0].Oid));
        t.Add("enum_last", static (ref FunctionCall c) => c.Return(Labels(ref c)[^1].Oid));
        t.Add("enum_range_all", static (ref FunctionCall c) => Range(ref c, null, null));
        t.Add("enum_range_bounds", static (ref FunctionCall c) =>
            Range(ref c, c.IsNull(0) ? null : c.Oid(0), c.IsNull(1) ? null : c.Oid(1)));
        t.Add("enum_cmp", static (ref FunctionCall c) => c.Return(Math.Sign(Position(ref c, 0) - Position(ref c, 1))));
        t.Add("enum_larger", static (ref FunctionCall c) => c.ReturnArgument(Position(ref c, 0) > Position(ref c, 1) ? 0 : 1));
        t.Add("enum_smaller", static (ref FunctionCall c) => c.ReturnArgument(Position(ref c, 0) < Position(ref c, 1) ? 0 : 1));
    }

    private static IReadOnlyList<(uint Oid, string Label)> Labels(ref FunctionCall c)
    {
        SqlType type = c.ArgumentType(0);
        if (type.Kind != TypeKind.Enum)
            throw new SqlException(SqlState.FeatureNotSupported, "could not determine actual enum type");
        IReadOnlyList<(uint Oid, string Label)> labels = c.Context.Catalog.EnumLabels(type.Oid);
        return labels.Count > 0 ? labels
            : throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"enum {TypeNames.Format(type)} contains no values");
    }

    private static int Position(ref FunctionCall c, int argument)
    {
        IReadOnlyList<(uint Oid, string Label)> labels = c.Context.Catalog.EnumLabels(c.ArgumentType(argument).Oid);
        uint oid = c.Oid(argument);
        for (int i = 0; i < labels.Count; i++)
        {
            if (labels[i].Oid == oid)
                return i;
        }

        return -1;
    }

    /// <summary>The labels from a bound to another; null is open.</summary>
    private static void Range(ref FunctionCall c, uint? lower, uint? upper)
    {
        var builder = new ArrayBuilder();
        bool inside = lower is null;
        foreach ((uint oid, _) in Labels(ref c))
        {
            inside |= oid == lower;
            if (inside)
                builder.Add(BitConverter.GetBytes(oid));
            if (oid == upper)
                break;
        }

        c.Return(builder.Build(c.ArgumentType(0).Oid));
    }
}
