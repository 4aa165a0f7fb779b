using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>
/// The key under which layers keep commit times. No page has it: its fork number is none that a record can name.
/// </summary>
internal static class CommitTimeKey
{
    public static readonly PageKey Value = new(0, SystemStorage.TimeIndex, (Fork)200, 0);
}
