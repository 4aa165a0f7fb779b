using System.Buffers.Binary;
using Strata.Engine.Functions;

namespace Strata.Engine.Extensions.Uuids;

/// <summary>
/// UUIDs of version 1: time, clock sequence, node. The node is no network card's address, as computes come and go: it is random, with the bit that says so (RFC 4122, 4.5), and stays for the
/// life of the process. No two are the same: the time of the next is later than that of the last. Thread-safe.
/// </summary>
internal static class TimeBasedUuids
{
    // From 1582-10-15 to 0001-01-01, in units of 100 ns, taken from .NET's ticks.
    private static readonly long s_gregorianTicks = new DateTime(1582, 10, 15, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private static readonly Lock s_lock = new();
    private static readonly byte[] s_node = new byte[8];
    private static bool s_hasNode;
    private static long s_last;

    public static UInt128 Next(IFunctionContext context, bool randomNode)
    {
        Span<byte> bytes = stackalloc byte[16];
        long time = Take(context);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)time);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)(time >> 32));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(time >> 48));
        s_node.CopyTo(bytes[8..]);
        if (randomNode)
            context.Random.Fill(bytes[10..]);
        // The multicast bit.
        bytes[10] |= 0x01;
        UuidLibrary.Mark(bytes, version: 1);
        return UuidLibrary.OfBytes(bytes);
    }

    private static long Take(IFunctionContext context)
    {
        lock (s_lock)
        {
            if (!s_hasNode)
            {
                context.Random.Fill(s_node);
                s_hasNode = true;
            }

            long now = context.Clock.GetUtcNow().UtcTicks - s_gregorianTicks;
            return s_last = Math.Max(now, s_last + 1);
        }
    }
}
