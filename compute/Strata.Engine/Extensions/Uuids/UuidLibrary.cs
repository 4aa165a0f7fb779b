using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Strata.Engine.Functions;

namespace Strata.Engine.Extensions.Uuids;

/// <summary>uuid-ossp: UUIDs by RFC 4122.</summary>
internal static class UuidLibrary
{
    private const int UuidBytes = 16;

    public static NativeLibrary Make()
    {
        var library = new NativeLibrary("$libdir/uuid-ossp");
        FunctionTable t = library.Functions;
        AddConstant(t, "uuid_nil", default);
        AddConstant(t, "uuid_ns_dns", Namespace(0x10));
        AddConstant(t, "uuid_ns_url", Namespace(0x11));
        AddConstant(t, "uuid_ns_oid", Namespace(0x12));
        AddConstant(t, "uuid_ns_x500", Namespace(0x14));
        t.Add("uuid_generate_v1", static (ref FunctionCall c) => c.ReturnFixed16(TimeBasedUuids.Next(c.Context, randomNode: false)));
        t.Add("uuid_generate_v1mc", static (ref FunctionCall c) => c.ReturnFixed16(TimeBasedUuids.Next(c.Context, randomNode: true)));
        t.Add("uuid_generate_v3", static (ref FunctionCall c) => c.ReturnFixed16(OfName(MD5.HashData(Named(ref c)), version: 3)));
        t.Add("uuid_generate_v4", static (ref FunctionCall c) => c.ReturnFixed16(Random(ref c)));
        t.Add("uuid_generate_v5", static (ref FunctionCall c) => c.ReturnFixed16(OfName(SHA1.HashData(Named(ref c)), version: 5)));
        return library;
    }

    private static void AddConstant(FunctionTable t, string symbol, UInt128 value) => t.Add(symbol, (ref FunctionCall c) => c.ReturnFixed16(value));

    // The namespaces of RFC 4122, appendix C, differ in one byte.
    private static UInt128 Namespace(byte number) =>
        OfBytes([0x6b, 0xa7, 0xb8, number, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8]);

    private static byte[] Named(ref FunctionCall c)
    {
        UInt128 space = c.Fixed16<UInt128>(0);
        return [.. MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in space)), .. c.Bytes(1)];
    }

    private static UInt128 OfName(ReadOnlySpan<byte> hash, byte version)
    {
        Span<byte> bytes = stackalloc byte[UuidBytes];
        hash[..UuidBytes].CopyTo(bytes);
        Mark(bytes, version);
        return OfBytes(bytes);
    }

    private static UInt128 Random(ref FunctionCall c)
    {
        Span<byte> bytes = stackalloc byte[UuidBytes];
        c.Context.Random.Fill(bytes);
        Mark(bytes, version: 4);
        return OfBytes(bytes);
    }

    /// <summary>Writes version and variant.</summary>
    internal static void Mark(Span<byte> bytes, byte version)
    {
        bytes[6] = (byte)((bytes[6] & 0x0F) | (version << 4));
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
    }

    /// <summary>A uuid in its stored form.</summary>
    internal static UInt128 OfBytes(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<UInt128>(bytes);
}
