using Strata.Engine.Storage.BTree;

namespace Strata.Engine.Execution.Entries;

/// <summary>Which rows an index is asked for: a tree over entries. Immutable.</summary>
internal abstract class EntryQuery
{
    /// <summary>An OR of more parts than this is collected instead of merged.</summary>
    private const int MergedMax = 8;

    /// <summary>The query says nothing about the values: it reads all entries of a column.</summary>
    public virtual bool IsFull => false;

    /// <summary>No row.</summary>
    public static EntryQuery None { get; } = new OrQuery([]);

    /// <summary>Every row that has the entry.</summary>
    public static EntryQuery Exact(ReadOnlySpan<byte> entry) => new ExactQuery(entry.ToArray());

    /// <summary>Every row that has an entry of the category.</summary>
    public static EntryQuery Of(int column, EntryCategory category) => new ExactQuery([(byte)column, (byte)category]);

    /// <summary>Every row whose value is not null.</summary>
    public static EntryQuery AllOf(int column) =>
        new RangeQuery([(byte)column, (byte)EntryCategory.Part], [(byte)column, (byte)EntryCategory.Anywhere]) { IsAll = true };

    /// <summary>Every row that has an entry with such a beginning.</summary>
    public static EntryQuery Prefix(ReadOnlySpan<byte> prefix) => new RangeQuery(prefix.ToArray(), prefix.ToArray());

    /// <summary>Every row that has an entry between two, by their beginnings.</summary>
    public static EntryQuery Between(byte[] lower, byte[] upper) => new RangeQuery(lower, upper);

    /// <summary>Rows that all parts find; null stands for a part that says nothing. Null when no part says anything.</summary>
    public static EntryQuery? And(IEnumerable<EntryQuery?> parts)
    {
        var known = new List<EntryQuery>();
        foreach (EntryQuery? part in parts)
        {
            if (part is null)
                continue;
            if (part is OrQuery { IsEmpty: true })
                return None;
            known.Add(part);
        }

        return known.Count switch { 0 => null, 1 => known[0], _ => new AndQuery([.. known]) };
    }

    /// <summary>Rows that some part finds. Null when a part says nothing.</summary>
    public static EntryQuery? Or(IEnumerable<EntryQuery?> parts)
    {
        var known = new List<EntryQuery>();
        foreach (EntryQuery? part in parts)
        {
            if (part is null)
                return null;
            if (part is not OrQuery { IsEmpty: true })
                known.Add(part);
        }

        return known.Count switch { 0 => None, 1 => known[0], _ => new OrQuery([.. known]) };
    }

    /// <summary>Rows that at least so many parts find.</summary>
    public static EntryQuery AtLeast(EntryQuery[] parts, int count) => count > parts.Length ? None : count == parts.Length ? And(parts)! : new AtLeastQuery(parts, count);

    /// <summary>The rows in the order of the table.</summary>
    public abstract TidStream Open(EntryScan scan);

    /// <summary>Adds the rows to a set.</summary>
    public virtual void Collect(EntryScan scan, TidBitmap bitmap)
    {
        TidStream stream = Open(scan);
        for (ulong at = stream.Seek(0); at != TidStream.End; at = stream.Seek(at + 1))
            bitmap.Add(TidStream.TidOf(at));
    }

    /// <summary>The rows as a set that is sorted, for parts that don't come in the order of the table.</summary>
    protected CollectedStream Collected(EntryScan scan)
    {
        TidBitmap bitmap = scan.NewBitmap();
        Collect(scan, bitmap);
        bitmap.Complete();
        return new CollectedStream(bitmap);
    }

    private sealed class ExactQuery(byte[] entry) : EntryQuery
    {
        public override TidStream Open(EntryScan scan) => new PostingStream(scan, entry);

        public override void Collect(EntryScan scan, TidBitmap bitmap) => scan.Collect(BTreeRange.Prefix(entry), bitmap);
    }

    private sealed class RangeQuery(byte[] lower, byte[] upper) : EntryQuery
    {
        public bool IsAll { get; init; }

        public override bool IsFull => IsAll;

        public override TidStream Open(EntryScan scan) => Collected(scan);

        public override void Collect(EntryScan scan, TidBitmap bitmap) => scan.Collect(
            new BTreeRange { HasLower = true, Lower = lower, LowerInclusive = true, HasUpper = true, Upper = upper, UpperInclusive = true }, bitmap);
    }

    private sealed class AndQuery(EntryQuery[] parts) : EntryQuery
    {
        public override TidStream Open(EntryScan scan) => new AndStream(Array.ConvertAll(parts, part => part.Open(scan)));
    }

    private sealed class AtLeastQuery(EntryQuery[] parts, int count) : EntryQuery
    {
        public override TidStream Open(EntryScan scan) => new AtLeastStream(Array.ConvertAll(parts, part => part.Open(scan)), count);
    }

    private sealed class OrQuery(EntryQuery[] parts) : EntryQuery
    {
        public bool IsEmpty => parts.Length == 0;

        public override TidStream Open(EntryScan scan) => parts.Length > MergedMax ? Collected(scan) : new OrStream(Array.ConvertAll(parts, part => part.Open(scan)));

        public override void Collect(EntryScan scan, TidBitmap bitmap)
        {
            foreach (EntryQuery part in parts)
                part.Collect(scan, bitmap);
        }
    }
}
