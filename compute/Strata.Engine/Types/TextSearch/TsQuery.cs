using System.Buffers.Binary;
using System.Globalization;

namespace Strata.Engine.Types.TextSearch;

/// <summary>
/// A tsquery: a tree, or nothing. Immutable. Stored, little-endian, in prefix order with the right operand first:
/// <code>
/// word      | 1 | weights:1 | prefix:1 | length:2 | bytes |
/// operator  | 2 | operator:1 | distance:2 |
/// </code>
/// The empty query has no bytes.
/// </summary>
internal sealed class TsQuery(TsQueryNode? root)
{
    public static readonly TsQuery Empty = new(null);

    public TsQueryNode? Root { get; } = root;

    public int Count => Root?.Count ?? 0;

    public static TsQuery Decode(ReadOnlySpan<byte> stored)
    {
        int at = 0;
        return stored.IsEmpty ? Empty : new TsQuery(DecodeNode(stored, ref at));
    }

    private static TsQueryNode DecodeNode(ReadOnlySpan<byte> stored, ref int at)
    {
        Vectors.DepthGuard.Check();
        if (stored[at] == 1)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(stored[(at + 3)..]);
            TsQueryNode word = TsQueryNode.Of(stored.Slice(at + 5, length).ToArray(), stored[at + 1], stored[at + 2] != 0);
            at += 5 + length;
            return word;
        }

        var op = (TsOperator)stored[at + 1];
        int distance = BinaryPrimitives.ReadUInt16LittleEndian(stored[(at + 2)..]);
        at += 4;
        TsQueryNode first = DecodeNode(stored, ref at);
        return op == TsOperator.Not ? TsQueryNode.Not(first) : TsQueryNode.Of(op, DecodeNode(stored, ref at), first, distance);
    }

    public byte[] Encode()
    {
        if (Root is null)
            return [];
        var buffer = new ByteBuffer();
        EncodeNode(Root, buffer);
        return buffer.ToArray();
    }

    private static void EncodeNode(TsQueryNode node, ByteBuffer buffer)
    {
        Vectors.DepthGuard.Check();
        if (node.IsWord)
        {
            buffer.Write((byte)1);
            buffer.Write(node.Weights);
            buffer.Write(node.IsPrefix ? (byte)1 : (byte)0);
            WriteShort(buffer, node.Word.Length);
            buffer.Write(node.Word);
            return;
        }

        buffer.Write((byte)2);
        buffer.Write((byte)node.Operator);
        WriteShort(buffer, node.Distance);
        if (node.Right is not null)
            EncodeNode(node.Right, buffer);
        EncodeNode(node.Left!, buffer);
    }

    private static void WriteShort(ByteBuffer buffer, int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.Reserve(2), (ushort)value);
        buffer.Advance(2);
    }

    /// <summary>tsquery's order: number of nodes, size, then the trees.</summary>
    public int CompareTo(TsQuery other)
    {
        int order = Count.CompareTo(other.Count);
        if (order == 0)
            order = (Root?.WordBytes ?? 0).CompareTo(other.Root?.WordBytes ?? 0);
        return order != 0 || Root is null ? order : Root.CompareTo(other.Root!);
    }

    public void Write(ByteBuffer buffer)
    {
        if (Root is not null)
            Write(Root, 0, isPhraseRight: false, buffer);
    }

    private static int Priority(TsOperator op) => op switch
    {
        TsOperator.Or => 1,
        TsOperator.And => 2,
        TsOperator.Phrase => 3,
        _ => 4,
    };

    private static void Write(TsQueryNode node, int parentPriority, bool isPhraseRight, ByteBuffer buffer)
    {
        Vectors.DepthGuard.Check();
        if (node.IsWord)
        {
            WriteWord(node, buffer);
            return;
        }

        int priority = Priority(node.Operator);
        bool encloses = priority < parentPriority || (node.Operator == TsOperator.Phrase && priority == parentPriority && isPhraseRight);
        if (encloses)
            buffer.Write("( "u8);
        if (node.Operator == TsOperator.Not)
        {
            buffer.Write('!');
            Write(node.Left!, priority, false, buffer);
        }
        else
        {
            Write(node.Left!, priority, false, buffer);
            buffer.Write(node.Operator switch
            {
                TsOperator.Or => " | ",
                TsOperator.And => " & ",
                _ => node.Distance == 1 ? " <-> " : string.Create(CultureInfo.InvariantCulture, $" <{node.Distance}> "),
            });
            Write(node.Right!, priority, node.Operator == TsOperator.Phrase, buffer);
        }

        if (encloses)
            buffer.Write(" )"u8);
    }

    private static void WriteWord(TsQueryNode node, ByteBuffer buffer)
    {
        TsVector.WriteQuoted(buffer, node.Word);
        if (node.Weights == 0 && !node.IsPrefix)
            return;
        buffer.Write(':');
        if (node.IsPrefix)
            buffer.Write('*');
        for (int weight = 3; weight >= 0; weight--)
        {
            if ((node.Weights & (1 << weight)) != 0)
                buffer.Write((char)('A' + 3 - weight));
        }
    }
}
