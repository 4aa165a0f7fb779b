using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.BlockSummaries;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Storage options of indexes. <c>pages_per_range</c> is what BRIN goes by; the others are kept and shown.</summary>
internal static class IndexOptions
{
    /// <summary>Options of a new index as <c>name=value</c>; null for none. Throws 22023.</summary>
    public static string[]? Parse(IndexMethod method, SyntaxList<DefinitionElement> options) => StorageOptions.Parse(options, StorageOptions.KindsOf(method));

    /// <summary>Pages of a block range by an index's options.</summary>
    public static int PagesPerRange(string[]? options)
    {
        const string name = "pages_per_range=";
        foreach (string option in options ?? [])
            if (option.StartsWith(name, StringComparison.Ordinal) && int.TryParse(option.AsSpan(name.Length), CultureInfo.InvariantCulture, out int pages))
                return pages;
        return SummaryFormat.PagesDefault;
    }
}
