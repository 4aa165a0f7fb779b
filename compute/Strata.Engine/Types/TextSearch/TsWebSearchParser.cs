namespace Strata.Engine.Types.TextSearch;

/// <summary>
/// Reads what people type into a search box: words, "phrases", or, and a minus in front; everything is a query. <paramref name="makeOperand"/> makes the query of a word or phrase. Source: PostgreSQL 15,
/// "Parsing Queries" (websearch_to_tsquery). Not thread-safe.
/// </summary>
internal sealed class TsWebSearchParser(string text, Func<string, TsQueryNode> makeOperand)
{
    private readonly List<TsQueryNode> _operands = [];
    private readonly Stack<TsOperator> _operators = new();
    private int _at;

    /// <summary>The tree; null for a text without anything to look for.</summary>
    public TsQueryNode? Parse()
    {
        bool isFirst = true;
        while (true)
        {
            if (!ReadOperand(isFirst))
                return null;
            isFirst = false;
            if (NextOperator() is not { } op)
                break;
            Push(op);
        }

        while (_operators.Count > 0)
            Apply(_operators.Pop());
        return _operands[0];
    }

    /// <summary>One operand with the minuses before it. False at the end of a text that has none at all; behind an operator the end stands for a word that counts for nothing.</summary>
    private bool ReadOperand(bool isFirst)
    {
        while (_at < text.Length)
        {
            char c = text[_at];
            if (c == '-')
            {
                Push(TsOperator.Not);
                isFirst = false;
            }
            else if (c == '"')
            {
                int end = text.IndexOf('"', _at + 1);
                _operands.Add(makeOperand(end < 0 ? text[(_at + 1)..] : text[(_at + 1)..end]));
                _at = end < 0 ? text.Length : end + 1;
                return true;
            }
            else if (IsOperator(c))
            {
                isFirst = false;
            }
            else if (!char.IsWhiteSpace(c))
            {
                int end = _at + 1;
                while (end < text.Length && !char.IsWhiteSpace(text[end]) && !IsOperator(text[end]) && text[end] is not ('"' or ':'))
                    end++;
                _operands.Add(makeOperand(text[_at..end]));
                _at = end;
                return true;
            }

            _at++;
        }

        if (isFirst)
            return false;
        _operands.Add(makeOperand(""));
        return true;
    }

    private static bool IsOperator(char c) => c is '!' or '&' or '|' or '(' or ')';

    /// <summary>What stands between two operands: or, otherwise and; null at the end.</summary>
    private TsOperator? NextOperator()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]) && text[_at] != '"')
            _at++;
        if (_at >= text.Length)
            return null;
        if (!IsOr())
            return TsOperator.And;
        _at += 2;
        return TsOperator.Or;
    }

    /// <summary>The word "or" with something behind it.</summary>
    private bool IsOr()
    {
        if (string.Compare(text, _at, "or", 0, 2, StringComparison.OrdinalIgnoreCase) != 0 || _at + 2 >= text.Length)
            return false;
        char next = text[_at + 2];
        if (next is '-' or '_' || char.IsLetterOrDigit(next))
            return false;
        for (int i = _at + 3; i < text.Length; i++)
        {
            if (!char.IsWhiteSpace(text[i]))
                return true;
        }

        return false;
    }

    private static int Priority(TsOperator op) => op switch
    {
        TsOperator.Or => 1,
        TsOperator.And => 2,
        _ => 3,
    };

    private void Push(TsOperator op)
    {
        while (op != TsOperator.Not && _operators.TryPeek(out TsOperator top) && Priority(top) >= Priority(op))
            Apply(_operators.Pop());
        _operators.Push(op);
    }

    private void Apply(TsOperator op)
    {
        TsQueryNode right = _operands[^1];
        _operands.RemoveAt(_operands.Count - 1);
        if (op == TsOperator.Not)
        {
            _operands.Add(TsQueryNode.Not(right));
            return;
        }

        TsQueryNode left = _operands[^1];
        _operands[^1] = TsQueryNode.Of(op, left, right);
    }
}
