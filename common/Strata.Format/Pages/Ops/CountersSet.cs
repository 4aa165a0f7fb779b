using Strata.Format.Pages.Maps;

namespace Strata.Format.Pages.Ops;

// CountersSet 1, CountersInit 1, repeated:
//
//   v  counter   CounterId
//   v  value

/// <summary>Sets counters: reserves their ranges.</summary>
public static class CountersSet
{
    /// <summary>Begins a change, or with <paramref name="init"/> one that makes the page (counters not named are 0).</summary>
    public static void Begin(ref ByteWriter writer, bool init = false) =>
        PageOps.WriteOp(ref writer, init ? PageOp.CountersInit : PageOp.CountersSet);

    public static void Add(ref ByteWriter writer, int counter, ulong value)
    {
        Invariant.Check((uint)counter < CountersPage.Capacity);
        writer.WriteVarint((ulong)counter);
        writer.WriteVarint(value);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader, bool init)
    {
        if (init)
            PageFormat.Initialize(page, PageKind.Counters, 0, PageFormat.PageSizeBytes);
        PageOps.Expect(page, PageKind.Counters);
        while (reader.Remaining > 0)
        {
            int counter = reader.ReadVarint(CountersPage.Capacity - 1);
            ulong value = reader.ReadVarint();
            reader.EnsureValid("counter");
            CountersPage.Set(page, counter, value);
        }
    }
}
