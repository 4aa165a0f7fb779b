using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.BlockSummaries;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Storage options of indexes. <c>pages_per_range</c> is what BRIN goes by; the others are kept and shown.</summary>
internal static class IndexOptions
{
    private const int FillFactorMin = 10;
    private const int FillFactorMax = 100;
    private const int PendingListKilobytesMin = 64;

    private static readonly Dictionary<IndexMethod, string[]> s_known = new()
    {
        [IndexMethod.BTree] = ["fillfactor", "deduplicate_items", "vacuum_cleanup_index_scale_factor"],
        [IndexMethod.Hash] = ["fillfactor"],
        [IndexMethod.Gin] = ["fastupdate", "gin_pending_list_limit"],
        [IndexMethod.Gist] = ["fillfactor", "buffering"],
        [IndexMethod.SpGist] = ["fillfactor"],
        [IndexMethod.Brin] = ["pages_per_range", "autosummarize"],
    };

    /// <summary>Options of a new index as <c>name=value</c>; null for none. Throws 22023.</summary>
    public static string[]? Parse(IndexMethod method, SyntaxList<DefinitionElement> options)
    {
        string[]? parsed = StorageOptions.Parse(options, s_known[method]);
        foreach (string option in parsed ?? [])
            Check(option);
        return parsed;
    }

    /// <summary>Pages of a block range by an index's options.</summary>
    public static int PagesPerRange(string[]? options)
    {
        const string name = "pages_per_range=";
        foreach (string option in options ?? [])
            if (option.StartsWith(name, StringComparison.Ordinal) && int.TryParse(option.AsSpan(name.Length), CultureInfo.InvariantCulture, out int pages))
                return pages;
        return SummaryFormat.PagesDefault;
    }

    private static void Check(string option)
    {
        int at = option.IndexOf('=', StringComparison.Ordinal);
        string name = option[..at], value = option[(at + 1)..];
        switch (name)
        {
            case "fillfactor":
                CheckNumber(name, value, FillFactorMin, FillFactorMax);
                break;
            case "pages_per_range":
                CheckNumber(name, value, 1, SummaryFormat.PagesMax);
                break;
            case "gin_pending_list_limit":
                CheckNumber(name, value, PendingListKilobytesMin, int.MaxValue / 1024);
                break;
            case "fastupdate" or "autosummarize" or "deduplicate_items" when !IsBoolean(value):
                throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for boolean option \"{name}\": {value}");
            case "buffering" when value is not ("on" or "off" or "auto"):
                throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for enum option \"{name}\": {value}")
                {
                    Detail = "Valid values are \"on\", \"off\", and \"auto\".",
                };
        }
    }

    private static bool IsBoolean(string value) => value.ToLowerInvariant() is "true" or "false" or "on" or "off" or "yes" or "no" or "1" or "0" or "t" or "f" or "y" or "n";

    private static void CheckNumber(string name, string value, int min, int max)
    {
        if (!long.TryParse(value, CultureInfo.InvariantCulture, out long number))
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for integer option \"{name}\": {value}");
        if (number < min || number > max)
        {
            throw new SqlException(SqlState.InvalidParameterValue, string.Create(CultureInfo.InvariantCulture, $"value {number} out of bounds for option \"{name}\""))
            {
                Detail = string.Create(CultureInfo.InvariantCulture, $"Valid values are between \"{min}\" and \"{max}\"."),
            };
        }
    }
}
