namespace Strata.Format.Pages.Ops;

// HeapSetAllVisible 1: no payload.

/// <summary>Sets the all-visible flag of a heap page, in the record that sets its bit in the visibility map. Changes of rows clear the flag.</summary>
public static class HeapSetAllVisible
{
    public static void Encode(ref ByteWriter writer) => PageOps.WriteOp(ref writer, PageOp.HeapSetAllVisible);

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.Heap);
        reader.EnsureComplete("heap all-visible");
        PageFormat.SetFlags(page, PageFormat.GetFlags(page) | PageFlags.HeapAllVisible);
    }
}
