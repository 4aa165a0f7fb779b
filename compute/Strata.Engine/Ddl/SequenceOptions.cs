using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Options of CREATE and ALTER SEQUENCE as a definition, with PostgreSQL's defaults, checks and messages.</summary>
internal static class SequenceOptions
{
    /// <summary>The definition of a new sequence; <paramref name="type"/> is the column's for serial and identity, else null.</summary>
    public static SequenceInfo Create(DdlContext context, SyntaxList<SequenceOption> options, SqlType? type = null) =>
        Apply(context, options, null, (type ?? AsType(context, options) ?? SqlType.Int8).Oid);

    /// <summary>A definition changed by ALTER SEQUENCE.</summary>
    public static SequenceInfo Alter(DdlContext context, SequenceInfo sequence, SyntaxList<SequenceOption> options) =>
        Apply(context, options, sequence, AsType(context, options)?.Oid ?? sequence.TypeOid);

    private static SqlType? AsType(DdlContext context, SyntaxList<SequenceOption> options)
    {
        foreach (SequenceOption option in options)
            if (option.Kind == SequenceOptionKind.As)
                return context.ResolveType((TypeName)option.Value!);
        return null;
    }

    private static SequenceInfo Apply(DdlContext context, SyntaxList<SequenceOption> options, SequenceInfo? before, uint typeOid)
    {
        (long lowest, long highest) = typeOid switch
        {
            TypeOid.Int2 => (short.MinValue, short.MaxValue),
            TypeOid.Int4 => (int.MinValue, int.MaxValue),
            TypeOid.Int8 => (long.MinValue, long.MaxValue),
            _ => throw new SqlException(SqlState.InvalidParameterValue, "sequence type must be smallint, integer, or bigint"),
        };
        CheckRepeated(context, options);
        long increment = Number(options, SequenceOptionKind.Increment) ?? before?.Increment ?? 1;
        if (increment == 0)
            throw new SqlException(SqlState.InvalidParameterValue, "INCREMENT must not be zero");
        bool resetMaximum = before is null || Has(options, SequenceOptionKind.NoMaxValue) || (typeOid != before.TypeOid && before.Maximum == TypeMaximum(before.TypeOid));
        bool resetMinimum = before is null || Has(options, SequenceOptionKind.NoMinValue) || (typeOid != before.TypeOid && before.Minimum == TypeMinimum(before.TypeOid));
        long maximum = Number(options, SequenceOptionKind.MaxValue) ?? (resetMaximum ? (increment > 0 ? highest : -1) : before!.Maximum);
        long minimum = Number(options, SequenceOptionKind.MinValue) ?? (resetMinimum ? (increment > 0 ? 1 : lowest) : before!.Minimum);
        if (maximum < lowest || maximum > highest)
            throw new SqlException(SqlState.InvalidParameterValue, $"MAXVALUE ({maximum}) is out of range for sequence data type {TypeNames.Format(BuiltinTypes.Get(typeOid))}");
        if (minimum < lowest || minimum > highest)
            throw new SqlException(SqlState.InvalidParameterValue, $"MINVALUE ({minimum}) is out of range for sequence data type {TypeNames.Format(BuiltinTypes.Get(typeOid))}");
        if (minimum >= maximum)
            throw new SqlException(SqlState.InvalidParameterValue, $"MINVALUE ({minimum}) must be less than MAXVALUE ({maximum})");
        long start = Number(options, SequenceOptionKind.Start) ?? before?.Start ?? (increment > 0 ? minimum : maximum);
        if (start < minimum)
            throw new SqlException(SqlState.InvalidParameterValue, $"START value ({start}) cannot be less than MINVALUE ({minimum})");
        if (start > maximum)
            throw new SqlException(SqlState.InvalidParameterValue, $"START value ({start}) cannot be greater than MAXVALUE ({maximum})");
        long cache = Number(options, SequenceOptionKind.Cache) ?? before?.Cache ?? 1;
        if (cache <= 0)
            throw new SqlException(SqlState.InvalidParameterValue, $"CACHE ({cache}) must be greater than zero");
        return new SequenceInfo
        {
            TypeOid = typeOid,
            Start = start,
            Increment = increment,
            Maximum = maximum,
            Minimum = minimum,
            Cache = cache,
            Cycles = Has(options, SequenceOptionKind.Cycle) || (before?.Cycles == true && !Has(options, SequenceOptionKind.NoCycle)),
        };
    }

    private static long TypeMaximum(uint type) => type switch { TypeOid.Int2 => short.MaxValue, TypeOid.Int4 => int.MaxValue, _ => long.MaxValue };

    private static long TypeMinimum(uint type) => type switch { TypeOid.Int2 => short.MinValue, TypeOid.Int4 => int.MinValue, _ => long.MinValue };

    private static void CheckRepeated(DdlContext context, SyntaxList<SequenceOption> options)
    {
        var seen = new HashSet<SequenceOptionKind>();
        foreach (SequenceOption option in options)
            if (!seen.Add(option.Kind))
                throw new SqlException(SqlState.SyntaxError, "conflicting or redundant options") { Position = context.Position(option.Position) };
    }

    /// <summary>The name that SEQUENCE NAME gives an identity's sequence, or null.</summary>
    public static QualifiedName? NameOf(DdlContext context, SyntaxList<SequenceOption> options)
    {
        foreach (SequenceOption option in options)
            if (option is { Kind: SequenceOptionKind.SequenceName, Value: QualifiedName name })
            {
                context.CheckCatalogName(name.Parts.Count > 2 ? name.Parts[0] : null, name.Position);
                return name;
            }

        return null;
    }

    public static bool Has(SyntaxList<SequenceOption> options, SequenceOptionKind kind)
    {
        foreach (SequenceOption option in options)
            if (option.Kind == kind)
                return true;
        return false;
    }

    /// <summary>The number that an option gives, or null when it is absent (or has none).</summary>
    public static long? Number(SyntaxList<SequenceOption> options, SequenceOptionKind kind)
    {
        foreach (SequenceOption option in options)
            if (option.Kind == kind)
                return option.Value switch
                {
                    IntegerLiteral integer => integer.Value,
                    NumericLiteral number when long.TryParse(number.Text, CultureInfo.InvariantCulture, out long value) => value,
                    NumericLiteral number => throw new SqlException(SqlState.InvalidTextRepresentation, $"value \"{number.Text}\" is out of range for type bigint"),
                    _ => null,
                };
        return null;
    }
}
