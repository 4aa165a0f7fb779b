using Strata.Format;

namespace Strata.Engine.Transactions.Serializable;

/// <summary>What a serializable transaction has read: a row version, a page or all of a heap or an index.</summary>
/// <param name="Storage">The heap's or index's storage, which is never used again.</param>
/// <param name="Part">0 for all of it; block + 1 in the upper 48 bits, slot (0 for the page) below.</param>
internal readonly record struct PredicateTag(ulong Storage, ulong Part)
{
    public static PredicateTag Relation(ulong storage) => new(storage, 0);

    public static PredicateTag Page(ulong storage, uint block) => new(storage, ((ulong)block + 1) << 16);

    public static PredicateTag Tuple(ulong storage, Tid tid) => new(storage, (((ulong)tid.Block + 1) << 16) | tid.Slot);

    public bool IsRelation => Part == 0;

    public bool IsPage => Part != 0 && (Part & 0xFFFF) == 0;

    /// <summary>The page of a row version.</summary>
    public PredicateTag OfPage => new(Storage, Part & ~0xFFFFul);

    /// <summary>The whole heap or index.</summary>
    public PredicateTag OfRelation => new(Storage, 0);

    public override int GetHashCode()
    {
        ulong hash = (Storage * 0x9E37_79B9_7F4A_7C15) ^ (Part * 0xD6E8_FEB8_6659_FD93);
        return (int)(hash ^ (hash >> 32));
    }
}
