using Strata.Engine.Catalog;
using Strata.Engine.Ddl;
using Strata.Engine.Execution;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql;

namespace Strata.Engine.Sessions;

// A large object's bytes stand in pages of 2,048 bytes, as PostgreSQL keeps them in pg_largeobject: page n holds the bytes from n * 2048 on, the last one may be shorter, missing ones read as
// zeros. The pages are rows of an ordinary table, pg_toast.pg_largeobject_pages, that no catalog shows; it is made when the database's first large object is written. Who owns an object and who
// may do what with it stands in pg_largeobject_metadata, a catalog as others.

/// <summary>
/// Large objects and the session's open descriptors of them. Descriptors end with their transaction, or with the savepoint that they were opened in when that is rolled back. For the session's thread.
/// </summary>
public sealed class LargeObjects
{
    /// <summary>INV_READ and INV_WRITE of libpq.</summary>
    public const int ReadFlag = 0x40000, WriteFlag = 0x20000;

    private const int PageBytes = 2048;
    private const long SizeMax = (long)int.MaxValue * PageBytes;
    private const int PagesReadMax = 256;
    private const string TableName = "pg_largeobject_pages";
    private const string Table = "pg_toast." + TableName;

    private readonly SessionContext _context;
    private readonly List<Descriptor?> _descriptors = [];

    private sealed class Descriptor(uint oid, bool mayWrite, bool mayRead, Snapshot? snapshot, int depth)
    {
        public uint Oid => oid;

        public bool MayWrite => mayWrite;

        public bool MayRead => mayRead;

        /// <summary>What a descriptor that only reads sees: the object as it was when it was opened. Null: as it is.</summary>
        public Snapshot? Snapshot => snapshot;

        public int Depth { get; set; } = depth;

        public long Offset { get; set; }
    }

    internal LargeObjects(SessionContext context) => _context = context;

    private DdlContext Ddl => new(_context, "");

    /// <summary>Makes an empty object; with 0 it gets an OID. Throws 23505 when there is one of that OID.</summary>
    public uint Create(uint oid)
    {
        DdlContext ddl = Ddl;
        if (oid == 0)
            oid = ddl.NewOid();
        ddl.LockName(CatalogOids.PgLargeObjectMetadata, oid.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (Find(oid) is not null)
        {
            throw new SqlException(new SqlState("23505"), "duplicate key value violates unique constraint \"pg_largeobject_metadata_oid_index\"")
            {
                Detail = $"Key (oid)=({oid}) already exists.",
            };
        }

        ddl.Changes.Create(CatalogObjectShapes.Make(CatalogOids.PgLargeObjectMetadata, [oid, ddl.CurrentUser, default], []), ddl.Cancellation);
        return oid;
    }

    /// <summary>Removes an object and its pages. Throws 42704, 42501.</summary>
    public void Unlink(uint oid)
    {
        CatalogObject entry = Require(oid);
        DdlContext ddl = Ddl;
        if (!ddl.Permissions.IsOwner(entry.OwnerOid))
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of large object {oid}");
        for (int i = 0; i < _descriptors.Count; i++)
            if (_descriptors[i]?.Oid == oid)
                Close(i);
        Drop(ddl, entry);
    }

    /// <summary>Removes an object that may be removed.</summary>
    internal static void Drop(DdlContext ddl, CatalogObject entry)
    {
        if (ddl.View.FindCommentEntry(new ObjectAddress(CatalogOids.PgLargeObject, entry.Oid)) is { } comment)
            ddl.Changes.Drop(comment, ddl.Cancellation);
        ddl.Changes.Drop(entry, ddl.Cancellation);
        new LargeObjects(ddl.Session).Delete(entry.Oid, 0);
    }

    /// <summary>Opens an object; the number of the descriptor. Throws 42704, 42501, 22023.</summary>
    public int Open(uint oid, int flags)
    {
        bool writes = (flags & WriteFlag) != 0;
        if (!writes && (flags & ReadFlag) == 0)
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid flags for opening a large object: {flags}");
        CatalogObject entry = Require(oid);
        Check(entry, Privileges.Select, (flags & ReadFlag) != 0);
        Check(entry, Privileges.Update, writes);
        Snapshot? snapshot = null;
        if (!writes)
        {
            Transaction transaction = _context.Transactions.Current;
            snapshot = transaction.TakeFreshSnapshot();
            transaction.Register(snapshot.Value);
        }

        var made = new Descriptor(oid, writes, (flags & ReadFlag) != 0 || writes, snapshot, _context.Transactions.SavepointDepth);
        int free = _descriptors.IndexOf(null);
        if (free < 0)
        {
            free = _descriptors.Count;
            _descriptors.Add(null);
        }

        _descriptors[free] = made;
        return free;
    }

    /// <summary>Closes a descriptor. Throws 42704.</summary>
    public void Close(int descriptor)
    {
        Descriptor open = Of(descriptor);
        if (open.Snapshot is { } snapshot)
            _context.Transactions.Current.Unregister(snapshot);
        _descriptors[descriptor] = null;
    }

    /// <summary>The next bytes from a descriptor's place on; fewer at the end. Throws 42704, 55000.</summary>
    public byte[] Read(int descriptor, int length)
    {
        Descriptor open = Of(descriptor);
        if (!open.MayRead)
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"large object descriptor {descriptor} was not opened for reading");
        byte[] bytes = ReadAt(open.Oid, open.Offset, Math.Max(length, 0), open.Snapshot);
        open.Offset += bytes.Length;
        return bytes;
    }

