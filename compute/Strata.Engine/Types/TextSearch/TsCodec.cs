using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types.TextSearch;

/// <summary>Text and binary forms of tsvector and tsquery. Source: PostgreSQL 15, "Text Search Types".</summary>
internal sealed class TsCodec : TypeCodec
{
    public static readonly TsCodec Instance = new();

    public override void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row)
    {
        if (type.Oid == TypeOid.TsVector)
        {
            result.SetBytes(row, ParseVector(text).Encode());
            return;
        }

        TsQuery query = ParseQuery(text);
        if (query.Root is null)
            context.Notice(NoLexemes(text));
        result.SetBytes(row, query.Encode());
    }

    /// <summary>The notice about a query without any word.</summary>
    public static string NoLexemes(ReadOnlySpan<byte> text) => $"text-search query doesn't contain lexemes: \"{Encoding.UTF8.GetString(text)}\"";

    public static TsVector ParseVector(ReadOnlySpan<byte> text)
    {
        var words = new List<(byte[], List<ushort>)>();
        var reader = new TsWordReader(text, isQuery: false);
        for (reader.SkipSpace(); !reader.IsAtEnd; reader.SkipSpace())
        {
            byte[] word = reader.Word();
            words.Add((word, reader.Positions()));
        }

        return TsVector.Build(words);
    }

    public static TsQuery ParseQuery(ReadOnlySpan<byte> text) => new(new TsQueryParser(text, null).Parse(out _));

    public override void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        if (type.Oid == TypeOid.TsVector)
            TsVector.Decode(stored).Write(buffer);
        else
            TsQuery.Decode(stored).Write(buffer);
    }

    public override void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog)
    {
        if (type.Oid == TypeOid.TsQuery)
        {
            TsQuery query = TsQuery.Decode(stored);
            buffer.WriteInt32(query.Count);
            if (query.Root is not null)
                SendNode(query.Root, buffer);
            return;
        }

        TsVector vector = TsVector.Decode(stored);
        buffer.WriteInt32(vector.Lexemes.Length);
        foreach (TsLexeme lexeme in vector.Lexemes)
        {
            buffer.Write(lexeme.Word);
            buffer.Write((byte)0);
            buffer.WriteInt16((short)lexeme.Positions.Length);
            foreach (ushort position in lexeme.Positions)
                buffer.WriteInt16((short)position);
        }
    }

    private static void SendNode(TsQueryNode node, ByteBuffer buffer)
    {
        DepthGuard.Check();
        buffer.Write(node.IsWord ? (byte)1 : (byte)2);
        if (node.IsWord)
        {
            buffer.Write(node.Weights);
            buffer.Write(node.IsPrefix ? (byte)1 : (byte)0);
            buffer.Write(node.Word);
            buffer.Write((byte)0);
            return;
        }

        buffer.Write((byte)node.Operator);
        if (node.Operator == TsOperator.Phrase)
            buffer.WriteInt16((short)node.Distance);
        if (node.Right is not null)
            SendNode(node.Right, buffer);
        SendNode(node.Left!, buffer);
    }

    public override void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        var reader = new BinaryCursor(bytes);
        int count = reader.Int32();
        if (count < 0 || count > bytes.Length)
            throw new SqlException(SqlState.InvalidBinaryRepresentation, $"invalid size of {type.Name}");
        if (type.Oid == TypeOid.TsQuery)
        {
            TsQuery query = count == 0 ? TsQuery.Empty : new TsQuery(ReceiveNode(ref reader));
            reader.ExpectEnd();
            result.SetBytes(row, query.Encode());
            return;
        }

        var words = new List<(byte[], List<ushort>)>();
        for (int i = 0; i < count; i++)
        {
            byte[] word = Checked(reader.CString());
            var positions = new List<ushort>();
            for (int left = (ushort)reader.Int16(); left > 0; left--)
                positions.Add((ushort)reader.Int16());
            words.Add((word, positions));
        }

        reader.ExpectEnd();
        result.SetBytes(row, TsVector.Build(words).Encode());
    }

    private static byte[] Checked(ReadOnlySpan<byte> word)
    {
        if (word.Length > TsLexeme.WordBytesMax || !System.Text.Unicode.Utf8.IsValid(word))
            throw new SqlException(SqlState.InvalidBinaryRepresentation, $"invalid lexeme: \"{Encoding.UTF8.GetString(word)}\"");
        return word.ToArray();
    }

    private static TsQueryNode ReceiveNode(ref BinaryCursor reader)
    {
        DepthGuard.Check();
        byte kind = reader.Byte();
        if (kind == 1)
        {
            byte weights = reader.Byte(), prefix = reader.Byte();
            return TsQueryNode.Of(Checked(reader.CString()), (byte)(weights & 0xF), prefix != 0);
        }

        var op = (TsOperator)reader.Byte();
        if (kind != 2 || op is < TsOperator.Not or > TsOperator.Phrase)
            throw new SqlException(SqlState.InvalidBinaryRepresentation, $"unrecognized tsquery node type: {kind}");
        int distance = op == TsOperator.Phrase ? (ushort)reader.Int16() : 0;
        TsQueryNode first = ReceiveNode(ref reader);
        return op == TsOperator.Not ? TsQueryNode.Not(first) : TsQueryNode.Of(op, ReceiveNode(ref reader), first, distance);
    }

    /// <summary>Order of tsvectors.</summary>
    internal sealed class VectorComparison : ValueComparison
    {
        public static readonly VectorComparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
            a.SequenceEqual(b) ? 0 : TsVector.Decode(a).CompareTo(TsVector.Decode(b));

        public override ulong Hash(ReadOnlySpan<byte> value) => VectorHash.Bytes(value);
    }

    /// <summary>Order of tsqueries. Weights don't count.</summary>
    internal sealed class QueryComparison : ValueComparison
    {
        public static readonly QueryComparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
            a.SequenceEqual(b) ? 0 : TsQuery.Decode(a).CompareTo(TsQuery.Decode(b));

        public override ulong Hash(ReadOnlySpan<byte> value) => VectorHash.Int64((ulong)TsQuery.Decode(value).Count);
    }
}
