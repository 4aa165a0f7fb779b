using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Types.TextSearch;
using Strata.Engine.Vectors;
using static Strata.Engine.Functions.TextSearchFunctions;

namespace Strata.Engine.Functions;

/// <summary>Functions that take tsvectors apart and change them. Source: PostgreSQL 15, "Text Search Functions and Operators".</summary>
internal static class TsVectorFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("tsvector_length", static (ref FunctionCall c) => c.Return(Vector(ref c, 0).Lexemes.Length));
        t.Add("tsvector_strip", static (ref FunctionCall c) =>
            c.Return(new TsVector([.. Vector(ref c, 0).Lexemes.Select(static l => new TsLexeme(l.Word, []))]).Encode()));
        t.Add("tsvector_concat", static (ref FunctionCall c) => c.Return(Concatenate(Vector(ref c, 0), Vector(ref c, 1)).Encode()));
        t.Add("tsvector_setweight", static (ref FunctionCall c) => c.Return(SetWeight(Vector(ref c, 0), Weight((char)c.Byte(1), asNumber: true), null).Encode()));
        t.Add("tsvector_setweight_by_filter", static (ref FunctionCall c) =>
            c.Return(SetWeight(Vector(ref c, 0), Weight((char)c.Byte(1)), Words(c.Bytes(2), isFilter: true)).Encode()));
        t.Add("tsvector_filter", static (ref FunctionCall c) => c.Return(Filter(Vector(ref c, 0), c.Bytes(1)).Encode()));
        t.Add("tsvector_delete_str", static (ref FunctionCall c) => c.Return(Delete(Vector(ref c, 0), [c.Bytes(1).ToArray()]).Encode()));
        t.Add("tsvector_delete_arr", static (ref FunctionCall c) => c.Return(Delete(Vector(ref c, 0), Words(c.Bytes(1), isFilter: true)).Encode()));
        t.Add("tsvector_to_array", static (ref FunctionCall c) =>
        {
            var builder = new ArrayBuilder();
            foreach (TsLexeme lexeme in Vector(ref c, 0).Lexemes)
                builder.Add(lexeme.Word);
            c.Return(builder.Build(TypeOid.Text));
        });
        t.Add("array_to_tsvector", static (ref FunctionCall c) =>
        {
            var words = new List<(byte[] Word, List<ushort> Positions)>();
            foreach (byte[] word in Words(c.Bytes(0), isFilter: false))
                words.Add((word, []));
            c.Return(TsVector.Build(words).Encode());
        });
        t.AddSet("tsvector_unnest", static (ref FunctionCall c) => new LexemeSource(Vector(ref c, 0)));
    }

    private sealed class LexemeSource(TsVector vector) : RowSource
    {
        private int _next;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            for (; count < rowsMax && _next < vector.Lexemes.Length; count++)
            {
                TsLexeme lexeme = vector.Lexemes[_next++];
                int row = start + count;
                columns[0].SetBytes(row, lexeme.Word);
                if (lexeme.Positions.Length == 0)
                {
                    columns[1].SetNull(row);
                    columns[2].SetNull(row);
                    continue;
                }

                var positions = new ArrayBuilder();
                var weights = new ArrayBuilder();
                foreach (ushort position in lexeme.Positions)
                {
                    positions.Add(BitConverter.GetBytes((short)TsLexeme.Position(position)));
                    weights.Add([(byte)('A' + 3 - TsLexeme.Weight(position))]);
                }

                columns[1].SetBytes(row, positions.Build(TypeOid.Int2));
                columns[2].SetBytes(row, weights.Build(TypeOid.Text));
            }

            return count;
        }
    }

    private static int Weight(char letter, bool asNumber = false) => letter switch
    {
        'a' or 'A' => 3,
        'b' or 'B' => 2,
        'c' or 'C' => 1,
        'd' or 'D' => 0,
        _ => throw new SqlException(SqlState.InternalError, asNumber ? $"unrecognized weight: {unchecked((sbyte)letter)}" : letter == 0 ? "unrecognized weight: "
            // A byte beyond ASCII alone is no character of UTF-8.
            : $"unrecognized weight: {(char.IsAscii(letter) ? letter : '\uFFFD')}"),
    };

    private static List<byte[]> Words(ReadOnlySpan<byte> array, bool isFilter)
    {
        var words = new List<byte[]>();
        foreach (ArrayValue.Element element in new ArrayValue(array))
        {
            // Nulls and empty strings are no lexemes, so a filter never finds them.
            if (isFilter && (element.IsNull || element.Stored.IsEmpty))
                continue;
            if (element.IsNull)
                throw new SqlException(SqlState.NullValueNotAllowed, "lexeme array may not contain nulls");
            if (element.Stored.IsEmpty)
                throw new SqlException(SqlState.ZeroLengthCharacterString, "lexeme array may not contain empty strings");
            words.Add(element.Stored.ToArray());
        }

        return words;
    }

    private static TsVector SetWeight(TsVector vector, int weight, List<byte[]>? only)
    {
        TsLexeme[] lexemes = [.. vector.Lexemes];
        for (int i = 0; i < lexemes.Length; i++)
        {
            byte[] word = lexemes[i].Word;
            if (only is null || only.Exists(o => o.AsSpan().SequenceEqual(word)))
                lexemes[i] = new TsLexeme(word, [.. lexemes[i].Positions.Select(p => TsLexeme.Pack(TsLexeme.Position(p), weight))]);
        }

        return new TsVector(lexemes);
    }

    private static TsVector Filter(TsVector vector, ReadOnlySpan<byte> weights)
    {
        int mask = 0;
        foreach (ArrayValue.Element element in new ArrayValue(weights))
        {
            if (element.IsNull)
                throw new SqlException(SqlState.NullValueNotAllowed, "weight array may not contain nulls");
            mask |= (char)element.Stored[0] switch
            {
                'a' or 'A' => 8,
                'b' or 'B' => 4,
                'c' or 'C' => 2,
                'd' or 'D' => 1,
                char other => throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized weight: \"{other}\""),
            };
        }

        var lexemes = new List<TsLexeme>();
        foreach (TsLexeme lexeme in vector.Lexemes)
        {
            ushort[] kept = [.. lexeme.Positions.Where(p => (mask & (1 << TsLexeme.Weight(p))) != 0)];
            if (kept.Length > 0)
                lexemes.Add(new TsLexeme(lexeme.Word, kept));
        }

        return new TsVector([.. lexemes]);
    }

    private static TsVector Delete(TsVector vector, List<byte[]> words) =>
        new([.. vector.Lexemes.Where(l => !words.Exists(w => w.AsSpan().SequenceEqual(l.Word)))]);

    /// <summary>The second vector's positions are moved behind the first one's.</summary>
    private static TsVector Concatenate(TsVector a, TsVector b)
    {
        int last = 0;
        var words = new List<(byte[] Word, List<ushort> Positions)>();
        foreach (TsLexeme lexeme in a.Lexemes)
        {
            foreach (ushort position in lexeme.Positions)
                last = Math.Max(last, TsLexeme.Position(position));
            words.Add((lexeme.Word, [.. lexeme.Positions]));
        }

        foreach (TsLexeme lexeme in b.Lexemes)
            words.Add((lexeme.Word, [.. lexeme.Positions.Select(p => TsLexeme.Pack(TsLexeme.Position(p) + last, TsLexeme.Weight(p)))]));
        return TsVector.Build(words);
    }
}
