using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// Resolves anyelement, anyarray, anycompatible and their like from actual argument types. Source: PostgreSQL 15,
/// "Polymorphic types"; ranges and multiranges are resolved through pg_range.
/// </summary>
internal sealed class PolymorphicTypes
{
    private readonly TypeCoercion _coercion;
    private SqlType? _element;
    private SqlType? _array;
    private SqlType? _range;
    private SqlType? _multirange;
    private SqlType? _compatibleRange;
    private SqlType? _compatibleMultirange;
    private SqlType? _compatible;
    private string? _problem;

    private PolymorphicTypes(TypeCoercion coercion) => _coercion = coercion;

    /// <summary>What is wrong, or null.</summary>
    public string? Problem => _problem;

    public static bool AreConsistent(TypeCoercion coercion, ReadOnlySpan<uint> actual, ReadOnlySpan<uint> declared) =>
        Resolve(coercion, actual, declared).Problem is null;

    /// <summary>Resolves from the arguments; unknown ones follow the others.</summary>
    public static PolymorphicTypes Resolve(TypeCoercion coercion, ReadOnlySpan<uint> actual, ReadOnlySpan<uint> declared)
    {
        var resolved = new PolymorphicTypes(coercion);
        var compatible = new List<SqlType>();
        bool anySimple = false, anyCompatible = false;
        for (int i = 0; i < actual.Length; i++)
        {
            SqlType type = coercion.BaseType(coercion.Type(actual[i]));
            bool isUnknown = type.Oid == TypeOid.Unknown;
            switch (declared[i])
            {
                case TypeOid.AnyElement or TypeOid.AnyNonArray or TypeOid.AnyEnum:
                    anySimple = true;
                    if (isUnknown)
                        break;
                    if (declared[i] == TypeOid.AnyEnum && type.Kind != TypeKind.Enum)
                        resolved.Fail($"type matched to anyenum is not an enum type: {TypeNames.Format(type)}");
                    if (declared[i] == TypeOid.AnyNonArray && type.IsArray)
                        resolved.Fail($"type matched to anynonarray is an array type: {TypeNames.Format(type)}");
                    resolved.SetElement(coercion.Type(actual[i]));
                    break;
                case TypeOid.AnyArray:
                    anySimple = true;
                    if (isUnknown)
                        break;
                    if (!type.IsArray && type.Oid != TypeOid.AnyArray)
                    {
                        resolved.Fail($"argument declared anyarray is not an array but type {TypeNames.Format(type)}");
                        break;
                    }

                    resolved._array ??= type;
                    if (resolved._array.Oid != type.Oid)
                        resolved.Fail("arguments declared \"anyarray\" are not all alike");
                    if (type.ElementType is { } element)
                        resolved.SetElement(element);
                    break;
                case TypeOid.AnyRange:
                    anySimple = true;
                    if (!isUnknown)
                        resolved.SetRange(ref resolved._range, type, TypeKind.Range, "anyrange", "a range");
                    break;
                case TypeOid.AnyMultirange:
                    anySimple = true;
                    if (!isUnknown)
                        resolved.SetRange(ref resolved._multirange, type, TypeKind.Multirange, "anymultirange", "a multirange");
                    break;
                case TypeOid.AnyCompatibleRange:
                    anyCompatible = true;
                    if (!isUnknown)
                        resolved.SetRange(ref resolved._compatibleRange, type, TypeKind.Range, "anycompatiblerange", "a range");
                    break;
                case TypeOid.AnyCompatibleMultirange:
                    anyCompatible = true;
                    if (!isUnknown)
                        resolved.SetRange(ref resolved._compatibleMultirange, type, TypeKind.Multirange, "anycompatiblemultirange", "a multirange");
                    break;
                case TypeOid.AnyCompatible or TypeOid.AnyCompatibleNonArray:
                    anyCompatible = true;
                    compatible.Add(coercion.Type(actual[i]));
                    break;
                case TypeOid.AnyCompatibleArray:
                    anyCompatible = true;
                    if (isUnknown)
                        break;
                    if (type.ElementType is { } compatibleElement && type.IsArray)
                        compatible.Add(compatibleElement);
                    else
                        resolved.Fail($"argument declared anycompatiblearray is not an array but type {TypeNames.Format(type)}");
                    break;
            }
        }

        resolved.RelateRanges();
        if (anyCompatible && resolved._problem is null)
        {
            if (resolved.RelateCompatibleRanges() is { } bound)
                compatible.Add(bound);
            resolved._compatible = compatible.Count == 0
                ? SqlType.Text
                : coercion.FindCommonType([.. compatible], out _, out _);
            if (resolved._compatible is null)
                resolved.Fail("arguments of anycompatible family cannot be cast to a common type");
            else if (resolved._compatibleRange is { Range: { } range } && range.Subtype.Oid != resolved._compatible.Oid)
                resolved.Fail($"anycompatiblerange type {TypeNames.Format(resolved._compatibleRange)} does not match anycompatible type {TypeNames.Format(resolved._compatible)}");
        }

        if (anySimple && resolved._problem is null && resolved._element is null && resolved._array is null)
            resolved.Unresolved = true;
        return resolved;
    }

