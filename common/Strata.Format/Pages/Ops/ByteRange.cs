namespace Strata.Format.Pages.Ops;

// ByteRange 1, repeated:
//
//   v     offset   from the page's begin; 14 or more, so flags, lower and upper may be edited
//   v, n  bytes

/// <summary>Overwrites ranges of a <see cref="PageKind.Generic"/> page: for access methods without ops of their own.</summary>
public static class ByteRange
{
    /// <summary>Begins a change; ranges follow.</summary>
    public static void Begin(ref ByteWriter writer) => PageOps.WriteOp(ref writer, PageOp.ByteRange);

    /// <summary>Adds one range.</summary>
    public static void Add(ref ByteWriter writer, int offset, scoped ReadOnlySpan<byte> bytes)
    {
        Invariant.Check(offset >= PageFormat.FlagsOffset && offset + bytes.Length <= PageFormat.PageSizeBytes);
        writer.WriteVarint((ulong)offset);
        writer.WriteSized(bytes);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.Generic);
        while (reader.Remaining > 0)
        {
            int offset = reader.ReadVarint(PageFormat.PageSizeBytes);
            ReadOnlySpan<byte> bytes = reader.ReadSized();
            reader.EnsureValid("byte range");
            CorruptPageException.Unless(offset >= PageFormat.FlagsOffset && offset + bytes.Length <= PageFormat.PageSizeBytes);
            bytes.CopyTo(page[offset..]);
        }
    }
}
