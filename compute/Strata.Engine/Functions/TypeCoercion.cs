using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>How a value of one type becomes one of another.</summary>
public enum CoercionPath
{
    None,

    /// <summary>Same bytes.</summary>
    Relabel,
    Function,
    ArrayElements,
    InputOutput,
}

/// <summary>
/// PostgreSQL's rules about which types turn into which (find_coercion_pathway, can_coerce_type, IsBinaryCoercible,
/// select_common_type). Types come from the binary or from the catalog. Not thread-safe.
/// </summary>
public sealed class TypeCoercion(ICatalogServices? catalog)
{
    /// <summary>A type that must exist.</summary>
    public SqlType Type(uint oid) =>
        Find(oid) ?? throw new SqlException(SqlState.UndefinedObject, $"type with OID {oid} does not exist");

    public SqlType? Find(uint oid) => BuiltinTypes.Find(oid) ?? catalog?.FindType(oid);

    /// <summary>The operators under a name, built-in ones first; a name may have a schema in front.</summary>
    public IReadOnlyList<OperatorInfo> Operators(string name)
    {
        IReadOnlyList<OperatorInfo> user = catalog?.UserOperators(name) ?? [];
        IReadOnlyList<OperatorInfo> builtin = BuiltinRegistry.OperatorsByName(name);
        return user.Count == 0 ? builtin : [.. builtin, .. user];
    }

    /// <summary>The operator of exactly these types (0 for none), or null.</summary>
    public OperatorInfo? Operator(string name, uint left, uint right)
    {
        if (BuiltinRegistry.Operator(name, left, right) is { } builtin)
            return builtin;
        foreach (OperatorInfo op in catalog?.UserOperators(name) ?? [])
            if (op.LeftType == left && op.RightType == right)
                return op;
        return null;
    }

    private CastInfo? FindCast(uint source, uint target) => BuiltinRegistry.Cast(source, target) ?? catalog?.UserCast(source, target);

    /// <summary>The type below any domains.</summary>
    public uint BaseType(uint oid)
    {
        SqlType type = Type(oid);
        while (type.Kind == TypeKind.Domain)
            type = Type(type.BaseOid);
        return type.Oid;
    }

    /// <summary>The descriptor below any domains; the modifier of the outermost domain that has one is kept.</summary>
    public SqlType BaseType(SqlType type)
    {
        while (type.Kind == TypeKind.Domain)
        {
            SqlType below = type.DomainBase ?? Type(type.BaseOid);
            type = below.Typmod < 0 && type.Typmod >= 0 ? below.WithTypmod(type.Typmod) : below;
        }

        return type;
    }

    /// <summary>The array type over an element type, or null.</summary>
    public SqlType? ArrayOf(SqlType element) => element.ArrayOid == 0 ? null : Find(element.ArrayOid);

    /// <summary>True when values of the source can stand as they are for the target.</summary>
    public bool IsBinaryCoercible(uint source, uint target)
    {
        if (source == target || target is TypeOid.Any or TypeOid.AnyElement or TypeOid.AnyCompatible)
            return true;
        source = BaseType(source);
        if (source == target)
            return true;
        SqlType type = Type(source);
        switch (target)
        {
            case TypeOid.AnyArray or TypeOid.AnyCompatibleArray when type.IsArray:
            case TypeOid.AnyNonArray or TypeOid.AnyCompatibleNonArray when !type.IsArray:
            case TypeOid.AnyEnum when type.Kind == TypeKind.Enum:
            case TypeOid.AnyRange or TypeOid.AnyCompatibleRange when type.Kind == TypeKind.Range:
            case TypeOid.AnyMultirange or TypeOid.AnyCompatibleMultirange when type.Kind == TypeKind.Multirange:
            case TypeOid.Record when type.Kind == TypeKind.Composite:
                return true;
            default:
                return FindCast(source, target) is { Method: CastMethod.Binary, Context: CastContext.Implicit };
        }
    }

