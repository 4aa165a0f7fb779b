using Strata.Engine.Vectors;

namespace Strata.Engine.Planning;

/// <summary>Draws one of several candidates that come one by one, each equally likely; the same seed draws the same. For one thread.</summary>
internal sealed class OrderLottery(int seed)
{
    private ulong _state = VectorHash.Int64((ulong)seed);
    private ulong _seen;

    /// <summary>Begins a new draw.</summary>
    public void Begin() => _seen = 1;

    /// <summary>Whether the next candidate takes the place of the one drawn so far (the first has it without being asked).</summary>
    public bool Draw()
    {
        _state = VectorHash.Int64(_state + 0x9E3779B97F4A7C15);
        return (_state >> 11) % ++_seen == 0;
    }
}
