using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Functions of text, varchar, char(n), name and bytea, apart from patterns and formatting.</summary>
internal static class TextFunctions
{
    public static void Register(FunctionTable t)
    {
        RegisterBasics(t);
        RegisterTrimming(t);
        RegisterPositions(t);
        RegisterBytes(t);
    }

    private static readonly byte[] s_true = "true"u8.ToArray();
    private static readonly byte[] s_false = "false"u8.ToArray();

    private static void RegisterBasics(FunctionTable t)
    {
        t.Add("textcat", static (ref FunctionCall c) => Concatenate(ref c, c.Bytes(0), c.Bytes(1)));
        t.Add("byteacat", static (ref FunctionCall c) => Concatenate(ref c, c.Bytes(0), c.Bytes(1)));
        // anynonarray || text and text || anynonarray.
        t.Add(2003u, static (ref FunctionCall c) => Concatenate(ref c, c.Bytes(0), CastToText(ref c, 1)));
        t.Add(2004u, static (ref FunctionCall c) => Concatenate(ref c, CastToText(ref c, 0), c.Bytes(1)));
        t.Add("textlen", static (ref FunctionCall c) => c.Return(CharacterTypes.Count(c.Bytes(0))));
        t.Add("bpcharlen", static (ref FunctionCall c) => c.Return(CharacterTypes.Count(CharacterTypes.TrimBpChar(c.Bytes(0)))));
        t.Add("textoctetlen", static (ref FunctionCall c) => c.Return(c.Bytes(0).Length));
        t.Add("bpcharoctetlen", static (ref FunctionCall c) => c.Return(c.Bytes(0).Length));
        t.Add("byteaoctetlen", static (ref FunctionCall c) => c.Return(c.Bytes(0).Length));
        t.Add(1810u, static (ref FunctionCall c) => c.Return(c.Bytes(0).Length * 8));
        t.Add(1811u, static (ref FunctionCall c) => c.Return(c.Bytes(0).Length * 8));
        t.Add("upper", static (ref FunctionCall c) => ChangeCase(ref c, isUpper: true));
        t.Add("lower", static (ref FunctionCall c) => ChangeCase(ref c, isUpper: false));
        t.Add("initcap", static (ref FunctionCall c) => c.Return(InitialCapitals(c.String(0))));
        t.Add("text_reverse", static (ref FunctionCall c) => Reverse(ref c));
        t.Add("repeat", Repeat);
        t.Add("replace_text", Replace);
        t.Add("translate", Translate);
        t.Add("ascii", static (ref FunctionCall c) =>
        {
            if (Rune.DecodeFromUtf8(c.Bytes(0), out Rune rune, out _) == System.Buffers.OperationStatus.Done)
                c.Return(rune.Value);
            else
                c.Return(0);
        });
        t.Add("chr", static (ref FunctionCall c) =>
        {
            int code = c.Int32(0);
            if (code == 0)
                throw new SqlException(SqlState.ProgramLimitExceeded, "null character not permitted");
            if (code < 0)
                throw new SqlException(SqlState.InvalidParameterValue, "character number must be positive");
            if (code > 0x10FFFF)
                throw new SqlException(SqlState.ProgramLimitExceeded, $"requested character too large for encoding: {code}");
            if (!Rune.IsValid(code))
                throw new SqlException(SqlState.ProgramLimitExceeded, $"requested character not valid for encoding: {code}");
            c.Return(new Rune(code).ToString());
        });
        t.Add("text_concat", Concat);
        t.Add("text_concat_ws", ConcatWithSeparator);
        t.Add("name_text", static (ref FunctionCall c) => c.Return(c.Bytes(0)));
        t.Add("text_name", static (ref FunctionCall c) => c.Return(CharacterTypes.Truncate(c.Bytes(0), 63)));
        t.Add("bpchar_name", static (ref FunctionCall c) => c.Return(CharacterTypes.Truncate(CharacterTypes.TrimBpChar(c.Bytes(0)), 63)));
        t.Add("name_bpchar", static (ref FunctionCall c) => c.Return(c.Bytes(0)));
        t.Add("char_text", static (ref FunctionCall c) =>
        {
            var text = new ByteBuffer(4);
            TypeOutput.WriteChar(text, c.Byte(0));
            c.Return(text.Written);
        });
        t.Add("char_bpchar", static (ref FunctionCall c) => c.Return(c.Byte(0) == 0 ? default : [c.Byte(0)]));
        t.Add("text_char", static (ref FunctionCall c) => c.Return(c.Bytes(0).IsEmpty ? (byte)0 : c.Bytes(0)[0]));
        t.Add("varchar", static (ref FunctionCall c) => c.Return(CharacterTypes.FitVarChar(c.Bytes(0), c.Int32(1), c.Boolean(2))));
        t.Add("bpchar", BpChar);
        t.Add("text_larger", static (ref FunctionCall c) => c.ReturnArgument(c.Bytes(0).SequenceCompareTo(c.Bytes(1)) > 0 ? 0 : 1));
        t.Add("text_smaller", static (ref FunctionCall c) => c.ReturnArgument(c.Bytes(0).SequenceCompareTo(c.Bytes(1)) < 0 ? 0 : 1));
        t.Add("quote_ident", static (ref FunctionCall c) => c.Return(TypeNames.QuoteIdentifier(c.String(0))));
        t.Add("quote_literal", static (ref FunctionCall c) => ReturnQuoted(ref c, c.Bytes(0)));
        t.Add(1285u, static (ref FunctionCall c) => ReturnQuoted(ref c, CastToText(ref c, 0)));
        t.Add("quote_nullable", static (ref FunctionCall c) => ReturnQuotedOrNull(ref c, c.IsNull(0) ? default : c.Bytes(0)));
        t.Add(1290u, static (ref FunctionCall c) => ReturnQuotedOrNull(ref c, c.IsNull(0) ? default : CastToText(ref c, 0)));
        t.Add("nameconcatoid", static (ref FunctionCall c) =>
            c.Return(CharacterTypes.Truncate(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{c.String(0)}_{c.Oid(1)}")), 63)));
    }

    private static void BpChar(ref FunctionCall c)
    {
        if (c.Int32(1) > TextMaxBytes)
            throw new SqlException(SqlState.InternalError, $"invalid memory alloc request size {c.Int32(1)}");
        using var one = new Vector(SqlType.BpChar);
        one.Reset(1);
        CharacterTypes.StoreBpChar(c.Bytes(0), c.Int32(1), c.Boolean(2), one, 0);
        c.Return(one.GetBytes(0));
    }

    private static void Concatenate(ref FunctionCall c, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> room = c.Allocate(left.Length + right.Length);
        left.CopyTo(room);
        right.CopyTo(room[left.Length..]);
        c.ReturnView(room);
    }

    /// <summary>An argument of any type as text.</summary>
    internal static byte[] TextOf(ref FunctionCall c, int argument)
    {
        SqlType type = c.ArgumentType(argument);
        var buffer = new ByteBuffer(32);
        TypeOutput.Write(type, c.ArgumentVector(argument).GetStored(c.Row), buffer, c.Settings, c.Context.Catalog);
        return buffer.ToArray();
    }

    // A boolean's cast to text writes the word, its output function only the letter.
    private static byte[] CastToText(ref FunctionCall c, int argument) =>
        c.ArgumentType(argument).Plain.Oid != TypeOid.Boolean ? TextOf(ref c, argument) : c.Boolean(argument) ? s_true : s_false;

    private static void ReturnQuotedOrNull(ref FunctionCall c, ReadOnlySpan<byte> text)
    {
        if (c.IsNull(0))
            c.Return("NULL");
        else
            ReturnQuoted(ref c, text);
    }

    private static void ReturnQuoted(ref FunctionCall c, ReadOnlySpan<byte> text)
    {
        var result = new ByteBuffer(text.Length + 3);
        if (text.Contains((byte)'\\'))
            result.Write('E');
        result.Write('\'');
        while (true)
        {
            int plain = text.IndexOfAny((byte)'\'', (byte)'\\');
            result.Write(plain < 0 ? text : text[..plain]);
            if (plain < 0)
                break;
            DepthGuard.Step();
            result.Write(text[plain]);
            result.Write(text[plain]);
            text = text[(plain + 1)..];
        }

        result.Write('\'');
        c.Return(result.Written);
    }

    internal static string QuoteLiteral(string text)
    {
        string quoted = "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
        return text.Contains('\\', StringComparison.Ordinal) ? "E" + quoted.Replace("\\", "\\\\", StringComparison.Ordinal) : quoted;
    }

    private static string InitialCapitals(string text)
    {
        var result = new StringBuilder(text.Length);
        bool inWord = false;
        foreach (char ch in text)
        {
            DepthGuard.Step();
            result.Append(inWord ? char.ToLowerInvariant(ch) : char.ToUpperInvariant(ch));
            inWord = char.IsLetterOrDigit(ch);
        }

        return result.ToString();
    }

    private static void Reverse(ref FunctionCall c)
    {
        ReadOnlySpan<byte> text = c.Bytes(0);
        Span<byte> room = c.Allocate(text.Length);
        int at = text.Length;
        for (int i = 0; i < text.Length;)
        {
            DepthGuard.Step();
            int length = CharacterTypes.ByteOffset(text[i..], 1);
            at -= length;
            text.Slice(i, length).CopyTo(room[at..]);
            i += length;
        }

        c.ReturnView(room);
    }

    private const int TextMaxBytes = 0x3FFFFFFF;

    private static void Repeat(ref FunctionCall c)
    {
        ReadOnlySpan<byte> text = c.Bytes(0);
        int count = Math.Max(0, c.Int32(1));
        long total = (long)text.Length * count;
        if (total > TextMaxBytes)
            throw new SqlException(SqlState.ProgramLimitExceeded, "requested length too large");
        Span<byte> room = c.Allocate((int)total);
        LongBytes.Repeat(text, room);
        c.ReturnView(room);
    }

    private static void Translate(ref FunctionCall c)
    {
        Rune[] from = [.. c.String(1).EnumerateRunes()], to = [.. c.String(2).EnumerateRunes()];
        // Of a character that stands there twice the first counts.
        var places = new Dictionary<Rune, int>(from.Length);
        for (int i = 0; i < from.Length; i++)
        {
            DepthGuard.Step();
            places.TryAdd(from[i], i);
        }

        ReadOnlySpan<byte> text = c.Bytes(0);
        var result = new ByteBuffer(Math.Max(text.Length, 1));
        while (!text.IsEmpty)
        {
            DepthGuard.Step();
            Rune.DecodeFromUtf8(text, out Rune rune, out int length);
            if (!places.TryGetValue(rune, out int place))
                result.Write(text[..length]);
            else if (place < to.Length)
                result.Advance(to[place].EncodeToUtf8(result.Reserve(4)));
            text = text[length..];
        }

        c.Return(result.Written);
    }

    private static void Replace(ref FunctionCall c)
    {
        ReadOnlySpan<byte> text = c.Bytes(0), from = c.Bytes(1), to = c.Bytes(2);
        int at = from.IsEmpty ? -1 : LongBytes.IndexOf(text, from);
        if (at < 0)
        {
            c.Return(text);
            return;
        }

        var result = new ByteBuffer(text.Length);
        for (; at >= 0; at = LongBytes.IndexOf(text, from))
        {
            DepthGuard.Step();
            result.Write(text[..at]);
            result.Write(to);
            text = text[(at + from.Length)..];
        }

        result.Write(text);
        c.Return(result.Written);
    }

    private static void ChangeCase(ref FunctionCall c, bool isUpper)
    {
        ReadOnlySpan<byte> text = c.Bytes(0);
        if (text.Length <= LongBytes.PartBytes)
        {
            c.Return(isUpper ? c.String(0).ToUpperInvariant() : c.String(0).ToLowerInvariant());
            return;
        }

        var result = new ByteBuffer(text.Length);
        while (!text.IsEmpty)
        {
            DepthGuard.Look();
            ReadOnlySpan<byte> part = CharacterTypes.Truncate(text, LongBytes.PartBytes);
            text = text[part.Length..];
            string characters = Encoding.UTF8.GetString(part);
            result.Write(isUpper ? characters.ToUpperInvariant() : characters.ToLowerInvariant());
        }

        c.Return(result.Written);
    }

    private static void Concat(ref FunctionCall c)
    {
        var result = new ByteBuffer();
        Join(ref c, 0, default, result);
        c.Return(result.Written);
    }

    private static void ConcatWithSeparator(ref FunctionCall c)
    {
        if (c.IsNull(0))
        {
            c.ReturnNull();
            return;
        }

        var result = new ByteBuffer();
        Join(ref c, 1, c.Bytes(0), result);
        c.Return(result.Written);
    }

    private static void Join(ref FunctionCall c, int first, ReadOnlySpan<byte> separator, ByteBuffer result)
    {
        bool any = false;
        if (c.Site.IsVariadicCall)
        {
            if (c.IsNull(first))
                return;
            SqlType element = c.ArgumentType(first).ElementType!;
            foreach (ArrayValue.Element item in new ArrayValue(c.Bytes(first)))
            {
                if (item.IsNull)
                    continue;
                if (any)
                    result.Write(separator);
                any = true;
                TypeOutput.Write(element, item.Stored, result, c.Settings, c.Context.Catalog);
            }

            return;
        }

        for (int i = first; i < c.ArgumentCount; i++)
        {
            if (c.IsNull(i))
                continue;
            if (any)
                result.Write(separator);
            any = true;
            result.Write(TextOf(ref c, i));
        }
    }

    private static void RegisterTrimming(FunctionTable t)
    {
        t.Add("btrim", static (ref FunctionCall c) => c.Return(Trim(c.Bytes(0), c.Bytes(1), true, true)));
        t.Add("btrim1", static (ref FunctionCall c) => c.Return(Trim(c.Bytes(0), " "u8, true, true)));
        t.Add("ltrim", static (ref FunctionCall c) => c.Return(Trim(c.Bytes(0), c.Bytes(1), true, false)));
        t.Add("ltrim1", static (ref FunctionCall c) => c.Return(Trim(c.Bytes(0), " "u8, true, false)));
        t.Add("rtrim", static (ref FunctionCall c) => c.Return(Trim(c.Bytes(0), c.Bytes(1), false, true)));
        t.Add("rtrim1", static (ref FunctionCall c) => c.Return(Trim(c.Bytes(0), " "u8, false, true)));
        t.Add("lpad", static (ref FunctionCall c) => Pad(ref c, atStart: true));
        t.Add("rpad", static (ref FunctionCall c) => Pad(ref c, atStart: false));
        t.Add(879u, static (ref FunctionCall c) => Pad(ref c, atStart: true));
        t.Add(880u, static (ref FunctionCall c) => Pad(ref c, atStart: false));
        t.Add("byteatrim", static (ref FunctionCall c) => c.Return(TrimBytes(c.Bytes(0), c.Bytes(1), true, true)));
        t.Add("bytealtrim", static (ref FunctionCall c) => c.Return(TrimBytes(c.Bytes(0), c.Bytes(1), true, false)));
        t.Add("byteartrim", static (ref FunctionCall c) => c.Return(TrimBytes(c.Bytes(0), c.Bytes(1), false, true)));
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text, ReadOnlySpan<byte> set, bool start, bool end)
    {
        while (start && text.Length > 0)
        {
            DepthGuard.Step();
            int length = CharacterTypes.ByteOffset(text, 1);
            if (!ContainsCharacter(set, text[..length]))
                break;
            text = text[length..];
        }

        while (end && text.Length > 0)
        {
            DepthGuard.Step();
            int at = text.Length - 1;
            while (at > 0 && (text[at] & 0xC0) == 0x80)
                at--;
            if (!ContainsCharacter(set, text[at..]))
                break;
            text = text[..at];
        }

        return text;
    }

    private static bool ContainsCharacter(ReadOnlySpan<byte> set, ReadOnlySpan<byte> character)
    {
        if (character.Length == 1)
            return set.Contains(character[0]);
        for (int i = 0; i < set.Length;)
        {
            DepthGuard.Step();
            int length = CharacterTypes.ByteOffset(set[i..], 1);
            if (set.Slice(i, length).SequenceEqual(character))
                return true;
            i += length;
        }

        return false;
    }

    private static ReadOnlySpan<byte> TrimBytes(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> set, bool start, bool end)
    {
        for (; start && bytes.Length > 0 && set.Contains(bytes[0]); DepthGuard.Step())
            bytes = bytes[1..];
        for (; end && bytes.Length > 0 && set.Contains(bytes[^1]); DepthGuard.Step())
            bytes = bytes[..^1];
        return bytes;
    }

    private static void Pad(ref FunctionCall c, bool atStart)
    {
        ReadOnlySpan<byte> text = c.Bytes(0), fill = c.ArgumentCount > 2 ? c.Bytes(2) : " "u8;
        int target = Math.Max(0, c.Int32(1));
        if (fill.IsEmpty)
            target = Math.Min(target, CharacterTypes.Count(text));
        if (target > TextMaxBytes / 4)
            throw new SqlException(SqlState.ProgramLimitExceeded, "requested length too large");
        int count = CharacterTypes.Count(text);
        if (count >= target || fill.IsEmpty)
        {
            c.Return(text[..CharacterTypes.ByteOffset(text, target)]);
            return;
        }

        int fillCount = CharacterTypes.Count(fill);
        int missing = target - count;
        int padding = (missing / fillCount * fill.Length) + CharacterTypes.ByteOffset(fill, missing % fillCount);
        Span<byte> room = c.Allocate(padding + text.Length);
        text.CopyTo(atStart ? room[padding..] : room);
        LongBytes.Repeat(fill, room.Slice(atStart ? 0 : text.Length, padding));
        c.ReturnView(room);
    }

    private static void RegisterPositions(FunctionTable t)
    {
        t.Add("text_substr", static (ref FunctionCall c) => c.Return(Substring(c.Bytes(0), c.Int32(1), c.Int32(2))));
        t.Add("text_substr_no_len", static (ref FunctionCall c) => c.Return(Substring(c.Bytes(0), c.Int32(1), null)));
        t.Add("text_left", static (ref FunctionCall c) =>
        {
            ReadOnlySpan<byte> text = c.Bytes(0);
            int count = c.Int32(1);
            if (count < 0)
                count = Math.Max(0, CharacterTypes.Count(text) + count);
            c.Return(text[..CharacterTypes.ByteOffset(text, count)]);
        });
        t.Add("text_right", static (ref FunctionCall c) =>
        {
            ReadOnlySpan<byte> text = c.Bytes(0);
            int count = c.Int32(1);
            // PostgreSQL cannot negate the least integer: it skips nothing.
            int skip = count < 0 ? Math.Max(0, unchecked(-count)) : Math.Max(0, CharacterTypes.Count(text) - count);
            c.Return(text[CharacterTypes.ByteOffset(text, skip)..]);
        });
        t.Add("textpos", static (ref FunctionCall c) => c.Return(Position(c.Bytes(0), c.Bytes(1))));
        t.Add("textoverlay", static (ref FunctionCall c) => Overlay(ref c, c.Int32(3)));
        t.Add("textoverlay_no_len", static (ref FunctionCall c) => Overlay(ref c, CharacterTypes.Count(c.Bytes(1))));
        t.Add("split_part", SplitPart);
        t.Add("text_starts_with", static (ref FunctionCall c) => c.Return(c.Bytes(0).StartsWith(c.Bytes(1))));
        t.Add("md5_text", static (ref FunctionCall c) => c.Return(Md5(c.Bytes(0))));
        t.Add("md5_bytea", static (ref FunctionCall c) => c.Return(Md5(c.Bytes(0))));
    }

    private static string Md5(ReadOnlySpan<byte> bytes) =>
        Convert.ToHexStringLower(LongBytes.Hash(HashAlgorithmName.MD5, bytes));

    private static ReadOnlySpan<byte> Substring(ReadOnlySpan<byte> text, int start, int? length)
    {
        long first = Math.Max(start, 1);
        long end = length is { } count ? (long)start + count : long.MaxValue;
        if (length < 0)
            throw new SqlException(SqlState.SubstringError, "negative substring length not allowed");
        if (end <= first)
            return default;
        int from = CharacterTypes.ByteOffset(text, (int)first - 1);
        ReadOnlySpan<byte> rest = text[from..];
        return end - first >= rest.Length ? rest : rest[..CharacterTypes.ByteOffset(rest, (int)(end - first))];
    }

    private static int Position(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part)
    {
        int at = LongBytes.IndexOf(text, part);
        return at < 0 ? 0 : CharacterTypes.Count(text[..at]) + 1;
    }

    private static void Overlay(ref FunctionCall c, int length)
    {
        ReadOnlySpan<byte> text = c.Bytes(0), insert = c.Bytes(1);
        int start = c.Int32(2);
        if (start <= 0)
            throw new SqlException(SqlState.SubstringError, "negative substring length not allowed");
        ReadOnlySpan<byte> before = Substring(text, 1, start - 1);
        long resume = (long)start + length;
        if (resume is > int.MaxValue or < int.MinValue)
            throw new SqlException(SqlState.NumericValueOutOfRange, "integer out of range");
        ReadOnlySpan<byte> after = Substring(text, (int)Math.Min(resume, int.MaxValue), null);
        var result = new ByteBuffer(text.Length + insert.Length);
        result.Write(before);
        result.Write(insert);
        result.Write(after);
        c.Return(result.Written);
    }

    private static void SplitPart(ref FunctionCall c)
    {
        ReadOnlySpan<byte> text = c.Bytes(0), separator = c.Bytes(1);
        int field = c.Int32(2);
        if (field == 0)
            throw new SqlException(SqlState.InvalidParameterValue, "field position must not be zero");
        if (separator.IsEmpty)
        {
            c.Return(field is 1 or -1 ? text : default);
            return;
        }

        if (field < 0)
        {
            int fields = 1;
            for (ReadOnlySpan<byte> rest = text; LongBytes.IndexOf(rest, separator) is var found && found >= 0; rest = rest[(found + separator.Length)..])
            {
                DepthGuard.Step();
                fields++;
            }

            field = fields + field + 1;
            if (field <= 0)
            {
                c.Return(default(ReadOnlySpan<byte>));
                return;
            }
        }

        while (true)
        {
            DepthGuard.Step();
            int at = LongBytes.IndexOf(text, separator);
            if (--field == 0)
            {
                c.Return(at < 0 ? text : text[..at]);
                return;
            }

            if (at < 0)
            {
                c.Return(default(ReadOnlySpan<byte>));
                return;
            }

            text = text[(at + separator.Length)..];
        }
    }

    private static void RegisterBytes(FunctionTable t)
    {
        t.Add("bytea_substr", static (ref FunctionCall c) => c.Return(SubstringBytes(c.Bytes(0), c.Int32(1), c.Int32(2))));
        t.Add("bytea_substr_no_len", static (ref FunctionCall c) => c.Return(SubstringBytes(c.Bytes(0), c.Int32(1), null)));
        t.Add("byteapos", static (ref FunctionCall c) => c.Return(LongBytes.IndexOf(c.Bytes(0), c.Bytes(1)) + 1));
        t.Add("byteaGetByte", static (ref FunctionCall c) => c.Return((int)c.Bytes(0)[CheckIndex(c.Int32(1), c.Bytes(0).Length)]));
        t.Add("byteaSetByte", static (ref FunctionCall c) =>
        {
            byte[] bytes = c.Bytes(0).ToArray();
            bytes[CheckIndex(c.Int32(1), bytes.Length)] = (byte)c.Int32(2);
            c.Return(bytes);
        });
        t.Add("byteaGetBit", static (ref FunctionCall c) =>
        {
            ReadOnlySpan<byte> bytes = c.Bytes(0);
            long bit = CheckBit(c.Int64(1), bytes.Length);
            c.Return((bytes[(int)(bit >> 3)] >> (int)(bit & 7)) & 1);
        });
        t.Add("byteaSetBit", static (ref FunctionCall c) =>
        {
            byte[] bytes = c.Bytes(0).ToArray();
            long bit = CheckBit(c.Int64(1), bytes.Length);
            int value = c.Int32(2);
            if (value is not (0 or 1))
                throw new SqlException(SqlState.InvalidParameterValue, "new bit must be 0 or 1");
            bytes[bit >> 3] = (byte)((bytes[bit >> 3] & ~(1 << (int)(bit & 7))) | (value << (int)(bit & 7)));
            c.Return(bytes);
        });
        t.Add("bytea_bit_count", static (ref FunctionCall c) =>
        {
            long count = 0;
            foreach (byte b in c.Bytes(0))
                count += System.Numerics.BitOperations.PopCount(b);
            c.Return(count);
        });
        t.Add("byteaoverlay", static (ref FunctionCall c) => OverlayBytes(ref c, c.Int32(3)));
        t.Add("byteaoverlay_no_len", static (ref FunctionCall c) => OverlayBytes(ref c, c.Bytes(1).Length));
        t.Add("parse_ident", ParseIdentifier);
        t.Add("binary_encode", Encode);
        t.Add("binary_decode", Decode);
        t.Add("sha224_bytea", static (ref FunctionCall c) => c.Return(Sha224.HashData(c.Bytes(0))));
        t.Add("sha256_bytea", static (ref FunctionCall c) => c.Return(LongBytes.Hash(HashAlgorithmName.SHA256, c.Bytes(0))));
        t.Add("sha384_bytea", static (ref FunctionCall c) => c.Return(LongBytes.Hash(HashAlgorithmName.SHA384, c.Bytes(0))));
        t.Add("sha512_bytea", static (ref FunctionCall c) => c.Return(LongBytes.Hash(HashAlgorithmName.SHA512, c.Bytes(0))));
    }

    private static long CheckBit(long bit, int length) =>
        bit >= 0 && bit < length * 8L ? bit
            : throw new SqlException(SqlState.ArraySubscriptError, string.Create(CultureInfo.InvariantCulture, $"index {bit} out of valid range, 0..{(length * 8L) - 1}"));

    private static void OverlayBytes(ref FunctionCall c, int length)
    {
        ReadOnlySpan<byte> bytes = c.Bytes(0);
        int start = c.Int32(2);
        if (start <= 0)
            throw new SqlException(SqlState.SubstringError, "negative substring length not allowed");
        if ((long)start + length is > int.MaxValue or < int.MinValue)
            throw new SqlException(SqlState.NumericValueOutOfRange, "integer out of range");
        var result = new ByteBuffer(bytes.Length + c.Bytes(1).Length);
        result.Write(SubstringBytes(bytes, 1, start - 1));
        result.Write(c.Bytes(1));
        result.Write(SubstringBytes(bytes, (int)Math.Min((long)start + length, int.MaxValue), null));
        c.Return(result.Written);
    }

    /// <summary>Splits a.b."C d" into its parts; unquoted ones are folded to lower case.</summary>
    private static void ParseIdentifier(ref FunctionCall c)
    {
        string text = c.String(0);
        SqlException Bad(string? detail = null) =>
            new(SqlState.InvalidParameterValue, $"string is not a valid identifier: \"{text}\"") { Detail = detail };
        var builder = new ArrayBuilder();
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        while (true)
        {
            DepthGuard.Step();
            int end;
            string part;
            if (rest.Length > 0 && rest[0] == '"')
            {
                end = 1;
                while (end < rest.Length && (rest[end] != '"' || (end + 1 < rest.Length && rest[end + 1] == '"')))
                    end += rest[end] == '"' ? 2 : 1;
                if (end >= rest.Length)
                    throw Bad("String has unclosed double quotes.");
                part = rest[1..end].ToString().Replace("\"\"", "\"", StringComparison.Ordinal);
                end++;
                if (part.Length == 0)
                    throw Bad("Quoted identifier must not be empty.");
            }
            else
            {
                end = 0;
                while (end < rest.Length && (char.IsAsciiLetterOrDigit(rest[end]) || !char.IsAscii(rest[end]) || rest[end] is '_' or '$'))
                    end++;
                if (end == 0 || char.IsAsciiDigit(rest[0]) || rest[0] == '$')
                    throw rest.Length > 0 && rest[0] == '.' ? Bad("No valid identifier before \".\".") : Bad();
                part = AsciiCase.Lower(rest[..end].ToString());
            }

            builder.Add(Encoding.UTF8.GetBytes(part));
            rest = rest[end..].TrimStart();
            if (rest.Length == 0)
                break;
            if (rest[0] != '.')
            {
                if (c.ArgumentCount < 2 || c.Boolean(1))
                    throw Bad();
                break;
            }

            rest = rest[1..].TrimStart();
            if (rest.Length == 0)
                throw Bad("No valid identifier after \".\".");
        }

        c.Return(builder.Build(TypeOid.Text));
    }

    private static int CheckIndex(int index, int length) =>
        (uint)index < (uint)length ? index
            : throw new SqlException(SqlState.ArraySubscriptError, $"index {index} out of valid range, 0..{length - 1}");

    private static ReadOnlySpan<byte> SubstringBytes(ReadOnlySpan<byte> bytes, int start, int? length)
    {
        if (length < 0)
            throw new SqlException(SqlState.SubstringError, "negative substring length not allowed");
        long first = Math.Max(start, 1L), end = length is { } count ? Math.Min((long)start + count, bytes.Length + 1L) : bytes.Length + 1L;
        return end <= first ? default : bytes[(int)(first - 1)..(int)(end - 1)];
    }

    private static SqlException UnknownEncoding(string name) =>
        new(SqlState.InvalidParameterValue, $"unrecognized encoding: \"{name}\"");

    private const int Base64LineCharacters = 76;
    private const int Base64LineBytes = Base64LineCharacters / 4 * 3;

    private static void Encode(ref FunctionCall c)
    {
        var buffer = new ByteBuffer();
        string format = c.String(1);
        switch (format.ToLowerInvariant())
        {
            case "hex":
                BinaryText.WriteHex(buffer, c.Bytes(0));
                break;
            case "escape":
                BinaryText.WriteEscaped(buffer, c.Bytes(0));
                break;
            case "base64":
                // Lines of 76 characters, as MIME wants them.
                ReadOnlySpan<byte> bytes = c.Bytes(0);
                for (int i = 0; i < bytes.Length; i += Base64LineBytes)
                {
                    DepthGuard.Step();
                    if (i > 0)
                        buffer.Write('\n');
                    Base64.EncodeToUtf8(bytes.Slice(i, Math.Min(Base64LineBytes, bytes.Length - i)), buffer.Reserve(Base64LineCharacters), out _, out int written);
                    buffer.Advance(written);
                }

                break;
            default:
                throw UnknownEncoding(format);
        }

        c.Return(buffer.Written);
    }

    private static void Decode(ref FunctionCall c)
    {
        string format = c.String(1);
        switch (format.ToLowerInvariant())
        {
            case "hex":
                c.Return(BinaryText.ParseHex(c.Bytes(0)));
                break;
            case "escape":
                c.Return(BinaryText.ParseBytea(c.Bytes(0)));
                break;
            case "base64":
                try
                {
                    c.Return(Convert.FromBase64String(c.String(0)));
                }
                catch (FormatException)
                {
                    foreach (System.Text.Rune symbol in c.String(0).EnumerateRunes())
                        if (!(symbol.IsAscii && (char.IsAsciiLetterOrDigit((char)symbol.Value) || symbol.Value is '+' or '/' or '=' or ' ' or '\t' or '\n' or '\r')))
                            throw new SqlException(SqlState.InvalidParameterValue, $"invalid symbol \"{symbol}\" found while decoding base64 sequence");
                    throw new SqlException(SqlState.InvalidParameterValue, "invalid base64 end sequence") { Hint = "Input data is missing padding, is truncated, or is otherwise corrupted." };
                }

                break;
            default:
                throw UnknownEncoding(format);
        }
    }
}
