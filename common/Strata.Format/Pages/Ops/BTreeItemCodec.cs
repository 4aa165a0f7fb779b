using System.Buffers.Binary;
using Strata.Format.Pages.BTree;

namespace Strata.Format.Pages.Ops;

// An item within B-tree changes, encoded against the item before it on the page (none: prefix is 0):
//
//   v     child    only level > 0
//   v     prefix   bytes of the sort key before that this one begins with
//   v, n  rest     of the sort key

/// <summary>How B-tree changes carry items.</summary>
internal static class BTreeItemCodec
{
    public static void Write(ref ByteWriter writer, scoped ReadOnlySpan<byte> sortKeyBefore, int level, uint child, scoped ReadOnlySpan<byte> sortKey)
    {
        if (level > 0)
            writer.WriteVarint(child);
        int prefix = sortKeyBefore.CommonPrefixLength(sortKey);
        writer.WriteVarint((ulong)prefix);
        writer.WriteSized(sortKey[prefix..]);
    }

    /// <summary>Reads an item and puts it at a slot of the page, whose slot before already holds the item that it was encoded against.</summary>
    public static void ReadInto(Span<byte> page, int slot, ref ByteReader reader)
    {
        int childBytes = BTreePage.IsLeaf(page) ? 0 : BTreePage.ChildBytes;
        uint child = childBytes == 0 ? 0 : reader.ReadVarint32();
        int prefix = reader.ReadVarint(PageFormat.PageSizeBytes);
        ReadOnlySpan<byte> rest = reader.ReadSized();
        reader.EnsureValid("B-tree item");
        CorruptPageException.Unless((uint)slot <= (uint)BTreePage.Count(page));
        CorruptPageException.Unless(prefix == 0 || slot > 0);
        Span<byte> item = BTreePage.Allocate(page, slot, childBytes + prefix + rest.Length);
        if (childBytes != 0)
            BinaryPrimitives.WriteUInt32LittleEndian(item, child);
        if (prefix != 0)
            BTreePage.SortKey(page, slot - 1)[..prefix].CopyTo(item[childBytes..]);
        rest.CopyTo(item[(childBytes + prefix)..]);
    }
}
