using System.Runtime.InteropServices;

namespace Strata.Engine.Execution.Spill;

/// <summary>A row that is being sorted: where its normalized key and its values are, with the first bytes of the key beside so that most comparisons need not follow the pointer.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SortItem
{
    /// <summary><see cref="Keys.KeyPrefix"/> of the key, or of what stands behind the part of it that all rows share.</summary>
    public ulong Prefix;
    public byte* Key;
    public int Length;
    public int Row;

    /// <summary>By key; equal rows keep their order.</summary>
    public readonly struct ByKey : IComparer<SortItem>
    {
        public int Compare(SortItem x, SortItem y)
        {
            if (x.Prefix != y.Prefix)
                return x.Prefix < y.Prefix ? -1 : 1;
            int order = new ReadOnlySpan<byte>(x.Key, x.Length).SequenceCompareTo(new ReadOnlySpan<byte>(y.Key, y.Length));
            return order != 0 ? order : x.Row.CompareTo(y.Row);
        }
    }
}
