using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Platform;

namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>OpenPGP messages that are encrypted with a password (RFC 4880). Stateless; thread-safe.</summary>
internal static class PgpMessages
{
    private const int KeyPacket = 3;
    private const int CompressedPacket = 8;
    private const int EncryptedPacket = 9;
    private const int MarkerPacket = 10;
    private const int LiteralPacket = 11;
    private const int CheckedPacket = 18;
    private const int Sha1Bytes = 20;
    private const int MessageBytesMax = 1 << 29;

    /// <summary>Encrypts data with a password. Throws 22023, 39000, 0A000.</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> data, ReadOnlySpan<byte> password, string optionText, bool isText, IFunctionContext context)
    {
        PgpOptions options = PgpOptions.Parse(optionText);
        IRandom random = context.Random;
        int keyCipher = options.HasSessionKey && options.KeyCipher >= 0 ? options.KeyCipher : options.Cipher, keyBytes = PgpCipher.KeyBytes(keyCipher);
        byte[] salt = Random(random, PgpKeys.SaltBytes);
        byte count = options.KeyCount > 0 ? PgpKeys.CodeOf(options.KeyCount) : (byte)(96 + random.Next(32));
        byte[] key = PgpKeys.Derive(options.KeyMode, options.KeyDigest, salt, count, password, keyBytes);
        var head = new List<byte>([4, (byte)keyCipher, (byte)options.KeyMode, (byte)PgpKeys.NumberOf(options.KeyDigest)]);
        if (options.KeyMode != 0)
            head.AddRange(salt);
        if (options.KeyMode == 3)
            head.Add(count);
        if (options.HasSessionKey)
        {
            byte[] own = Random(random, PgpCipher.KeyBytes(options.Cipher));
            byte[] wrapped = [(byte)options.Cipher, .. own];
            using PgpCipher wrapping = PgpCipher.Open(keyCipher, key);
            wrapping.Transform(wrapped, new byte[wrapping.BlockBytes], isEncryption: true);
            head.AddRange(wrapped);
            key = own;
        }

        byte[] inner = Packet(LiteralPacket, [isText ? options.IsUnicode ? (byte)'u' : (byte)'t' : (byte)'b', 0, 0, 0, 0, 0, .. isText && options.ConvertsLines ? WithLineEnds(data) : data]);
        if (options.Compression > 0)
            inner = Packet(CompressedPacket, Compress(inner, options));
        using PgpCipher cipher = PgpCipher.Open(options.Cipher, key);
        return [.. Packet(KeyPacket, head.ToArray()), .. Seal(cipher, inner, options, random)];
    }

    private static byte[] Seal(PgpCipher cipher, byte[] inner, PgpOptions options, IRandom random)
    {
        byte[] prefix = Random(random, cipher.BlockBytes);
        byte[] text = [.. prefix, .. prefix.AsSpan(prefix.Length - 2), .. inner];
        var vector = new byte[cipher.BlockBytes];
        if (!options.HasNoCheck)
        {
            // The check's own head is hashed, too.
            text = [.. text, 0xD3, Sha1Bytes];
            text = [.. text, .. SHA1.HashData(text)];
            cipher.Transform(text, vector, isEncryption: true);
            return Packet(CheckedPacket, [1, .. text]);
        }

        int head = cipher.BlockBytes + 2;
        cipher.Transform(text.AsSpan(0, head), vector, isEncryption: true);
        cipher.Transform(text.AsSpan(head), text[2..head], isEncryption: true);
        return Packet(EncryptedPacket, text);
    }

    private static byte[] Random(IRandom random, int count)
    {
        var bytes = new byte[count];
        random.Fill(bytes);
        return bytes;
    }

