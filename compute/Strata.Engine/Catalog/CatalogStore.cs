using System.Buffers.Binary;
using System.Collections.Concurrent;
using Strata.Engine.Storage;
using Strata.Engine.Transactions;
using Strata.Format;

namespace Strata.Engine.Catalog;

/// <summary>
/// The committed catalogs of a timeline in memory: what all databases share, loaded at start, and each database, loaded at its first use. Entries become visible with their
/// commit, in LSN order. Thread-safe; readers take no lock.
/// </summary>
internal sealed class CatalogStore
{
    private readonly StorageContext _storage;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<uint, DatabaseImage> _databases = [];
    private readonly ConcurrentDictionary<ulong, CatalogTransaction> _pending = [];
    private SharedImage _shared = new();
    private long _published;
    private ulong _lastVersion;
    private ulong _lastToken;

    public CatalogStore(StorageContext storage)
    {
        _storage = storage;
        storage.Transactions.CommitVisible = Publish;
    }

    public StorageContext Storage => _storage;

    /// <summary>What all databases share, as committed now.</summary>
    public SharedImage Shared => Volatile.Read(ref _shared);

    /// <summary>Reads the shared catalogs. Before anything else, with the transaction manager started.</summary>
    public void LoadShared(CancellationToken cancellation)
    {
        var loader = new CatalogLoader();
        CatalogHeapAccess.Load(_storage, 0, CatalogHeap.Shared, loader, cancellation);
        _shared = BuiltinRoles.AddTo(loader.BuildShared());
    }

    /// <summary>A database as committed now; read from its heaps at the first use.</summary>
    public DatabaseImage Database(uint oid, CancellationToken cancellation)
    {
        if (_databases.TryGetValue(oid, out DatabaseImage? image))
            return image;
        // Read with nothing locked, as commits publish under the lock. One that published meanwhile may not have been seen: read again.
        while (true)
        {
            long published = Volatile.Read(ref _published);
            var loader = new CatalogLoader();
            CatalogHeapAccess.Load(_storage, oid, CatalogHeap.OfDatabase, loader, cancellation);
            image = Builtins(loader.BuildDatabase(oid, NextVersion));
            lock (_gate)
            {
                if (_databases.TryGetValue(oid, out DatabaseImage? other))
                    return other;
                if (published != _published)
                    continue;
                _databases[oid] = image;
                return image;
            }
        }
    }

    /// <summary>The databases that were used since the start, as committed now.</summary>
    public ICollection<DatabaseImage> LoadedDatabases => _databases.Values;

    /// <summary>The committed state of a database.</summary>
    public CatalogView View(uint database, CancellationToken cancellation) => new(Database(database, cancellation), Shared);

    /// <summary>The number of the next version of an entry: higher than all before.</summary>
    public ulong NextVersion() => Interlocked.Increment(ref _lastVersion);

    /// <summary>Notes a transaction that has changes to publish, and gives the token that its commit record will carry.</summary>
    public byte[] Register(CatalogTransaction transaction)
    {
        ulong token = Interlocked.Increment(ref _lastToken);
        _pending[token] = transaction;
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, token);
        return bytes;
    }

    /// <summary>Forgets a transaction that rolled back, or that was published.</summary>
    public void Unregister(ReadOnlySpan<byte> token) => _pending.TryRemove(BinaryPrimitives.ReadUInt64LittleEndian(token), out _);

    /// <summary>Reads a database and the shared catalogs anew: rows of them became visible that this life did not write.</summary>
    public void Reload(uint database, CancellationToken cancellation)
    {
        while (true)
        {
            long published = Volatile.Read(ref _published);
            var loader = new CatalogLoader();
            CatalogHeapAccess.Load(_storage, 0, CatalogHeap.Shared, loader, cancellation);
            SharedImage shared = BuiltinRoles.AddTo(loader.BuildShared());
            lock (_gate)
            {
                // A commit that was published meanwhile may not have been seen.
                if (published != _published)
                    continue;
                Volatile.Write(ref _shared, shared);
                _databases.TryRemove(database, out _);
                return;
            }
        }
    }

    /// <summary>Forgets a dropped database.</summary>
    public void Forget(uint database) => _databases.TryRemove(database, out _);

    // Called in LSN order, before the commit becomes visible. A token may stand more than once in a record.
    private void Publish(Lsn lsn, ReadOnlyMemory<byte> invalidations)
    {
        ReadOnlySpan<byte> rest = invalidations.Span;
        Invariant.Check(rest.Length % sizeof(ulong) == 0);
        for (; !rest.IsEmpty; rest = rest[sizeof(ulong)..])
            if (_pending.TryRemove(BinaryPrimitives.ReadUInt64LittleEndian(rest), out CatalogTransaction? transaction))
                lock (_gate)
                {
                    _published++;
                    if (_databases.TryGetValue(transaction.DatabaseOid, out DatabaseImage? image))
                        _databases[transaction.DatabaseOid] = transaction.ApplyTo(image);
                    Volatile.Write(ref _shared, transaction.ApplyTo(_shared));
                }
    }

    // Built-in schemas are entries like any others; a row in the heap (an ACL, another owner) overrides them.
    private static DatabaseImage Builtins(DatabaseImage image)
    {
        ReadOnlySpan<SchemaInfo> schemas =
        [
            new SchemaInfo { Oid = CatalogOids.CatalogSchema, Name = "pg_catalog", OwnerOid = CatalogOids.BootstrapRole, Acl = UsageByAll(CatalogOids.BootstrapRole) },
            new SchemaInfo { Oid = CatalogOids.ToastSchema, Name = "pg_toast", OwnerOid = CatalogOids.BootstrapRole },
            new SchemaInfo { Oid = CatalogOids.InformationSchema, Name = "information_schema", OwnerOid = CatalogOids.BootstrapRole, Acl = UsageByAll(CatalogOids.BootstrapRole) },
        ];
        foreach (SchemaInfo schema in schemas)
            if (!image.Schemas.ContainsKey(schema.Oid))
                image = image.With(new CatalogChange(null, schema));
        foreach (UserTypeInfo type in InformationSchemaTypes.All)
            if (!image.Types.ContainsKey(type.Oid))
                image = image.With(new CatalogChange(null, type));
        return image;
    }

    private static AccessControlItem[] UsageByAll(uint owner) =>
        [new AccessControlItem(owner, owner, Privileges.AllSchema, Privileges.None), new AccessControlItem(0, owner, Privileges.Usage, Privileges.None)];
}
