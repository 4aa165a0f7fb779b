using System.Globalization;

namespace Strata.Engine.Execution;

/// <summary>What EXPLAIN ANALYZE says of the memory and disk that an operator took, in PostgreSQL's words. Immutable.</summary>
/// <param name="Text">The line of the text format.</param>
/// <param name="Properties">The properties of the other formats: strings and numbers (long).</param>
internal sealed record SpaceReport(string Text, IReadOnlyList<(string Name, object Value)> Properties)
{
    private const int KilobyteBytes = 1024;

    /// <summary>A sort.</summary>
    public static SpaceReport OfSort(Spill.SortReport sort)
    {
        string place = sort.IsDisk ? "Disk" : "Memory";
        long size = Kilobytes(sort.SizeBytes);
        return new SpaceReport(
            Invariant($"Sort Method: {sort.Method}  {place}: {size}kB"),
            [("Sort Method", sort.Method), ("Sort Space Used", size), ("Sort Space Type", place)]);
    }

    /// <summary>The hash table of a join.</summary>
    public static SpaceReport OfHash(int buckets, int batches, long memoryBytes)
    {
        long size = Kilobytes(memoryBytes);
        string grown = batches > 1 ? " (originally 1)" : "";
        return new SpaceReport(
            Invariant($"Buckets: {buckets}  Batches: {batches}{grown}  Memory Usage: {size}kB"),
            [("Hash Buckets", (long)buckets), ("Original Hash Buckets", (long)buckets), ("Hash Batches", (long)batches), ("Original Hash Batches", 1L), ("Peak Memory Usage", size)]);
    }

    /// <summary>A hash table of groups.</summary>
    public static SpaceReport OfGroups(int batches, long memoryBytes, long diskBytes)
    {
        long size = Kilobytes(memoryBytes), disk = Kilobytes(diskBytes);
        return new SpaceReport(
            Invariant($"Batches: {batches}  Memory Usage: {size}kB") + (batches > 1 ? Invariant($"  Disk Usage: {disk}kB") : ""),
            [("HashAgg Batches", (long)batches), ("Peak Memory Usage", size), ("Disk Usage", disk)]);
    }

    private static long Kilobytes(long bytes) => (bytes + KilobyteBytes - 1) / KilobyteBytes;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
