namespace Strata.Engine.Functions.Patterns;

/// <summary>
/// A state of a <see cref="LazyDfa"/>: the threads behind a consumed character, and whether a match ended before it. Whether a match ends
/// at a position is known only with the next character, because assertions look at it.
/// </summary>
internal sealed class DfaState(int[] threads, Sides behind, bool accepts, bool isIdle, int colorCount)
{
    /// <summary>Instructions to go on at, ascending.</summary>
    public readonly int[] Threads = threads;

    /// <summary>The character just consumed.</summary>
    public readonly Sides Behind = behind;

    /// <summary>A match ends before the character just consumed.</summary>
    public readonly bool Accepts = accepts;

    public readonly bool IsDead = threads.Length == 0;

    /// <summary>No thread has consumed anything.</summary>
    public readonly bool IsIdle = isIdle;

    /// <summary>Successors by color where no look-around is true.</summary>
    public readonly DfaState?[] Next = new DfaState?[colorCount + 1];

    /// <summary>Successors by color and the look-arounds that are true.</summary>
    public Dictionary<(int Color, ulong Looks), DfaState>? NextByLooks;
}
