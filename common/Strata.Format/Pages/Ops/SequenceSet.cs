using Strata.Format.Pages.Maps;

namespace Strata.Format.Pages.Ops;

// SequenceSet 1, SequenceInit 1:
//
//   v  last value   signed
//   1  is called    0 or 1

/// <summary>Sets the state of a sequence.</summary>
public static class SequenceSet
{
    /// <summary>Encodes a change, or with <paramref name="init"/> one that makes the page.</summary>
    public static void Encode(ref ByteWriter writer, long lastValue, bool isCalled, bool init = false)
    {
        PageOps.WriteOp(ref writer, init ? PageOp.SequenceInit : PageOp.SequenceSet);
        writer.WriteSignedVarint(lastValue);
        writer.WriteByte(isCalled ? (byte)1 : (byte)0);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader, bool init)
    {
        long lastValue = reader.ReadSignedVarint();
        byte isCalled = reader.ReadByte();
        reader.EnsureComplete("sequence");
        CorruptPageException.Unless(isCalled <= 1);
        if (init)
            PageFormat.Initialize(page, PageKind.Sequence, 0, SequencePage.EndOffset);
        PageOps.Expect(page, PageKind.Sequence);
        SequencePage.Set(page, lastValue, isCalled != 0);
    }
}
