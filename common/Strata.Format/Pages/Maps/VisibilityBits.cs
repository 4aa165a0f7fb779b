namespace Strata.Format.Pages.Maps;

/// <summary>What the visibility map says of a heap page; 2 bits.</summary>
[Flags]
public enum VisibilityBits : byte
{
    None = 0,

    /// <summary>Every row is visible to every snapshot: index-only scans need not look.</summary>
    AllVisible = 1,

    /// <summary>Kept in the compressed column form as well; implies <see cref="AllVisible"/>.</summary>
    HasColumns = 2,
}