    /// <summary>Writes at a descriptor's place. Throws 42704, 55000, 22023.</summary>
    public void Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        Descriptor open = Of(descriptor);
        if (!open.MayWrite)
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"large object descriptor {descriptor} was not opened for writing");
        WriteAt(open.Oid, open.Offset, bytes);
        open.Offset += bytes.Length;
    }

    /// <summary>Moves a descriptor's place: from the start (0), from where it is (1), from the end (2). Throws 22023.</summary>
    public long Seek(int descriptor, long offset, int whence)
    {
        Descriptor open = Of(descriptor);
        long target = whence switch
        {
            0 => offset,
            1 => open.Offset + offset,
            2 => Size(open.Oid, open.Snapshot) + offset,
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"invalid whence setting: {whence}"),
        };
        if (target is < 0 or > SizeMax)
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid large object seek target: {target}");
        return open.Offset = target;
    }

    /// <summary>A descriptor's place.</summary>
    public long Tell(int descriptor) => Of(descriptor).Offset;

    /// <summary>Makes an object as long as that, with zeros where there was nothing. Throws 22023, 55000.</summary>
    public void Truncate(int descriptor, long length)
    {
        Descriptor open = Of(descriptor);
        if (!open.MayWrite)
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"large object descriptor {descriptor} was not opened for writing");
        if (length is < 0 or > SizeMax)
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid large object truncation target: {length}");
        int last = (int)(length / PageBytes), rest = (int)(length % PageBytes);
        byte[] kept = new byte[rest];
        if (rest > 0)
            foreach ((_, byte[] data) in Pages(open.Oid, last, last, null))
                data.AsSpan(0, Math.Min(data.Length, rest)).CopyTo(kept);
        Delete(open.Oid, last);
        if (rest > 0)
            Store(open.Oid, last, kept);
        else if (length > 0 && Size(open.Oid, null) < length)
            Store(open.Oid, last - 1, FullPage(open.Oid, last - 1));
    }

    private byte[] FullPage(uint oid, int page)
    {
        var full = new byte[PageBytes];
        foreach ((_, byte[] data) in Pages(oid, page, page, null))
            data.CopyTo(full, 0);
        return full;
    }

    /// <summary>Bytes of an object, without a descriptor; a negative length means up to the end. Throws 42704, 42501, 22023, 54000.</summary>
    public byte[] Get(uint oid, long offset, long length)
    {
        Check(Require(oid), Privileges.Select, true);
        if (offset is < 0 or > SizeMax)
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid large object seek target: {offset}");
        long left = Math.Max(Size(oid, null) - offset, 0);
        long wanted = length < 0 ? left : Math.Min(left, length);
        const int BytesMax = 0x3fffffff - 4;
        if (wanted > BytesMax)
            throw new SqlException(SqlState.ProgramLimitExceeded, "large object read request is too large");
        return ReadAt(oid, offset, (int)wanted, null);
    }

    /// <summary>Overwrites bytes of an object, without a descriptor. Throws 42704, 42501, 22023.</summary>
    public void Put(uint oid, long offset, ReadOnlySpan<byte> bytes)
    {
        Check(Require(oid), Privileges.Update, true);
        if (offset is < 0 or > SizeMax)
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid large object seek target: {offset}");
        WriteAt(oid, offset, bytes);
    }

    /// <summary>Writes into an object that was just made.</summary>
    public void Fill(uint oid, ReadOnlySpan<byte> bytes) => WriteAt(oid, 0, bytes);

    /// <summary>All pages of all objects, for <c>pg_largeobject</c>, read a few at a time and all under one snapshot.</summary>
    internal IEnumerable<(uint Oid, int Page, byte[] Data)> All()
    {
        if (!HasTable)
            yield break;
        Snapshot snapshot = _context.Transactions.Current.CurrentSnapshot;
        var pages = new List<(int Page, byte[] Data)>();
        for (long oid = NextObject(0, snapshot); oid >= 0; oid = NextObject(oid + 1, snapshot))
        {
            for (int from = 0; ; from = pages[^1].Page + 1)
            {
                pages.Clear();
                Run(
                    $"SELECT pageno, data FROM {Table} WHERE loid = $1 AND pageno >= $2 ORDER BY pageno LIMIT {PagesReadMax}",
                    [(SqlType.OidType, Datum.Of((uint)oid)), (SqlType.Int4, Datum.Of(from))], snapshot, row => pages.Add((row[0].Get<int>(), row[1].Bytes.ToArray())));
                foreach ((int page, byte[] data) in pages)
                    yield return ((uint)oid, page, data);
                if (pages.Count < PagesReadMax)
                    break;
            }
        }
    }

    // The first object with pages from a number on; -1 when there is none.
    private long NextObject(long from, Snapshot snapshot)
    {
        long found = -1;
        if (from <= uint.MaxValue)
            Run($"SELECT loid FROM {Table} WHERE loid >= $1 ORDER BY loid LIMIT 1", [(SqlType.OidType, Datum.Of((uint)from))], snapshot, row => found = row[0].Get<uint>());
        return found;
    }

    /// <summary>The transaction has ended: what was open is closed.</summary>
    internal void TransactionEnded() => _descriptors.Clear();

    /// <summary>A savepoint was rolled back: what was opened after it is closed.</summary>
    internal void CloseAbove(int depth)
    {
        for (int i = 0; i < _descriptors.Count; i++)
            if (_descriptors[i] is { } open && open.Depth > depth)
                Close(i);
    }

    /// <summary>A savepoint was released: what was opened after it belongs to the one before.</summary>
    internal void LowerTo(int depth)
    {
        foreach (Descriptor? open in _descriptors)
            if (open is not null)
                open.Depth = Math.Min(open.Depth, depth);
    }

    private CatalogObject? Find(uint oid) => _context.View.FindObject(CatalogOids.PgLargeObjectMetadata, oid);

    private CatalogObject Require(uint oid) => Find(oid) ?? throw new SqlException(SqlState.UndefinedObject, $"large object {oid} does not exist");

    private void Check(CatalogObject entry, Privileges needed, bool asked)
    {
        if (!asked || _context.Settings["lo_compat_privileges"] == "on")
            return;
        Privileges held = _context.Catalog.Permissions.Of(
            _context.CurrentUserOid, entry.OwnerOid, AccessControlList.FromStored(entry.Row[CatalogObjectShapes.AclColumn(entry.ClassOid)]), Privileges.None, Privileges.AllLargeObject);
        if ((held & needed) == 0)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied for large object {entry.Oid}");
    }

    private Descriptor Of(int descriptor) => descriptor >= 0 && descriptor < _descriptors.Count && _descriptors[descriptor] is { } open
        ? open
        : throw new SqlException(SqlState.UndefinedObject, $"invalid large-object descriptor: {descriptor}");

    private byte[] ReadAt(uint oid, long offset, int length, Snapshot? snapshot)
    {
        // No longer than the object: a client may ask for a gigabyte of a small one.
        length = (int)Math.Min(length, Math.Max(Size(oid, snapshot) - offset, 0));
        var bytes = new byte[length];
        for (long at = offset; at < offset + length;)
        {
            int first = (int)(at / PageBytes), last = (int)Math.Min((offset + length - 1) / PageBytes, (long)first + PagesReadMax - 1);
            foreach ((int page, byte[] data) in Pages(oid, first, last, snapshot))
                CopyOverlap(data, (long)page * PageBytes, bytes, offset);
            at = ((long)last + 1) * PageBytes;
        }

        return bytes;
    }

    // What two stretches of bytes have in common goes from one into the other.
    private static void CopyOverlap(ReadOnlySpan<byte> from, long fromAt, Span<byte> to, long toAt)
    {
        long start = Math.Max(fromAt, toAt), end = Math.Min(fromAt + from.Length, toAt + to.Length);
        if (start < end)
            from[(int)(start - fromAt)..(int)(end - fromAt)].CopyTo(to[(int)(start - toAt)..]);
    }

    private void WriteAt(uint oid, long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        if (offset + bytes.Length > SizeMax)
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid large object write request size: {bytes.Length}");
        EnsureTable();
        for (long at = offset; at < offset + bytes.Length;)
        {
            int page = (int)(at / PageBytes);
            long start = (long)page * PageBytes, end = Math.Min(start + PageBytes, offset + bytes.Length);
            byte[]? before = null;
            if (start < offset || end < start + PageBytes)
                foreach ((_, byte[] data) in Pages(oid, page, page, null))
                    before = data;
            var merged = new byte[Math.Max(before?.Length ?? 0, (int)(end - start))];
            before?.CopyTo(merged, 0);
            CopyOverlap(bytes, offset, merged, start);
            Store(oid, page, merged);
            at = end;
        }
    }

    private long Size(uint oid, Snapshot? snapshot)
    {
        long size = 0;
        if (HasTable)
            Run(
                $"SELECT pageno, length(data) FROM {Table} WHERE loid = $1 ORDER BY pageno DESC LIMIT 1", [(SqlType.OidType, Datum.Of(oid))], snapshot,
                row => size = ((long)row[0].Get<int>() * PageBytes) + row[1].Get<int>());
        return size;
    }

    private List<(int Page, byte[] Data)> Pages(uint oid, int first, int last, Snapshot? snapshot)
    {
        var pages = new List<(int, byte[])>();
        if (HasTable)
            Run(
                $"SELECT pageno, data FROM {Table} WHERE loid = $1 AND pageno >= $2 AND pageno <= $3",
                [(SqlType.OidType, Datum.Of(oid)), (SqlType.Int4, Datum.Of(first)), (SqlType.Int4, Datum.Of(last))], snapshot,
                row => pages.Add((row[0].Get<int>(), row[1].Bytes.ToArray())));
        return pages;
    }

    private void Store(uint oid, int page, byte[] data)
    {
        EnsureTable();
        Run(
            $"INSERT INTO {Table} VALUES ($1, $2, $3) ON CONFLICT (loid, pageno) DO UPDATE SET data = excluded.data",
            [(SqlType.OidType, Datum.Of(oid)), (SqlType.Int4, Datum.Of(page)), (BuiltinTypes.Get(TypeOid.Bytea), Datum.OfBytes(data))], null, null);
    }

    // All pages from one on.
    private void Delete(uint oid, int first)
    {
        if (HasTable)
            Run($"DELETE FROM {Table} WHERE loid = $1 AND pageno >= $2", [(SqlType.OidType, Datum.Of(oid)), (SqlType.Int4, Datum.Of(first))], null, null);
    }

    private bool HasTable => _context.View.FindRelation(CatalogOids.ToastSchema, TableName) is not null;

    private void EnsureTable()
    {
        if (HasTable)
            return;
        AsOwner(() =>
        {
            DdlContext ddl = Ddl;
            ddl.LockName(CatalogOids.ToastSchema, TableName);
            if (!HasTable)
                DdlCommands.Execute(ddl, _context.StatementRunner, SqlParser.ParseStatement($"CREATE TABLE {Table} (loid oid, pageno integer, data bytea NOT NULL, PRIMARY KEY (loid, pageno))"), "");
            _context.Transactions.Current.AdvanceCommand();
            return true;
        });
    }

    // Nobody has privileges on the pages' table: the object's own were asked.
    private T AsOwner<T>(Func<T> action)
    {
        uint user = _context.CurrentUserOid;
        _context.CurrentUserOid = CatalogOids.BootstrapRole;
        try
        {
            return action();
        }
        finally
        {
            _context.CurrentUserOid = user;
        }
    }

    private void Run(string sql, (SqlType Type, Datum Value)[] parameters, Snapshot? snapshot, Action<Datum[]>? row) => AsOwner(() =>
    {
        StatementRunner runner = _context.StatementRunner;
        CachedPlan plan;
        do
            plan = runner.Plan(SqlParser.ParseStatement(sql), sql, sql, [.. parameters.Select(static p => p.Type)], allowParameters: true, out _);
        while (!runner.TryLockRelations(plan));
        Transaction transaction = _context.Transactions.Current;
        if (snapshot is null)
            transaction.AdvanceCommand();
        ExecutionInstance execution = plan.Plan.Rent();
        execution.Begin(transaction, snapshot ?? transaction.TakeFreshSnapshot(), _context, _context.SystemScan, _context.Cancellation);
        try
        {
            for (int i = 0; i < parameters.Length; i++)
                execution.SetParameter(i, parameters[i].Value);
            while (execution.Next(Batch.RowsMax) is { } batch)
                for (int i = 0; row is not null && i < batch.Count; i++)
                {
                    var values = new Datum[execution.ResultSlots.Length];
                    for (int column = 0; column < values.Length; column++)
                        values[column] = Datum.FromVector(batch[execution.ResultSlots[column]], batch.Selection[i]);
                    row(values);
                }
        }
        finally
        {
            execution.Close();
        }

        if (plan.Plan.IsWriting)
            transaction.AdvanceCommand();
        return true;
    });
}
