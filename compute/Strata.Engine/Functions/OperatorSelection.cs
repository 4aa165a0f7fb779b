using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Finds the operator for a name and operand types (PostgreSQL's oper() and left_oper()).</summary>
internal static class OperatorSelection
{
    /// <summary>The operator, or null; <paramref name="left"/> 0 means a prefix operator.</summary>
    public static OperatorInfo? Find(TypeCoercion coercion, string name, uint left, uint right, out bool ambiguous)
    {
        ambiguous = false;
        if (Exact(coercion, name, left, right) is { } exact)
            return exact;

        bool isPrefix = left == 0;
        uint[] inputs = isPrefix ? [right] : [left, right];
        var candidates = new List<OperatorInfo>();
        var types = new List<uint[]>();
        foreach (OperatorInfo op in coercion.Operators(name))
        {
            if (op.IsPrefix != isPrefix)
                continue;
            uint[] declared = isPrefix ? [op.RightType] : [op.LeftType, op.RightType];
            if (!coercion.CanCoerce(inputs, declared, CastContext.Implicit))
                continue;
            candidates.Add(op);
            types.Add(declared);
        }

        if (candidates.Count == 0)
            return null;
        int best = CandidateSelection.Select(coercion, inputs, types);
        ambiguous = best < 0;
        return best < 0 ? null : candidates[best];
    }

    private static OperatorInfo? Exact(TypeCoercion coercion, string name, uint left, uint right)
    {
        if (left == 0)
            return coercion.Operator(name, 0, right);
        bool assumed = false;
        if (left == TypeOid.Unknown && right != TypeOid.Unknown)
        {
            left = right;
            assumed = true;
        }
        else if (right == TypeOid.Unknown && left != TypeOid.Unknown)
        {
            right = left;
            assumed = true;
        }

        if (coercion.Operator(name, left, right) is { } op)
            return op;
        if (!assumed)
            return null;
        uint below = coercion.BaseType(left);
        return below == left ? null : coercion.Operator(name, below, below);
    }
}
