using System.Runtime.CompilerServices;

namespace Strata.Platform;

/// <summary>What a plan does to one call of an object store.</summary>
public enum ObjectFault
{
    None,

    /// <summary>The call fails and had no effect.</summary>
    FailBefore,

    /// <summary>The call takes effect, then fails: the caller can't know.</summary>
    FailAfter,

    /// <summary>The store refuses writes.</summary>
    Refuse,
}

/// <summary>An <see cref="IObjectStore"/> whose calls fail as a plan says. The plan gets the call's name (put, get, read, list, delete) and the key.</summary>
public sealed class FaultyObjectStore(IObjectStore inner, Func<string, string, ObjectFault> plan) : IObjectStore
{
    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> bytes, PutCondition condition = default, CancellationToken cancellation = default) =>
        RunAsync("put", key, () => inner.PutAsync(key, bytes, condition, cancellation));

    public ValueTask<string> PutLargeAsync(string key, Stream source, CancellationToken cancellation = default) =>
        RunAsync("put", key, () => inner.PutLargeAsync(key, source, cancellation));

    public ValueTask<ObjectData?> GetAsync(string key, CancellationToken cancellation = default) =>
        RunAsync("get", key, () => inner.GetAsync(key, cancellation));

    public ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellation = default) =>
        RunAsync("read", key, () => inner.ReadAsync(key, offset, destination, cancellation));

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ThrowIf(plan("list", prefix) != ObjectFault.None, "list", prefix);
        await foreach (ObjectInfo info in inner.ListAsync(prefix, cancellation))
            yield return info;
    }

    public async ValueTask DeleteAsync(string key, CancellationToken cancellation = default) =>
        await RunAsync("delete", key, async () =>
        {
            await inner.DeleteAsync(key, cancellation);
            return true;
        });

    private async ValueTask<T> RunAsync<T>(string call, string key, Func<ValueTask<T>> body)
    {
        ObjectFault fault = plan(call, key);
        if (fault == ObjectFault.Refuse)
            throw new ObjectStoreException(ObjectStoreErrorKind.Refused, $"injected refusal of {call} \"{key}\"");
        ThrowIf(fault == ObjectFault.FailBefore, call, key);
        T result = await body();
        ThrowIf(fault == ObjectFault.FailAfter, call, key);
        return result;
    }

    private static void ThrowIf(bool fails, string call, string key)
    {
        if (fails)
            throw new ObjectStoreException(ObjectStoreErrorKind.Unavailable, $"injected failure of {call} \"{key}\"");
    }
}