    private static byte[] WithLineEnds(ReadOnlySpan<byte> text) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal));

    private static byte[] Compress(byte[] data, PgpOptions options)
    {
        var target = new MemoryStream();
        target.WriteByte((byte)options.Compression);
        CompressionLevel level = options.CompressionLevel switch { 0 => CompressionLevel.NoCompression, <= 3 => CompressionLevel.Fastest, <= 6 => CompressionLevel.Optimal, _ => CompressionLevel.SmallestSize };
        using (Stream stream = options.Compression == 1 ? new DeflateStream(target, level, leaveOpen: true) : new ZLibStream(target, level, leaveOpen: true))
            stream.Write(data);
        return target.ToArray();
    }

    // A head of the new form with its length in one, two or five bytes.
    private static byte[] Packet(int tag, ReadOnlySpan<byte> body)
    {
        var head = new List<byte> { (byte)(0xC0 | tag) };
        switch (body.Length)
        {
            case < 192:
                head.Add((byte)body.Length);
                break;
            case < 8384:
                head.Add((byte)(((body.Length - 192) >> 8) + 192));
                head.Add((byte)(body.Length - 192));
                break;
            default:
                var length = new byte[sizeof(int)];
                BinaryPrimitives.WriteInt32BigEndian(length, body.Length);
                head.Add(0xFF);
                head.AddRange(length);
                break;
        }

        return [.. head, .. body];
    }

    /// <summary>Decrypts a message with a password. Throws 22023, 39000, 0A000.</summary>
    public static byte[] Decrypt(ReadOnlySpan<byte> message, ReadOnlySpan<byte> password, string optionText, bool isText, CancellationToken cancellation)
    {
        PgpOptions options = PgpOptions.Parse(optionText);
        byte[] rest = message.ToArray();
        (int Cipher, byte[] Key)? key = null;
        while (rest.Length > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            (int tag, byte[] body, rest) = Read(rest);
            switch (tag)
            {
                case KeyPacket:
                    key ??= ReadKey(body, password);
                    break;
                case EncryptedPacket or CheckedPacket when key is { } found:
                    return Literal(Open(tag, body, found.Cipher, found.Key), options, isText, depth: 0);
                case 1:
                    throw new SqlException(SqlState.ExternalRoutineInvocationException, "Wrong key or corrupt data");
                case MarkerPacket:
                    break;
                default:
                    throw Corrupt();
            }
        }

        throw Corrupt();
    }

    private static SqlException Corrupt() => new(SqlState.ExternalRoutineInvocationException, "Wrong key or corrupt data");

    private static (int Tag, byte[] Body, byte[] Remaining) Read(byte[] data)
    {
        try
        {
            return (data[0] & 0x40) != 0 ? ReadNew(data) : ReadOld(data);
        }
        catch (Exception error) when (error is IndexOutOfRangeException or ArgumentException)
        {
            throw Corrupt();
        }
    }

    private static (int Tag, byte[] Body, byte[] Remaining) ReadOld(byte[] data)
    {
        if ((data[0] & 0x80) == 0)
            throw Corrupt();
        int bytes = (data[0] & 3) switch { 0 => 1, 1 => 2, 2 => 4, _ => 0 };
        int length = bytes switch
        {
            1 => data[1],
            2 => BinaryPrimitives.ReadUInt16BigEndian(data.AsSpan(1)),
            4 => BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(1)),
            _ => data.Length - 1,
        };
        return ((data[0] >> 2) & 15, data.AsSpan(1 + bytes, length).ToArray(), data[(1 + bytes + length)..]);
    }

    // A length may be that of a part: then another follows.
    private static (int Tag, byte[] Body, byte[] Remaining) ReadNew(byte[] data)
    {
        var body = new MemoryStream();
        int at = 1;
        while (true)
        {
            int first = data[at];
            bool isPart = first is >= 224 and < 255;
            int length = first switch
            {
                < 192 => first,
                < 224 => ((first - 192) << 8) + data[at + 1] + 192,
                255 => BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(at + 1)),
                _ => 1 << (first & 31),
            };
            at += first switch { < 192 => 1, < 224 => 2, 255 => 5, _ => 1 };
            body.Write(data.AsSpan(at, length));
            at += length;
            if (!isPart)
                return (data[0] & 63, body.ToArray(), data[at..]);
        }
    }

    private static (int Cipher, byte[] Key) ReadKey(byte[] body, ReadOnlySpan<byte> password)
    {
        int mode = body.Length >= 4 && body[0] == 4 ? body[2] : -1;
        int settings = mode switch { 0 => 4, 1 => 4 + PgpKeys.SaltBytes, 3 => 5 + PgpKeys.SaltBytes, _ => throw Corrupt() };
        if (body.Length < settings)
            throw Corrupt();
        byte[] salt = mode == 0 ? [] : body[4..(4 + PgpKeys.SaltBytes)];
        int cipher = body[1];
        byte[] key = PgpKeys.Derive(mode, PgpKeys.NameOf(body[3]), salt, body[settings - 1], password, PgpCipher.KeyBytes(cipher));
        if (body.Length == settings)
            return (cipher, key);
        byte[] wrapped = body[settings..];
        using PgpCipher wrapping = PgpCipher.Open(cipher, key);
        wrapping.Transform(wrapped, new byte[wrapping.BlockBytes], isEncryption: false);
        bool isKey = wrapped[0] is 4 or (>= 7 and <= 9) && wrapped.Length == 1 + PgpCipher.KeyBytes(wrapped[0]);
        return isKey ? (wrapped[0], wrapped[1..]) : throw Corrupt();
    }

    private static byte[] Open(int tag, byte[] body, int number, byte[] key)
    {
        using PgpCipher cipher = PgpCipher.Open(number, key);
        int head = cipher.BlockBytes + 2;
        byte[] text = tag == CheckedPacket ? body.Length > 0 && body[0] == 1 ? body[1..] : throw Corrupt() : body;
        if (text.Length < head)
            throw Corrupt();
        byte[] given = text[..head];
        cipher.Transform(tag == CheckedPacket ? text : text.AsSpan(0, head), new byte[cipher.BlockBytes], isEncryption: false);
        // The last two bytes of the prefix stand twice: a first sign of a wrong password.
        bool fits = text[head - 2] == text[head - 4] && text[head - 1] == text[head - 3];
        if (tag == EncryptedPacket)
        {
            cipher.Transform(text.AsSpan(head), given.AsSpan(2), isEncryption: false);
            return fits ? text[head..] : throw Corrupt();
        }

        int end = text.Length - Sha1Bytes;
        bool isWhole = fits && end - 2 >= head && text[end - 2] == 0xD3 && text[end - 1] == Sha1Bytes && SHA1.HashData(text.AsSpan(0, end)).AsSpan().SequenceEqual(text.AsSpan(end));
        return isWhole ? text[head..(end - 2)] : throw Corrupt();
    }

    private static byte[] Literal(byte[] packets, PgpOptions options, bool isText, int depth)
    {
        const int DepthMax = 8;
        (int tag, byte[] body, byte[] _) = packets.Length == 0 ? throw Corrupt() : Read(packets);
        if (tag == CompressedPacket && body.Length > 0 && depth < DepthMax)
            return Literal(Decompress(body), options, isText, depth + 1);
        if (tag != LiteralPacket || body.Length < 6 || body.Length < 6 + body[1])
            throw Corrupt();
        if (isText && body[0] == 'b')
            throw new SqlException(SqlState.ExternalRoutineInvocationException, "Not text data");
        byte[] data = body[(6 + body[1])..];
        if (isText)
            Utf8Text.Check(data);
        return isText && options.ConvertsLines ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(data).Replace("\r\n", "\n", StringComparison.Ordinal)) : data;
    }

    private static byte[] Decompress(byte[] body)
    {
        var source = new MemoryStream(body, 1, body.Length - 1);
        var target = new MemoryStream();
        try
        {
            using Stream stream = body[0] switch
            {
                0 => source,
                1 => new DeflateStream(source, CompressionMode.Decompress),
                2 => new ZLibStream(source, CompressionMode.Decompress),
                _ => throw new SqlException(SqlState.ExternalRoutineInvocationException, "Unsupported compression algorithm"),
            };
            var buffer = new byte[1 << 16];
            for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
            {
                target.Write(buffer, 0, read);
                if (target.Length > MessageBytesMax)
                    throw new SqlException(SqlState.ProgramLimitExceeded, "compressed data is too large");
            }
        }
        catch (InvalidDataException)
        {
            throw Corrupt();
        }

        return target.ToArray();
    }
}
