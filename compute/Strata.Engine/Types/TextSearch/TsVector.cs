using System.Buffers.Binary;
using System.Text;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types.TextSearch;

/// <summary>
/// A tsvector: lexemes in byte order. Immutable. Stored, little-endian:
/// <code>
/// | number of lexemes:4 | per lexeme: length:2, number of positions:2, bytes, positions:2 each |
/// </code>
/// </summary>
internal sealed class TsVector(TsLexeme[] lexemes)
{
    public static readonly TsVector Empty = new([]);

    public TsLexeme[] Lexemes { get; } = lexemes;

    public static TsVector Decode(ReadOnlySpan<byte> stored)
    {
        int count = stored.Length < 4 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(stored), at = 4;
        var lexemes = new TsLexeme[count];
        for (int i = 0; i < count; i++)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(stored[at..]), number = BinaryPrimitives.ReadUInt16LittleEndian(stored[(at + 2)..]);
            byte[] word = stored.Slice(at + 4, length).ToArray();
            at += 4 + length;
            var positions = new ushort[number];
            for (int p = 0; p < number; p++, at += 2)
                positions[p] = BinaryPrimitives.ReadUInt16LittleEndian(stored[at..]);
            lexemes[i] = new TsLexeme(word, positions);
        }

        return new TsVector(lexemes);
    }

    public byte[] Encode()
    {
        int length = 4;
        foreach (TsLexeme lexeme in Lexemes)
            length += 4 + lexeme.Word.Length + (2 * lexeme.Positions.Length);
        var bytes = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Lexemes.Length);
        int at = 4;
        foreach (TsLexeme lexeme in Lexemes)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)lexeme.Word.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + 2), (ushort)lexeme.Positions.Length);
            lexeme.Word.CopyTo(bytes, at + 4);
            at += 4 + lexeme.Word.Length;
            foreach (ushort position in lexeme.Positions)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), position);
                at += 2;
            }
        }

        return bytes;
    }

    /// <summary>Sorts lexemes and joins the positions of equal ones.</summary>
    public static TsVector Build(List<(byte[] Word, List<ushort> Positions)> words)
    {
        LongSort.Sort(words, static (a, b) => a.Word.AsSpan().SequenceCompareTo(b.Word));
        var lexemes = new List<TsLexeme>(words.Count);
        for (int i = 0; i < words.Count;)
        {
            var positions = new List<ushort>();
            int start = i;
            for (; i < words.Count && words[i].Word.AsSpan().SequenceEqual(words[start].Word); i++)
                positions.AddRange(words[i].Positions);
            lexemes.Add(new TsLexeme(words[start].Word, TsLexeme.Normalize(positions)));
        }

        return new TsVector([.. lexemes]);
    }

    /// <summary>The index of a lexeme, or the complement of where it would stand.</summary>
    public int Find(ReadOnlySpan<byte> word)
    {
        int low = 0, high = Lexemes.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2, order = Lexemes[middle].Word.AsSpan().SequenceCompareTo(word);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }

    /// <summary>Lexemes that an operand means: the one, or all that begin with it.</summary>
    public ReadOnlySpan<TsLexeme> Matching(ReadOnlySpan<byte> word, bool isPrefix)
    {
        int first = Find(word);
        if (!isPrefix)
            return first >= 0 ? Lexemes.AsSpan(first, 1) : default;
        first = first < 0 ? ~first : first;
        int end = first;
        while (end < Lexemes.Length && Lexemes[end].Word.AsSpan().StartsWith(word))
            end++;
        return Lexemes.AsSpan(first, end - first);
    }

    /// <summary>Bytes that the value takes in PostgreSQL, by which vectors are ordered first.</summary>
    private int Size
    {
        get
        {
            int size = 0;
            foreach (TsLexeme lexeme in Lexemes)
            {
                size += lexeme.Word.Length;
                if (lexeme.Positions.Length > 0)
                    size += (size & 1) + 2 + (2 * lexeme.Positions.Length);
            }

            return size + 8 + (4 * Lexemes.Length);
        }
    }

    /// <summary>tsvector's order: size, number of lexemes, then lexeme by lexeme.</summary>
    public int CompareTo(TsVector other)
    {
        int order = Size.CompareTo(other.Size);
        if (order == 0)
            order = Lexemes.Length.CompareTo(other.Lexemes.Length);
        for (int i = 0; i < Lexemes.Length && order == 0; i++)
        {
            TsLexeme a = Lexemes[i], b = other.Lexemes[i];
            if ((a.Positions.Length > 0) != (b.Positions.Length > 0))
                return a.Positions.Length > 0 ? -1 : 1;
            order = a.Word.AsSpan().SequenceCompareTo(b.Word);
            if (order == 0)
                order = -a.Positions.Length.CompareTo(b.Positions.Length);
            for (int p = 0; p < a.Positions.Length && order == 0; p++)
            {
                order = -TsLexeme.Position(a.Positions[p]).CompareTo(TsLexeme.Position(b.Positions[p]));
                if (order == 0)
                    order = -TsLexeme.Weight(a.Positions[p]).CompareTo(TsLexeme.Weight(b.Positions[p]));
            }
        }

        return Math.Sign(order);
    }

    public void Write(ByteBuffer buffer)
    {
        for (int i = 0; i < Lexemes.Length; i++)
        {
            if (i > 0)
                buffer.Write(' ');
            WriteQuoted(buffer, Lexemes[i].Word);
            ushort[] positions = Lexemes[i].Positions;
            for (int p = 0; p < positions.Length; p++)
            {
                buffer.Write(p == 0 ? ':' : ',');
                buffer.WriteNumber(TsLexeme.Position(positions[p]));
                int weight = TsLexeme.Weight(positions[p]);
                if (weight > 0)
                    buffer.Write((char)('A' + 3 - weight));
            }
        }
    }

    /// <summary>'word' with quotes and backslashes doubled.</summary>
    public static void WriteQuoted(ByteBuffer buffer, ReadOnlySpan<byte> word)
    {
        buffer.Write('\'');
        foreach (byte c in word)
        {
            if (c is (byte)'\'' or (byte)'\\')
                buffer.Write(c);
            buffer.Write(c);
        }

        buffer.Write('\'');
    }

    public override string ToString()
    {
        var text = new ByteBuffer();
        Write(text);
        return Encoding.UTF8.GetString(text.Written);
    }
}
