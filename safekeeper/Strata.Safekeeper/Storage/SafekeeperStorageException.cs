namespace Strata.Safekeeper.Storage;

/// <summary>Stored bytes are not what was written: bad magic, checksum, version or owner. Serving goes on without what is damaged.</summary>
public sealed class SafekeeperStorageException(string message) : Exception(message);
