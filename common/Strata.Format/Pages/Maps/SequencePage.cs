using System.Buffers.Binary;

namespace Strata.Format.Pages.Maps;

// The one page of a sequence's storage:
//
//   0     24   common header
//   24    8    last value     int64; ahead of what was handed out, as values are logged before they are used
//   32    1    is called      0: the next value is last value itself
//
// Start, increment, bounds and cycling are catalog columns.

/// <summary>State of a sequence. Pure functions over a page's bytes.</summary>
public static class SequencePage
{
    internal const int EndOffset = 33;

    public static PageKey KeyOf(uint database, ulong storage) => new(database, storage, Fork.Main, 0);

    public static long GetLastValue(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadInt64LittleEndian(page[24..]);

    public static bool IsCalled(ReadOnlySpan<byte> page) => page[32] != 0;

    internal static void Set(Span<byte> page, long lastValue, bool isCalled)
    {
        BinaryPrimitives.WriteInt64LittleEndian(page[24..], lastValue);
        page[32] = isCalled ? (byte)1 : (byte)0;
    }
}
