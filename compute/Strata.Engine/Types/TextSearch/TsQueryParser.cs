using System.Text;

namespace Strata.Engine.Types.TextSearch;

/// <summary>
/// Parses the text of a tsquery. Each word goes through <paramref name="makeOperand"/>, which a text search configuration uses to turn it into lexemes;
/// null stands for a stop word. Not thread-safe. Throws 42601, 22023.
/// </summary>
internal ref struct TsQueryParser(ReadOnlySpan<byte> text, Func<byte[], byte, bool, TsQueryNode?>? makeOperand)
{
    /// <summary>Longest distance of a phrase operator.</summary>
    public const int DistanceMax = 16384;

    private readonly ReadOnlySpan<byte> _text = text;
    private readonly HashSet<TsQueryNode> _stops = [];
    private TsWordReader _reader = new(text, isQuery: true);

    /// <summary>The tree of the whole text; stop words are in it and in <paramref name="stops"/>. Null when there is nothing.</summary>
    public TsQueryNode? Parse(out IReadOnlySet<TsQueryNode> stops)
    {
        _reader.SkipSpace();
        TsQueryNode? root = null;
        if (!_reader.IsAtEnd)
        {
            root = Or();
            if (!_reader.IsAtEnd)
                throw _reader.Bad();
        }

        stops = _stops;
        return root;
    }

    private TsQueryNode Or()
    {
        Vectors.DepthGuard.Check();
        TsQueryNode left = And();
        while (Take('|'))
            left = TsQueryNode.Of(TsOperator.Or, left, And());
        return left;
    }

    private TsQueryNode And()
    {
        TsQueryNode left = Phrase();
        while (Take('&'))
            left = TsQueryNode.Of(TsOperator.And, left, Phrase());
        return left;
    }

    private TsQueryNode Phrase()
    {
        TsQueryNode left = Unary();
        while (_reader.Peek == '<')
        {
            int distance = Distance();
            left = TsQueryNode.Of(TsOperator.Phrase, left, Unary(), distance);
        }

        return left;
    }

    private bool Take(char c)
    {
        if (_reader.Peek != c)
            return false;
        _reader.At++;
        _reader.SkipSpace();
        return true;
    }

    /// <summary>&lt;-&gt; or &lt;n&gt;.</summary>
    private int Distance()
    {
        _reader.At++;
        long distance = 1;
        if (_reader.Peek == '-')
        {
            _reader.At++;
        }
        else
        {
            if (_reader.Peek is < (byte)'0' or > (byte)'9')
                throw _reader.Bad();
            distance = 0;
            for (; _reader.Peek is >= (byte)'0' and <= (byte)'9'; _reader.At++)
                distance = Math.Min((distance * 10) + (_reader.Peek - '0'), int.MaxValue);
        }

        if (_reader.Peek != '>')
            throw _reader.Bad();
        _reader.At++;
        _reader.SkipSpace();
        return distance <= DistanceMax ? (int)distance : throw DistanceOutOfRange();
    }

    public static SqlException DistanceOutOfRange() => new(
        SqlState.InvalidParameterValue, $"distance in phrase operator must be an integer value between zero and {DistanceMax} inclusive");

    private TsQueryNode Unary()
    {
        Vectors.DepthGuard.Check();
        if (Take('!'))
            return TsQueryNode.Not(Unary());
        if (Take('('))
        {
            TsQueryNode inner = Or();
            return Take(')') ? inner : throw _reader.Bad();
        }

        if (_reader.IsAtEnd)
            throw new SqlException(SqlState.SyntaxError, $"no operand in tsquery: \"{Encoding.UTF8.GetString(_text)}\"");
        if (_reader.Peek is (byte)'&' or (byte)'|' or (byte)')' or (byte)':' or (byte)'<')
            throw _reader.Bad();
        byte[] word = _reader.Word();
        (byte weights, bool isPrefix) = Flags();
        _reader.SkipSpace();
        if (makeOperand is null)
            return TsQueryNode.Of(word, weights, isPrefix);
        if (makeOperand(word, weights, isPrefix) is { } operand)
            return operand;
        TsQueryNode stop = TsQueryNode.Of([], 0, false);
        _stops.Add(stop);
        return stop;
    }

    private (byte Weights, bool IsPrefix) Flags()
    {
        byte weights = 0;
        bool isPrefix = false;
        if (_reader.Peek != ':')
            return (weights, isPrefix);
        _reader.At++;
        while (true)
        {
            switch (_reader.Peek)
            {
                case (byte)'a' or (byte)'A': weights |= 8; break;
                case (byte)'b' or (byte)'B': weights |= 4; break;
                case (byte)'c' or (byte)'C': weights |= 2; break;
                case (byte)'d' or (byte)'D': weights |= 1; break;
                case (byte)'*': isPrefix = true; break;
                default: return (weights, isPrefix);
            }

            _reader.At++;
        }
    }
}
