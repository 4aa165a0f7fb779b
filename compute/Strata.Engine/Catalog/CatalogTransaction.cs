using System.Collections.Immutable;
using Strata.Engine.Transactions;

namespace Strata.Engine.Catalog;

/// <summary>
/// What one transaction changes in the catalogs: rows in the heaps, written at once, and a private overlay of the images through which its own statements look. Rolling back to a savepoint takes back the
/// overlay's part; the heap's part is undone by the sub-transaction's id. Belongs to a session's thread; <see cref="ApplyTo(DatabaseImage)"/> is called at commit from another, when the session waits.
/// </summary>
internal sealed class CatalogTransaction(CatalogStore store, Transaction transaction, uint databaseOid)
{
    private readonly List<CatalogChange> _changes = [];
    private readonly List<(CatalogRowKey Key, ulong? RowId)> _rowIds = [];
    private readonly List<(int Changes, int RowIds)> _savepoints = [];
    private readonly List<CatalogRow> _before = [];
    private readonly List<CatalogRow> _after = [];
    private byte[]? _token;
    private DatabaseImage? _base;
    private SharedImage? _sharedBase;
    private CatalogView? _view;
    // How much of the lists below the view has: a script of thousands of definitions in one transaction must not start from its first one at each.
    private (int Changes, int RowIds) _viewed;

    public uint DatabaseOid => databaseOid;

    public bool HasChanges => _changes.Count > 0;

    /// <summary>Whether a relation, a type, a function or another object of a schema was changed.</summary>
    public bool Touches(uint schemaOid) => _changes.Exists(change => SchemaOf(change.After ?? change.Before) == schemaOid);

    private static uint SchemaOf(object? entry) => entry switch
    {
        RelationInfo relation => relation.SchemaOid,
        RoutineInfo routine => routine.SchemaOid,
        UserTypeInfo type => type.SchemaOid,
        CatalogObject other => other.SchemaOid,
        _ => 0,
    };

    /// <summary>How many changes were made so far: a place for <see cref="CreatedSince"/>.</summary>
    public int ChangeCount => _changes.Count;

    /// <summary>The entries that were created after a number of changes, as they are now.</summary>
    public IEnumerable<object> CreatedSince(int changeCount)
    {
        for (int i = changeCount; i < _changes.Count; i++)
            if (_changes[i] is { Before: null, After: { } made })
                yield return made;
    }

    /// <summary>The catalog as this transaction sees it now: the newest committed state with its own changes on top.</summary>
    public CatalogView View(CancellationToken cancellation)
    {
        DatabaseImage database = store.Database(databaseOid, cancellation);
        SharedImage shared = store.Shared;
        if (_view is null || !ReferenceEquals(database, _base) || !ReferenceEquals(shared, _sharedBase))
        {
            _base = database;
            _sharedBase = shared;
            _view = new CatalogView(ApplyTo(database), ApplyTo(shared));
        }
        else if (_viewed.Changes < _changes.Count)
        {
            _view = new CatalogView(Apply(_view.Image, _viewed), Apply(_view.Shared, _viewed));
        }

        _viewed = (_changes.Count, _rowIds.Count);
        return _view;
    }

    /// <summary>Creates an object.</summary>
    public void Create(object entry, CancellationToken cancellation) => Change(new CatalogChange(null, entry), cancellation);

    /// <summary>Drops an object.</summary>
    public void Drop(object entry, CancellationToken cancellation) => Change(new CatalogChange(entry, null), cancellation);

    /// <summary>Replaces an object by another state of it.</summary>
    public void Replace(object before, object after, CancellationToken cancellation) => Change(new CatalogChange(before, after), cancellation);

    private void Change(CatalogChange change, CancellationToken cancellation)
    {
        CatalogView view = View(cancellation);
        if (change.After is RelationInfo relation)
            change = change with { After = relation with { Version = store.NextVersion() } };
        else if (change.After is RoutineInfo routine)
            change = change with { After = routine with { Version = store.NextVersion() } };
        WriteRows(change, view, cancellation);
        _changes.Add(change);
        // What the next change replaces may be what this one wrote.
        transaction.AdvanceCommand();
        transaction.AddInvalidation(_token ??= store.Register(this));
    }

