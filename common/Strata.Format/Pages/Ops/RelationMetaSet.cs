using Strata.Format.Pages.Maps;

namespace Strata.Format.Pages.Ops;

// RelationMetaSet 1, RelationMetaInit 1, repeated:
//
//   1  fork
//   v  blocks

/// <summary>Sets sizes of a storage's forks.</summary>
public static class RelationMetaSet
{
    /// <summary>Begins a change, or with <paramref name="init"/> one that makes the page (sizes not named are 0).</summary>
    public static void Begin(ref ByteWriter writer, bool init = false) =>
        PageOps.WriteOp(ref writer, init ? PageOp.RelationMetaInit : PageOp.RelationMetaSet);

    public static void Add(ref ByteWriter writer, Fork fork, uint blocks)
    {
        Invariant.Check(fork < Fork.Meta);
        writer.WriteByte((byte)fork);
        writer.WriteVarint(blocks);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader, bool init)
    {
        if (init)
            PageFormat.Initialize(page, PageKind.RelationMeta, 0, RelationMetaPage.EndOffset);
        PageOps.Expect(page, PageKind.RelationMeta);
        while (reader.Remaining > 0)
        {
            var fork = (Fork)reader.ReadByte();
            uint blocks = reader.ReadVarint32();
            reader.EnsureValid("relation size");
            CorruptPageException.Unless(fork < Fork.Meta);
            RelationMetaPage.SetBlocks(page, fork, blocks);
        }
    }
}
