namespace Strata.Engine.Execution;

/// <summary>How far a morsel is.</summary>
internal enum MorselState : byte
{
    /// <summary>Nobody has taken it.</summary>
    Free,

    /// <summary>A thread is at it.</summary>
    Taken,

    /// <summary>Its rows wait in a store, or the thread failed.</summary>
    Done,
}
