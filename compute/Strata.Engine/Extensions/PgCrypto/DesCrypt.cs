namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>The hashes of passwords that Unix made with DES (FIPS 46): the traditional one, and BSDi's with more rounds and a longer salt. Stateless; thread-safe.</summary>
internal static class DesCrypt
{
    private const string DigitChars = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int TraditionalRounds = 25;
    private const int KeyBytes = 8;
    private const int ExtendedSettingChars = 9;

    // Tables of the standard; bits are counted from 1, the highest first.
    private static readonly byte[] s_keyChoice =
    [
        57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
        63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
    ];

    private static readonly byte[] s_roundKeyChoice =
    [
        14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
        41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
    ];

    private static readonly byte[] s_rotations = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];

    private static readonly byte[] s_permutation =
        [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25];

    private static readonly byte[][] s_boxes =
    [
        [14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3, 8, 4, 1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6, 13],
        [15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11, 5, 0, 14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5, 14, 9],
        [10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15, 1, 13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12],
        [7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14, 9, 10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2, 14],
        [2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8, 6, 4, 2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4, 5, 3],
        [12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3, 8, 9, 14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8, 13],
        [4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8, 6, 1, 4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3, 12],
        [13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9, 2, 7, 11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6, 11],
    ];

    private static readonly byte[] s_initial = [.. Enumerable.Range(0, 64).Select(static i => (byte)((((i / 8) < 4 ? 58 : 57) + ((i / 8 % 4) * 2)) - (i % 8 * 8)))];
    private static readonly byte[] s_final = Inverse(s_initial);

    /// <summary>The hash of a password; null when the setting is none. Throws when cancelled.</summary>
    public static string? Crypt(ReadOnlySpan<byte> password, string setting, CancellationToken cancellation)
    {
        bool isExtended = setting.StartsWith('_');
        if (setting.Length < (isExtended ? ExtendedSettingChars : 2))
            return null;
        ulong key = 0;
        AddKey(ref key, password);
        string head = isExtended ? setting[..ExtendedSettingChars] : setting[..2];
        int rounds = TraditionalRounds, salt;
        if (isExtended)
        {
            rounds = Number(setting.AsSpan(1, 4));
            salt = Number(setting.AsSpan(5, 4));
            // What is longer than a key is mixed in: the key is encrypted with itself before each further part.
            for (int at = KeyBytes; at < password.Length; at += KeyBytes)
            {
                key = Encrypt(key, RoundKeys(key), 0);
                AddKey(ref key, password[at..]);
            }
        }
        else
        {
            salt = Number(setting.AsSpan(0, 2));
        }

        ulong[] keys = RoundKeys(key);
        ulong block = 0;
        for (int i = 0; i < rounds; i++)
        {
            if ((i & 1023) == 0)
                cancellation.ThrowIfCancellationRequested();
            block = Encrypt(block, keys, salt);
        }

        var hash = new char[11];
        for (int i = 0; i < hash.Length; i++)
            hash[i] = DigitChars[(int)(i < 10 ? (block >> (58 - (6 * i))) & 63 : (block << 2) & 63)];
        return head + new string(hash);
    }

    /// <summary>A number in digits of 64, the lowest first.</summary>
    public static string Digits(int value, int count)
    {
        var digits = new char[count];
        for (int i = 0; i < count; i++, value >>= 6)
            digits[i] = DigitChars[value & 63];
        return new string(digits);
    }

    private static int Number(ReadOnlySpan<char> digits)
    {
        int number = 0;
        for (int i = digits.Length - 1; i >= 0; i--)
            number = (number << 6) | Math.Max(0, DigitChars.IndexOf(digits[i], StringComparison.Ordinal));
        return number;
    }

    // Seven bits of each byte.
    private static void AddKey(ref ulong key, ReadOnlySpan<byte> part)
    {
        for (int i = 0; i < KeyBytes && i < part.Length; i++)
            key ^= (ulong)(byte)(part[i] << 1) << (56 - (8 * i));
    }

    private static ulong[] RoundKeys(ulong key)
    {
        const uint HalfMask = 0x0FFF_FFFF;
        const int HalfBits = 28;
        ulong chosen = Permute(key, 64, s_keyChoice);
        uint left = (uint)(chosen >> HalfBits), right = (uint)chosen & HalfMask;
        var keys = new ulong[s_rotations.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            int by = s_rotations[i];
            left = ((left << by) | (left >> (HalfBits - by))) & HalfMask;
            right = ((right << by) | (right >> (HalfBits - by))) & HalfMask;
            keys[i] = Permute(((ulong)left << HalfBits) | right, 2 * HalfBits, s_roundKeyChoice);
        }

        return keys;
    }

    private static ulong Encrypt(ulong block, ulong[] keys, int salt)
    {
        ulong mixed = Permute(block, 64, s_initial);
        uint left = (uint)(mixed >> 32), right = (uint)mixed;
        foreach (ulong key in keys)
            (left, right) = (right, left ^ Round(right, key, salt));
        return Permute(((ulong)right << 32) | left, 64, s_final);
    }

    private static uint Round(uint half, ulong key, int salt)
    {
        ulong expanded = 0;
        for (int group = 0; group < 8; group++)
            for (int bit = 0; bit < 6; bit++)
                expanded = (expanded << 1) | ((half >> ((32 - ((4 * group) + bit)) & 31)) & 1);
        // The salt says which bits of both halves change places.
        for (int bit = 0; salt >> bit != 0; bit++)
        {
            if (((salt >> bit) & 1) == 0)
                continue;
            int high = 47 - bit, low = 23 - bit;
            ulong differs = ((expanded >> high) ^ (expanded >> low)) & 1;
            expanded ^= (differs << high) | (differs << low);
        }

        expanded ^= key;
        uint result = 0;
        for (int group = 0; group < 8; group++)
        {
            int six = (int)(expanded >> (42 - (6 * group))) & 63;
            result = (result << 4) | s_boxes[group][(((six >> 4) & 2) | (six & 1)) * 16 + ((six >> 1) & 15)];
        }

        return (uint)Permute(result, 32, s_permutation);
    }

    private static ulong Permute(ulong value, int bits, byte[] table)
    {
        ulong result = 0;
        foreach (byte from in table)
            result = (result << 1) | ((value >> (bits - from)) & 1);
        return result;
    }

    private static byte[] Inverse(byte[] table)
    {
        var inverse = new byte[table.Length];
        for (int i = 0; i < table.Length; i++)
            inverse[table[i] - 1] = (byte)(i + 1);
        return inverse;
    }
}