    private void SetRange(ref SqlType? slot, SqlType type, TypeKind kind, string declared, string noun)
    {
        if (type.Kind != kind)
            Fail($"argument declared {declared} is not {noun} type but type {TypeNames.Format(type)}");
        slot ??= type;
        if (slot.Oid != type.Oid)
            Fail($"arguments declared \"{declared}\" are not all alike");
    }

    /// <summary>Range, multirange and element follow from each other, and must agree.</summary>
    private void RelateRanges()
    {
        if (_problem is not null || (_range ?? _multirange)?.Range is not { } range)
            return;
        if (_range is not null && _multirange is not null && range.MultirangeOid != _multirange.Oid)
        {
            Fail("argument declared anymultirange is not consistent with argument declared anyrange", $"{TypeNames.Format(_multirange)} versus {TypeNames.Format(_range)}");
            return;
        }

        string declared = _range is null ? "anymultirange" : "anyrange";
        SqlType given = (_range ?? _multirange)!;
        _range ??= _coercion.Find(range.RangeOid);
        _multirange ??= _coercion.Find(range.MultirangeOid);
        if (_element is null)
            _element = range.Subtype;
        else if (_element.Oid != range.Subtype.Oid)
            Fail($"argument declared {declared} is not consistent with argument declared anyelement", $"{TypeNames.Format(given)} versus {TypeNames.Format(_element)}");
    }

    /// <summary>The bound type that an anycompatible range or multirange brings in; null without one.</summary>
    private SqlType? RelateCompatibleRanges()
    {
        if ((_compatibleRange ?? _compatibleMultirange)?.Range is not { } range)
            return null;
        if (_compatibleRange is not null && _compatibleMultirange is not null && range.MultirangeOid != _compatibleMultirange.Oid)
        {
            Fail(
                "argument declared anycompatiblemultirange is not consistent with argument declared anycompatiblerange",
                $"{TypeNames.Format(_compatibleMultirange)} versus {TypeNames.Format(_compatibleRange)}");
        }

        _compatibleRange ??= _coercion.Find(range.RangeOid);
        _compatibleMultirange ??= _coercion.Find(range.MultirangeOid);
        return range.Subtype;
    }

    /// <summary>True when every argument of the anyelement family is of unknown type.</summary>
    public bool Unresolved { get; private set; }

    private void SetElement(SqlType type)
    {
        if (_element is null)
            _element = type;
        else if (_element.Oid != type.Oid)
            Fail("arguments declared \"anyelement\" are not all alike");
    }

    /// <summary>More about <see cref="Problem"/>, or null.</summary>
    public string? Detail { get; private set; }

    private void Fail(string problem, string? detail = null)
    {
        if (_problem is not null)
            return;
        _problem = problem;
        Detail = detail;
    }

    /// <summary>The actual type behind a declared one; the type itself when it is not polymorphic.</summary>
    public SqlType Actual(uint declared)
    {
        SqlType? actual = declared switch
        {
            TypeOid.AnyElement or TypeOid.AnyNonArray or TypeOid.AnyEnum => _element,
            TypeOid.AnyArray => _array ?? (_element is null ? null : _coercion.ArrayOf(_element)),
            TypeOid.AnyRange => _range,
            TypeOid.AnyMultirange => _multirange,
            TypeOid.AnyCompatibleRange => _compatibleRange,
            TypeOid.AnyCompatibleMultirange => _compatibleMultirange,
            TypeOid.AnyCompatible or TypeOid.AnyCompatibleNonArray => _compatible,
            TypeOid.AnyCompatibleArray => _compatible is null ? null : _coercion.ArrayOf(_compatible),
            _ => _coercion.Type(declared),
        };
        if (actual is null && (declared == TypeOid.AnyArray ? _element : declared == TypeOid.AnyCompatibleArray ? _compatible : null) is { } element)
            throw new SqlException(SqlState.UndefinedObject, $"could not find array type for data type {TypeNames.Format(element)}");
        return actual ?? throw new SqlException(
            SqlState.DatatypeMismatch,
            declared is TypeOid.AnyRange or TypeOid.AnyMultirange or TypeOid.AnyCompatibleRange or TypeOid.AnyCompatibleMultirange
                ? $"could not determine polymorphic type {_coercion.Type(declared).Name} because input has type unknown"
                : "could not determine polymorphic type because input has type unknown");
    }
}
