using Strata.Format.Pages.BTree;

namespace Strata.Format.Pages.Ops;

// BTreeMetaSet 1, BTreeMetaInit 1:
//
//   v  root    0 = empty tree
//   v  level

/// <summary>Sets where the root of a B-tree is.</summary>
public static class BTreeMetaSet
{
    /// <summary>Encodes a change, or with <paramref name="init"/> one that makes the page.</summary>
    public static void Encode(ref ByteWriter writer, uint root, int level, bool init = false)
    {
        PageOps.WriteOp(ref writer, init ? PageOp.BTreeMetaInit : PageOp.BTreeMetaSet);
        writer.WriteVarint(root);
        writer.WriteVarint((ulong)level);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader, bool init)
    {
        uint root = reader.ReadVarint32();
        int level = reader.ReadVarint(64);
        reader.EnsureComplete("B-tree meta");
        if (init)
            PageFormat.Initialize(page, PageKind.BTreeMeta, BTreeMetaPage.Block, BTreeMetaPage.EndOffset);
        PageOps.Expect(page, PageKind.BTreeMeta);
        BTreeMetaPage.Set(page, root, level);
    }
}
