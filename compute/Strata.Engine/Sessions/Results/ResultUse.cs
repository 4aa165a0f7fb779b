using Strata.Engine.Sessions.Plans;
using Strata.Engine.Transactions;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Results;

/// <summary>One execution of a query whose result may be kept: what was kept of an earlier one, or the rows as they come. For its session's thread.</summary>
/// <param name="plan">The plan that the key names.</param>
/// <param name="key">What the result is found by.</param>
/// <param name="snapshot">The execution's.</param>
/// <param name="kept">What an earlier execution gave, or null.</param>
/// <param name="bytesMax">Beyond it a result is not kept.</param>
internal sealed class ResultUse(CachedPlan plan, byte[] key, Snapshot snapshot, KeptResult? kept, int bytesMax)
{
    private readonly ByteBuffer _messages = new(kept is null ? 256 : 0);
    private bool _isTooLarge;

    public CachedPlan Plan { get; } = plan;

    public byte[] Key { get; } = key;

    public Snapshot Snapshot { get; } = snapshot;

    /// <summary>The rows, without running the query.</summary>
    public KeptResult? Kept { get; } = kept;

    /// <summary>Adds messages that went to the client.</summary>
    public void Add(ReadOnlySpan<byte> messages)
    {
        _isTooLarge |= _messages.Length + (long)messages.Length > bytesMax;
        if (_isTooLarge)
            _messages.Clear();
        else
            _messages.Write(messages);
    }

    /// <summary>All messages, or null when they are too many.</summary>
    public byte[]? Messages => _isTooLarge ? null : _messages.ToArray();
}
