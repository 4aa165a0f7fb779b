using System.Globalization;
using System.Runtime.CompilerServices;

namespace Strata.Platform;

/// <summary>An <see cref="IObjectStore"/> in memory, for tests and simulation. Every put is durable at once.</summary>
public sealed class MemoryObjectStore : IObjectStore
{
    private readonly SortedDictionary<string, ObjectData> _objects = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>A copy of what the store holds now.</summary>
    public IReadOnlyDictionary<string, byte[]> Snapshot()
    {
        lock (_objects)
            return _objects.ToDictionary(pair => pair.Key, pair => pair.Value.Bytes, StringComparer.Ordinal);
    }

    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> bytes, PutCondition condition = default, CancellationToken cancellation = default)
    {
        ObjectKeys.Validate(key);
        lock (_objects)
        {
            _objects.TryGetValue(key, out ObjectData? existing);
            if ((condition.IfAbsent && existing is not null) || (condition.IfMatch is { } etag && existing?.ETag != etag))
                throw new ObjectStoreException(ObjectStoreErrorKind.ConditionFailed, $"condition on \"{key}\" does not hold");
            string created = (++_version).ToString(CultureInfo.InvariantCulture);
            _objects[key] = new ObjectData(bytes.ToArray(), created);
            return new(created);
        }
    }

    public async ValueTask<string> PutLargeAsync(string key, Stream source, CancellationToken cancellation = default)
    {
        using MemoryStream copy = new();
        await source.CopyToAsync(copy, cancellation);
        return await PutAsync(key, copy.GetBuffer().AsMemory(0, (int)copy.Length), default, cancellation);
    }

    public ValueTask<ObjectData?> GetAsync(string key, CancellationToken cancellation = default)
    {
        ObjectKeys.Validate(key);
        lock (_objects)
            return new(_objects.TryGetValue(key, out ObjectData? found) ? found with { Bytes = [.. found.Bytes] } : null);
    }

    public ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        ObjectKeys.Validate(key);
        lock (_objects)
        {
            if (!_objects.TryGetValue(key, out ObjectData? found))
                throw new ObjectStoreException(ObjectStoreErrorKind.NotFound, $"no object \"{key}\"");
            int count = (int)Math.Clamp(found.Bytes.Length - offset, 0, destination.Length);
            found.Bytes.AsSpan((int)Math.Min(offset, found.Bytes.Length), count).CopyTo(destination.Span);
            return new(count);
        }
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ObjectInfo[] found;
        lock (_objects)
        {
            found = [.. _objects.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(pair => new ObjectInfo(pair.Key, pair.Value.Bytes.Length))];
        }
        foreach (ObjectInfo info in found)
            yield return await ValueTask.FromResult(info);
    }

    public ValueTask DeleteAsync(string key, CancellationToken cancellation = default)
    {
        ObjectKeys.Validate(key);
        lock (_objects)
            _objects.Remove(key);
        return default;
    }
}