    /// <summary>The way from source to target allowed in a context; <paramref name="function"/> is set for <see cref="CoercionPath.Function"/>.</summary>
    public CoercionPath FindPath(uint source, uint target, CastContext context, out FunctionInfo? function)
    {
        function = null;
        source = BaseType(source);
        target = BaseType(target);
        if (source == target)
            return CoercionPath.Relabel;
        if (FindCast(source, target) is { } cast)
        {
            if (context < cast.Context)
                return CoercionPath.None;
            switch (cast.Method)
            {
                case CastMethod.Binary:
                    return CoercionPath.Relabel;
                case CastMethod.InputOutput:
                    return CoercionPath.InputOutput;
                default:
                    function = catalog?.FindFunction(cast.FunctionOid) ?? BuiltinRegistry.Function(cast.FunctionOid);
                    return CoercionPath.Function;
            }
        }

        SqlType from = Type(source), to = Type(target);
        // oidvector and int2vector are arrays of a fixed shape that no other array may be made into.
        if (from.IsArray && to.IsArray && to.Oid is not (TypeOid.OidVector or TypeOid.Int2Vector))
        {
            CoercionPath element = FindPath(from.ElementOid, to.ElementOid, context, out _);
            if (element == CoercionPath.InputOutput)
                return CoercionPath.InputOutput;
            if (element != CoercionPath.None)
                return CoercionPath.ArrayElements;
        }

        if (context >= CastContext.Assignment && to.Category == TypeCategory.String)
            return CoercionPath.InputOutput;
        if (context >= CastContext.Explicit && from.Category == TypeCategory.String)
            return CoercionPath.InputOutput;
        return CoercionPath.None;
    }

    /// <summary>True when each input can become its target in the context; polymorphic targets must also agree with each other.</summary>
    public bool CanCoerce(ReadOnlySpan<uint> inputs, ReadOnlySpan<uint> targets, CastContext context)
    {
        bool polymorphic = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            uint input = inputs[i], target = targets[i];
            if (input == target || target == TypeOid.Any)
                continue;
            if (Type(target).IsPolymorphic)
            {
                polymorphic = true;
                continue;
            }

            if (input == TypeOid.Unknown || FindPath(input, target, context, out _) != CoercionPath.None)
                continue;
            if (IsComposite(input) && target == TypeOid.Record)
                continue;
            if (input == TypeOid.Record && IsComposite(BaseType(target)))
                continue;
            return false;
        }

        return !polymorphic || PolymorphicTypes.AreConsistent(this, inputs, targets);
    }

    public bool CanCoerce(uint input, uint target, CastContext context) => CanCoerce([input], [target], context);

    private bool IsComposite(uint oid) => Type(oid).Kind == TypeKind.Composite;

    /// <summary>
    /// The common type of operands (UNION, CASE, VALUES, …), or null when two are of different categories, which are then in the out
    /// parameters. All unknown: text.
    /// </summary>
    public SqlType? FindCommonType(ReadOnlySpan<SqlType> types, out SqlType first, out SqlType second)
    {
        first = second = types[0];
        bool same = types[0].Oid != TypeOid.Unknown;
        foreach (SqlType type in types)
            same &= type.Oid == types[0].Oid;
        if (same)
            return CommonModifier(types[0], types);

        SqlType chosen = BaseType(types[0]);
        foreach (SqlType candidate in types[1..])
        {
            SqlType next = BaseType(candidate);
            if (next.Oid == TypeOid.Unknown || next.Oid == chosen.Oid)
                continue;
            if (chosen.Oid == TypeOid.Unknown)
            {
                chosen = next;
            }
            else if (next.Category != chosen.Category)
            {
                first = chosen;
                second = next;
                return null;
            }
            else if (!chosen.IsPreferred
                && CanCoerce(chosen.Oid, next.Oid, CastContext.Implicit)
                && !CanCoerce(next.Oid, chosen.Oid, CastContext.Implicit))
            {
                chosen = next;
            }
        }

        return chosen.Oid == TypeOid.Unknown ? SqlType.Text : CommonModifier(chosen, types);
    }

    /// <summary>The type with the operands' modifier when all have the same type and modifier, else without one.</summary>
    private static SqlType CommonModifier(SqlType chosen, ReadOnlySpan<SqlType> types)
    {
        foreach (SqlType type in types)
        {
            if (type.Oid != chosen.Oid || type.Typmod != chosen.Typmod)
                return chosen.WithTypmod(-1);
        }

        return chosen;
    }
}
