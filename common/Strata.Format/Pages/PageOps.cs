namespace Strata.Format.Pages;

/// <summary>Constants of every page.</summary>
public static class PageFormat
{
    /// <summary>Size of every page in bytes.</summary>
    public const int PageSizeBytes = 8192;
}
