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
                    if (isUnknown)
                        break;
                    if (type.Kind != TypeKind.Range)
                        resolved.Fail($"argument declared anyrange is not a range type but type {TypeNames.Format(type)}");
                    resolved._range = type;
                    break;
                case TypeOid.AnyMultirange or TypeOid.AnyCompatibleMultirange:
                    anySimple = true;
                    if (!isUnknown && type.Kind != TypeKind.Multirange)
                        resolved.Fail($"argument declared anymultirange is not a multirange type but type {TypeNames.Format(type)}");
                    break;
                case TypeOid.AnyCompatibleRange:
                    anyCompatible = true;
                    if (!isUnknown && type.Kind != TypeKind.Range)
                        resolved.Fail($"argument declared anycompatiblerange is not a range type but type {TypeNames.Format(type)}");
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

        if (anyCompatible && resolved._problem is null)
        {
            resolved._compatible = compatible.Count == 0
                ? SqlType.Text
                : coercion.FindCommonType([.. compatible], out _, out _);
            if (resolved._compatible is null)
                resolved.Fail("arguments of anycompatible family cannot be cast to a common type");
        }

        if (anySimple && resolved._problem is null && resolved._element is null && resolved._range is null && resolved._array is null)
            resolved.Unresolved = true;
        return resolved;
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

    private void Fail(string problem) => _problem ??= problem;

    /// <summary>The actual type behind a declared one; the type itself when it is not polymorphic.</summary>
    public SqlType Actual(uint declared)
    {
        SqlType? actual = declared switch
        {
            TypeOid.AnyElement or TypeOid.AnyNonArray or TypeOid.AnyEnum => _element,
            TypeOid.AnyArray => _array ?? (_element is null ? null : _coercion.ArrayOf(_element)),
            TypeOid.AnyRange => _range,
            TypeOid.AnyCompatible or TypeOid.AnyCompatibleNonArray => _compatible,
            TypeOid.AnyCompatibleArray => _compatible is null ? null : _coercion.ArrayOf(_compatible),
            _ => _coercion.Type(declared),
        };
        return actual ?? throw new SqlException(
            SqlState.DatatypeMismatch, "could not determine polymorphic type because input has type unknown");
    }
}
