using System.Buffers.Binary;
using System.Numerics;

namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>The block cipher Blowfish (B. Schneier, 1993). Its tables begin as the digits of π behind the point. Not thread-safe.</summary>
internal sealed class Blowfish
{
    public const int BlockBytes = 8;
    private const int Rounds = 16;
    private const int SubkeyWords = Rounds + 2;
    private const int BoxWords = 256;
    private const int Boxes = 4;
    private const int WordBits = 32;

    private static readonly Lazy<uint[]> s_pi = new(static () => PiWords(SubkeyWords + (Boxes * BoxWords)));

    private readonly uint[] _subkeys = s_pi.Value[..SubkeyWords];
    private readonly uint[] _boxes = s_pi.Value[SubkeyWords..];

    private Blowfish()
    {
    }

    /// <summary>The cipher with a key of 1 to 56 bytes.</summary>
    public static Blowfish WithKey(ReadOnlySpan<byte> key)
    {
        var cipher = new Blowfish();
        cipher.MixKey(WordsOf(key, signExtends: false));
        cipher.Fill([0, 0, 0, 0]);
        return cipher;
    }

    /// <summary>The state that bcrypt encrypts with (Provos and Mazières, 1999). <paramref name="salt"/> has 4 words. Throws when cancelled.</summary>
    public static Blowfish Expensive(ReadOnlySpan<byte> key, ReadOnlySpan<uint> salt, int cost, bool signExtends, CancellationToken cancellation)
    {
        const int CancelCheckMask = 15;
        var cipher = new Blowfish();
        uint[] keyWords = WordsOf(key, signExtends);
        var saltWords = new uint[SubkeyWords];
        for (int i = 0; i < saltWords.Length; i++)
            saltWords[i] = salt[i % salt.Length];
        cipher.MixKey(keyWords);
        cipher.Fill(salt);
        ReadOnlySpan<uint> none = [0, 0, 0, 0];
        for (long i = 0; i < 1L << cost; i++)
        {
            if ((i & CancelCheckMask) == 0)
                cancellation.ThrowIfCancellationRequested();
            cipher.MixKey(keyWords);
            cipher.Fill(none);
            cipher.MixKey(saltWords);
            cipher.Fill(none);
        }

        return cipher;
    }

    // The key's bytes, again and again. An old implementation took bytes above 127 for negative numbers, which hashes marked 2x must repeat.
    private static uint[] WordsOf(ReadOnlySpan<byte> key, bool signExtends)
    {
        var words = new uint[SubkeyWords];
        int at = 0;
        for (int i = 0; i < words.Length; i++)
        {
            uint word = 0;
            for (int b = 0; b < sizeof(uint); b++)
            {
                word = (word << 8) | (signExtends ? unchecked((uint)(sbyte)key[at]) : key[at]);
                at = (at + 1) % key.Length;
            }

            words[i] = word;
        }

        return words;
    }

    private void MixKey(ReadOnlySpan<uint> words)
    {
        for (int i = 0; i < _subkeys.Length; i++)
            _subkeys[i] ^= words[i];
    }

    // Replaces all tables by what the cipher gives of itself.
    private void Fill(ReadOnlySpan<uint> salt)
    {
        uint left = 0, right = 0;
        int at = 0;
        for (int i = 0; i < SubkeyWords + (Boxes * BoxWords); i += 2)
        {
            left ^= salt[at];
            right ^= salt[at + 1];
            at ^= 2;
            Encrypt(ref left, ref right);
            uint[] table = i < SubkeyWords ? _subkeys : _boxes;
            int place = i < SubkeyWords ? i : i - SubkeyWords;
            table[place] = left;
            table[place + 1] = right;
        }
    }

    /// <summary>Encrypts two words.</summary>
    public void Encrypt(ref uint left, ref uint right)
    {
        uint l = left, r = right;
        for (int i = 0; i < Rounds; i += 2)
        {
            l ^= _subkeys[i];
            r ^= Mix(l);
            r ^= _subkeys[i + 1];
            l ^= Mix(r);
        }

        left = r ^ _subkeys[Rounds + 1];
        right = l ^ _subkeys[Rounds];
    }

    private void Decrypt(ref uint left, ref uint right)
    {
        uint l = left, r = right;
        for (int i = Rounds + 1; i > 1; i -= 2)
        {
            l ^= _subkeys[i];
            r ^= Mix(l);
            r ^= _subkeys[i - 1];
            l ^= Mix(r);
        }

        left = r ^ _subkeys[0];
        right = l ^ _subkeys[1];
    }

    private uint Mix(uint x)
    {
        uint[] boxes = _boxes;
        return unchecked(((boxes[x >> 24] + boxes[BoxWords + ((x >> 16) & 0xFF)]) ^ boxes[(2 * BoxWords) + ((x >> 8) & 0xFF)]) + boxes[(3 * BoxWords) + (x & 0xFF)]);
    }

    /// <summary>Encrypts or decrypts one block in place.</summary>
    public void Transform(Span<byte> block, bool isEncryption)
    {
        uint left = BinaryPrimitives.ReadUInt32BigEndian(block), right = BinaryPrimitives.ReadUInt32BigEndian(block[4..]);
        if (isEncryption)
            Encrypt(ref left, ref right);
        else
            Decrypt(ref left, ref right);
        BinaryPrimitives.WriteUInt32BigEndian(block, left);
        BinaryPrimitives.WriteUInt32BigEndian(block[4..], right);
    }

    // Machin's formula, π = 16 arctan(1/5) - 4 arctan(1/239), with some bits more than are wanted.
    private static uint[] PiWords(int count)
    {
        const int GuardBits = 64;
        int bits = (count * WordBits) + GuardBits;
        BigInteger pi = (16 * ArcTangent(5, bits)) - (4 * ArcTangent(239, bits));
        BigInteger fraction = (pi - (new BigInteger(3) << bits)) >> GuardBits;
        byte[] bytes = fraction.ToByteArray(isUnsigned: true, isBigEndian: true);
        var padded = new byte[count * sizeof(uint)];
        bytes.CopyTo(padded, padded.Length - bytes.Length);
        var words = new uint[count];
        for (int i = 0; i < count; i++)
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(padded.AsSpan(i * sizeof(uint)));
        return words;
    }

    // Of 1/x, as a fraction of 2^bits.
    private static BigInteger ArcTangent(int x, int bits)
    {
        BigInteger power = (BigInteger.One << bits) / x, sum = power;
        int square = x * x;
        for (int n = 3; !power.IsZero; n += 2)
        {
            power /= square;
            sum += (n & 2) != 0 ? -(power / n) : power / n;
        }

        return sum;
    }
}
