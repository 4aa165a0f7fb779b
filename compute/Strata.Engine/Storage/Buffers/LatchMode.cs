namespace Strata.Engine.Storage.Buffers;

/// <summary>How a page is latched: many readers, or one who changes it. Latches are held for microseconds, never across I/O or a wait for a lock.</summary>
public enum LatchMode
{
    Shared,
    Exclusive,
}
