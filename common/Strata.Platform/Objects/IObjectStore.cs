namespace Strata.Platform;

/// <summary>What an object must be like for a put to happen.</summary>
public readonly record struct PutCondition
{
    /// <summary>Only if no object of that name exists.</summary>
    public bool IfAbsent { get; private init; }

    /// <summary>Only if the object's ETag is this one; null for no such condition.</summary>
    public string? IfMatch { get; private init; }

    public static PutCondition None => default;
    public static PutCondition Absent => new() { IfAbsent = true };
    public static PutCondition Match(string etag) => new() { IfMatch = etag };
}

/// <summary>Name and size of an object.</summary>
public sealed record ObjectInfo(string Key, long SizeBytes);

/// <summary>An object's bytes with the version that they belong to.</summary>
public sealed record ObjectData(byte[] Bytes, string ETag);

/// <summary>What went wrong, as far as a caller can act on it.</summary>
public enum ObjectStoreErrorKind
{
    /// <summary>No object of that name.</summary>
    NotFound,

    /// <summary>A put's condition did not hold; nothing was written.</summary>
    ConditionFailed,

    /// <summary>Worth trying again later: the put may or may not have happened.</summary>
    Unavailable,

    /// <summary>The store refuses: read-only, credentials, full. Trying again does not help until an operator acts.</summary>
    Refused,
}

/// <summary>The one exception of object stores.</summary>
public sealed class ObjectStoreException(ObjectStoreErrorKind kind, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public ObjectStoreErrorKind Kind { get; } = kind;
}

/// <summary>
/// Immutable-by-convention objects under string keys ('/' separated, ASCII letters, digits and <c>-_./=</c>). A put is atomic and durable when
/// its task completes; a reader sees the old object or the new one. The in-memory and local implementations complete
/// synchronously. Thread-safe. Errors are <see cref="ObjectStoreException"/>.
/// </summary>
public interface IObjectStore
{
    /// <summary>Stores an object; returns its new ETag. <see cref="ObjectStoreErrorKind.ConditionFailed"/> when the condition does not hold.</summary>
    ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> bytes, PutCondition condition = default, CancellationToken cancellation = default);

    /// <summary>Streams a large object (multipart where the store has it) from <paramref name="source"/>, read to its end.</summary>
    ValueTask<string> PutLargeAsync(string key, Stream source, CancellationToken cancellation = default);

    /// <summary>A whole object, or null when absent.</summary>
    ValueTask<ObjectData?> GetAsync(string key, CancellationToken cancellation = default);

    /// <summary>Reads bytes [offset, offset + destination.Length); returns the bytes read, fewer only at the object's end.</summary>
    ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellation = default);

    /// <summary>All objects whose key begins with the prefix, in ordinal order of their keys.</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellation = default);

    /// <summary>Removes an object; no error when it is absent.</summary>
    ValueTask DeleteAsync(string key, CancellationToken cancellation = default);
}
