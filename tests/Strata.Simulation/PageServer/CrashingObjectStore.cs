using System.Runtime.CompilerServices;
using Strata.Platform;
using Strata.Simulation.World;

namespace Strata.Simulation.PageServer;

/// <summary>An object store whose client process dies at the n-th call from now: before it takes effect, or after.</summary>
internal sealed class CrashingObjectStore(IObjectStore inner, SimulatedWorld world) : IObjectStore
{
    private int _callsLeft;

    /// <summary>Arms the crash; 0 disarms it.</summary>
    public void CrashWithin(int calls) => _callsLeft = calls;

    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> bytes, PutCondition condition = default, CancellationToken cancellation = default) =>
        RunAsync(() => inner.PutAsync(key, bytes, condition, cancellation));

    public ValueTask<string> PutLargeAsync(string key, Stream source, CancellationToken cancellation = default) =>
        RunAsync(() => inner.PutLargeAsync(key, source, cancellation));

    public ValueTask<ObjectData?> GetAsync(string key, CancellationToken cancellation = default) => RunAsync(() => inner.GetAsync(key, cancellation));

    public ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellation = default) =>
        RunAsync(() => inner.ReadAsync(key, offset, destination, cancellation));

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (ObjectInfo info in inner.ListAsync(prefix, cancellation))
            yield return info;
    }

    public async ValueTask DeleteAsync(string key, CancellationToken cancellation = default) =>
        await RunAsync(async () =>
        {
            await inner.DeleteAsync(key, cancellation);
            return true;
        });

    private async ValueTask<T> RunAsync<T>(Func<ValueTask<T>> call)
    {
        bool dies = _callsLeft > 0 && --_callsLeft == 0;
        if (dies && world.OneIn(2))
            throw new SimulatedCrashException();
        T result = await call();
        return dies ? throw new SimulatedCrashException() : result;
    }
}
