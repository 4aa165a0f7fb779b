using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Options of operator classes (<c>tsvector_ops (siglen = 100)</c>): checked, kept and shown as PostgreSQL does; what they tune does not exist here.</summary>
internal static class OperatorClassOptions
{
    private sealed record Known(string Name, double Min, double Max, bool IsReal);

    private static readonly Known[] s_signature = [new("siglen", 1, 2024, false)];
    private static readonly Known[] s_bloom = [new("n_distinct_per_range", -1, int.MaxValue, true), new("false_positive_rate", 0.0001, 0.25, true)];
    private static readonly Known[] s_multi = [new("values_per_range", 8, 256, false)];

    /// <summary>Options as <c>name=value</c>; null for none. Throws 22023.</summary>
    public static string[]? Parse(uint classOid, SyntaxList<DefinitionElement> options)
    {
        if (options.IsEmpty)
            return null;
        // Those of extensions that have options are signatures, too.
        string name = OperatorFamilies.Class(classOid)?.Name ?? "";
        Known[] known = name switch
        {
            "" => s_signature,
            "tsvector_ops" when OperatorFamilies.Class(classOid)!.Method == IndexMethod.Gist => s_signature,
            _ when name.EndsWith("_bloom_ops", StringComparison.Ordinal) => s_bloom,
            _ when name.EndsWith("_minmax_multi_ops", StringComparison.Ordinal) => s_multi,
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"operator class {name} has no options"),
        };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (DefinitionElement option in options)
            if (!seen.Add(option.Name))
                throw new SqlException(SqlState.InvalidParameterValue, $"parameter \"{option.Name}\" specified more than once");
        string[] parsed = StorageOptions.Parse(options, Array.ConvertAll(known, static option => option.Name))!;
        foreach (string option in parsed)
            Check(known, option);
        return parsed;
    }

    private static void Check(Known[] known, string option)
    {
        int at = option.IndexOf('=', StringComparison.Ordinal);
        string value = option[(at + 1)..];
        Known wanted = Array.Find(known, candidate => candidate.Name == option[..at])!;
        if (!double.TryParse(value, CultureInfo.InvariantCulture, out double number) || (!wanted.IsReal && number != Math.Truncate(number)))
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for {(wanted.IsReal ? "floating point" : "integer")} option \"{wanted.Name}\": {value}");
        if (number >= wanted.Min && number <= wanted.Max)
            return;
        string format = wanted.IsReal ? "F6" : "F0";
        throw new SqlException(SqlState.InvalidParameterValue, $"value {value} out of bounds for option \"{wanted.Name}\"")
        {
            Detail = $"Valid values are between \"{wanted.Min.ToString(format, CultureInfo.InvariantCulture)}\" and \"{wanted.Max.ToString(format, CultureInfo.InvariantCulture)}\".",
        };
    }
}