    // Rows are compared one by one, so that a change writes what it changes and nothing else.
    private void WriteRows(in CatalogChange change, CatalogView view, CancellationToken cancellation)
    {
        _before.Clear();
        _after.Clear();
        CatalogRows.Append(change.Before, _before);
        CatalogRows.Append(change.After, _after);
        var old = new Dictionary<CatalogRowKey, CatalogValue[]>(_before.Count);
        foreach (CatalogRow row in _before)
            old.Add(row.Key, row.Values);
        uint database = change.IsShared ? 0 : databaseOid;
        foreach (CatalogRow row in _after)
        {
            CatalogHeap heap = CatalogHeap.Of(row.Key.Catalog);
            // Built-in objects have rows only once they were changed.
            if (!old.Remove(row.Key, out CatalogValue[]? before) || (!view.HasRow(row.Key) && !CatalogRows.AreEqual(before, row.Values)))
                Place(row.Key, CatalogHeapAccess.Insert(store.Storage, transaction, database, heap, row.Values, cancellation));
            else if (!CatalogRows.AreEqual(before, row.Values))
                Place(row.Key, CatalogHeapAccess.Update(store.Storage, transaction, database, heap, PlaceOf(row.Key, view), row.Values, cancellation));
        }

        foreach (CatalogRowKey key in old.Keys)
        {
            CatalogHeapAccess.Delete(store.Storage, transaction, database, CatalogHeap.Of(key.Catalog), PlaceOf(key, view), cancellation);
            _rowIds.Add((key, null));
        }
    }

    private void Place(in CatalogRowKey key, ulong rowId) => _rowIds.Add((key, rowId));

    // The view has all rows but those of the change at hand, none of which is asked for twice.
    private static ulong PlaceOf(in CatalogRowKey key, CatalogView view) => CatalogHeap.Of(key.Catalog).IsShared ? view.Shared.RowIds[key] : view.Image.RowIds[key];

    /// <summary>A savepoint was set.</summary>
    public void DefineSavepoint() => _savepoints.Add((_changes.Count, _rowIds.Count));

    /// <summary>Savepoints from <paramref name="depth"/> on (from 0) were released: their changes stay.</summary>
    public void ReleaseSavepoints(int depth) => _savepoints.RemoveRange(depth, _savepoints.Count - depth);

    /// <summary>Everything since the savepoint at <paramref name="depth"/> (from 0) was rolled back; that savepoint stays.</summary>
    public void RollbackToSavepoint(int depth)
    {
        (int changes, int rowIds) = _savepoints[depth];
        _changes.RemoveRange(changes, _changes.Count - changes);
        _rowIds.RemoveRange(rowIds, _rowIds.Count - rowIds);
        _savepoints.RemoveRange(depth + 1, _savepoints.Count - depth - 1);
        _view = null;
    }

    /// <summary>The transaction is over and rolled back.</summary>
    public void Abandon()
    {
        if (_token is not null)
            store.Unregister(_token);
    }

    /// <summary>A state of the database with this transaction's changes.</summary>
    public DatabaseImage ApplyTo(DatabaseImage image) => Apply(image, default);

    /// <summary>A state of what databases share with this transaction's changes.</summary>
    public SharedImage ApplyTo(SharedImage image) => Apply(image, default);

    private DatabaseImage Apply(DatabaseImage image, (int Changes, int RowIds) from)
    {
        if (from.Changes == _changes.Count)
            return image;
        for (int i = from.Changes; i < _changes.Count; i++)
            if (!_changes[i].IsShared)
                image = image.With(_changes[i]);
        return image with { RowIds = ApplyRowIds(image.RowIds, from.RowIds, shared: false) };
    }

    private SharedImage Apply(SharedImage image, (int Changes, int RowIds) from)
    {
        bool changed = false;
        for (int i = from.Changes; i < _changes.Count; i++)
            if (_changes[i].IsShared)
            {
                image = image.With(_changes[i]);
                changed = true;
            }

        return changed ? image with { RowIds = ApplyRowIds(image.RowIds, from.RowIds, shared: true) } : image;
    }

    private ImmutableDictionary<CatalogRowKey, ulong> ApplyRowIds(ImmutableDictionary<CatalogRowKey, ulong> rowIds, int from, bool shared)
    {
        ImmutableDictionary<CatalogRowKey, ulong>.Builder builder = rowIds.ToBuilder();
        for (int i = from; i < _rowIds.Count; i++)
        {
            (CatalogRowKey key, ulong? rowId) = _rowIds[i];
            if (CatalogHeap.Of(key.Catalog).IsShared != shared)
                continue;
            if (rowId is { } place)
                builder[key] = place;
            else
                builder.Remove(key);
        }

        return builder.ToImmutable();
    }
}
