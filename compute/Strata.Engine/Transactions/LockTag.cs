namespace Strata.Engine.Transactions;

/// <summary>What kind of thing is locked; decides which modes exist and conflict.</summary>
public enum LockKind : byte
{
    /// <summary>A relation: <see cref="RelationLockMode"/>.</summary>
    Relation,

    /// <summary>Another catalog object, or a name about to be created: <see cref="RelationLockMode"/>.</summary>
    Object,

    /// <summary>An application's advisory lock: <see cref="RelationLockMode.Share"/> or <see cref="RelationLockMode.Exclusive"/>.</summary>
    Advisory,

    /// <summary>A row version: <see cref="RowLockMode"/>.</summary>
    Row,
}

/// <summary>The identity of a lock.</summary>
/// <param name="Kind">What is locked.</param>
/// <param name="Database">Database OID.</param>
/// <param name="Id">OID, storage id or advisory key.</param>
/// <param name="Part">Class of an object, TID of a row (block × 65536 + slot), second half of an advisory key.</param>
public readonly record struct LockTag(LockKind Kind, uint Database, ulong Id, ulong Part)
{
    public static LockTag Relation(uint database, uint oid) => new(LockKind.Relation, database, oid, 0);

    public static LockTag Object(uint database, uint classOid, uint oid) => new(LockKind.Object, database, oid, classOid);

    /// <summary>A lock on a name that is about to be created or dropped; <paramref name="nameHash"/> must be stable across sessions.</summary>
    public static LockTag Name(uint database, ulong nameHash) => new(LockKind.Object, database, nameHash, ulong.MaxValue);

    public static LockTag Advisory(uint database, long key) => new(LockKind.Advisory, database, (ulong)key, 1);

    public static LockTag Advisory(uint database, int classKey, int key) =>
        new(LockKind.Advisory, database, ((ulong)(uint)classKey << 32) | (uint)key, 2);

    public static LockTag Row(uint database, ulong storage, Format.Tid tid) =>
        new(LockKind.Row, database, storage, ((ulong)tid.Block << 16) | tid.Slot);

    public override int GetHashCode()
    {
        ulong hash = (Id * 0x9E37_79B9_7F4A_7C15) ^ (Part * 0xD6E8_FEB8_6659_FD93) ^ ((ulong)Database << 8) ^ (byte)Kind;
        return (int)(hash ^ (hash >> 32));
    }
}
