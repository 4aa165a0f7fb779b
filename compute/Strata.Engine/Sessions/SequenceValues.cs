namespace Strata.Engine.Sessions;

/// <summary>What a client has taken from sequences, for <c>currval</c> and <c>lastval</c>. For the thread of its session.</summary>
internal sealed class SequenceValues
{
    private readonly Dictionary<uint, long> _current = [];

    /// <summary>The sequence used last; 0 when there was none.</summary>
    public uint Last { get; set; }

    public void Set(uint sequence, long value) => _current[sequence] = value;

    public bool TryGet(uint sequence, out long value) => _current.TryGetValue(sequence, out value);

    /// <summary>DISCARD SEQUENCES.</summary>
    public void Clear()
    {
        _current.Clear();
        Last = 0;
    }
}
