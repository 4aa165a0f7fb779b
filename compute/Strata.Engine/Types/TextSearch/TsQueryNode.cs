namespace Strata.Engine.Types.TextSearch;

/// <summary>Operators of a tsquery, with PostgreSQL's numbers.</summary>
internal enum TsOperator : byte
{
    /// <summary>A word.</summary>
    None = 0,
    Not = 1,
    And = 2,
    Or = 3,
    Phrase = 4,
}

/// <summary>A word or an operator of a tsquery. Immutable.</summary>
internal sealed class TsQueryNode
{
    private TsQueryNode()
    {
    }

    public TsOperator Operator { get; private init; }

    /// <summary>Of <see cref="TsOperator.Phrase"/>: how many positions lie between the operands.</summary>
    public int Distance { get; private init; }

    /// <summary>Operand of NOT, or the left one.</summary>
    public TsQueryNode? Left { get; private init; }

    public TsQueryNode? Right { get; private init; }

    public byte[] Word { get; private init; } = [];

    /// <summary>Bit 3 A, 2 B, 1 C, 0 D; 0 for any.</summary>
    public byte Weights { get; private init; }

    public bool IsPrefix { get; private init; }

    public bool IsWord => Operator == TsOperator.None;

    public static TsQueryNode Of(byte[] word, byte weights, bool isPrefix) => new() { Word = word, Weights = weights, IsPrefix = isPrefix };

    public static TsQueryNode Not(TsQueryNode operand) => new() { Operator = TsOperator.Not, Left = operand };

    public static TsQueryNode Of(TsOperator op, TsQueryNode left, TsQueryNode right, int distance = 0) =>
        new() { Operator = op, Left = left, Right = right, Distance = distance };

    /// <summary>Nodes of the tree.</summary>
    public int Count
    {
        get
        {
            Vectors.DepthGuard.Check();
            return 1 + (Left?.Count ?? 0) + (Right?.Count ?? 0);
        }
    }

    /// <summary>Bytes of all words with a terminator each.</summary>
    public int WordBytes
    {
        get
        {
            Vectors.DepthGuard.Check();
            return IsWord ? Word.Length + 1 : (Left?.WordBytes ?? 0) + (Right?.WordBytes ?? 0);
        }
    }

    /// <summary>Words in the order of their text.</summary>
    public void Collect(List<TsQueryNode> words)
    {
        Vectors.DepthGuard.Check();
        if (IsWord)
            words.Add(this);
        Left?.Collect(words);
        Right?.Collect(words);
    }

    private uint _checksum;

    /// <summary>PostgreSQL's legacy CRC of the word: words are ordered by it.</summary>
    private int Checksum
    {
        get
        {
            if (_checksum == 0)
                _checksum = LegacyChecksum.Compute(Word);
            return (int)_checksum;
        }
    }

    /// <summary>Order of trees: operators by falling number, words by checksum.</summary>
    public int CompareTo(TsQueryNode other)
    {
        Vectors.DepthGuard.Check();
        if (IsWord != other.IsWord)
            return IsWord ? 1 : -1;
        if (IsWord)
        {
            return Checksum != other.Checksum ? (Checksum > other.Checksum ? -1 : 1) : Math.Sign(Word.AsSpan().SequenceCompareTo(other.Word));
        }

        if (Operator != other.Operator)
            return Operator > other.Operator ? -1 : 1;
        // The right operand stands first.
        int order = Right is null ? 0 : Right.CompareTo(other.Right!);
        if (order == 0)
            order = Left!.CompareTo(other.Left!);
        return order != 0 || Distance == other.Distance ? order : Distance > other.Distance ? -1 : 1;
    }
}
