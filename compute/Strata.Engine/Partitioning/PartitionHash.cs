using Strata.Engine.Types;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Partitioning;

/// <summary>The hash that decides a row's hash partition: PostgreSQL's, so that rows fall into the same partitions as there. Stateless; thread-safe.</summary>
internal static class PartitionHash
{
    private const ulong Seed = 0x7A5B22367996DCFD;

    /// <summary>Adds a key column's value to the hash of those before it. Nulls are left out.</summary>
    public static ulong Add(ulong hash, Vector vector, int row)
    {
        if (vector.IsNull(row))
            return hash;
        return hash ^ unchecked(TypeHash.Of(vector.Type, vector.GetStored(row), Seed) + 0x49A0F4DD15E5A8E3 + (hash << 54) + (hash >> 7));
    }
}
