using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Formatting;

/// <summary>What a piece of a number template is.</summary>
internal enum NumberToken
{
    Text,
    Nine,
    Zero,
    Point,
    Comma,
    Group,
    Currency,
    Sign,
    Minus,
    Plus,
    PlusMinus,
    Angle,
    Roman,
    RomanLower,
    Ordinal,
    OrdinalLower,
    Blank,
    FillMode,
    Exponent,
    Shift,
    Ignored,
}

/// <summary>
/// A parsed number template of to_char and to_number (manual, "Template Patterns for Numeric Formatting"): its pieces and what they say together. The rules which of them go together, and their
/// errors, are those of PostgreSQL's NUMDesc_prepare. Immutable after construction.
/// </summary>
internal sealed class NumberTemplate
{
    private static readonly (string Word, NumberToken Token)[] s_words =
    [
        (",", NumberToken.Comma), (".", NumberToken.Point), ("0", NumberToken.Zero), ("9", NumberToken.Nine), ("B", NumberToken.Blank), ("C", NumberToken.Ignored), ("D", NumberToken.Point),
        ("EEEE", NumberToken.Exponent), ("FM", NumberToken.FillMode), ("G", NumberToken.Group), ("L", NumberToken.Currency), ("MI", NumberToken.Minus), ("PL", NumberToken.Plus),
        ("PR", NumberToken.Angle), ("RN", NumberToken.Roman), ("SG", NumberToken.PlusMinus), ("SP", NumberToken.Ignored), ("S", NumberToken.Sign), ("TH", NumberToken.Ordinal), ("V", NumberToken.Shift),
    ];

    private readonly byte[] _source;
    private readonly List<(NumberToken Token, string Text)> _pieces = [];

    public NumberTemplate(ReadOnlySpan<byte> source)
    {
        _source = source.ToArray();
        string template = Encoding.UTF8.GetString(source);
        for (int at = 0; at < template.Length;)
        {
            DepthGuard.Step();
            if (Find(template, at) is var (token, length))
            {
                Prepare(token);
                _pieces.Add((token, ""));
                at += length;
            }
            else if (template[at] == '"')
            {
                at = AddQuoted(template, at + 1);
            }
            else
            {
                if (template[at] == '\\' && at + 1 < template.Length && template[at + 1] == '"')
                    at++;
                at = AddCharacter(template, at);
            }
        }
    }

    /// <summary>The pieces in order.</summary>
    public IReadOnlyList<(NumberToken Token, string Text)> Pieces => _pieces;

    /// <summary>Digits before the point.</summary>
    public int Before { get; private set; }

    /// <summary>Digits after the point.</summary>
    public int After { get; private set; }

    /// <summary>Digits behind V.</summary>
    public int Shift { get; private set; }

    /// <summary>Number of the first 0 before the point, from 1; 0 for none.</summary>
    public int FirstZero { get; private set; }

    /// <summary>Number of the last 0, from 1; 0 for none.</summary>
    public int LastZero { get; private set; }

    public bool HasZero { get; private set; }

    public bool HasPoint { get; private set; }

    public bool HasMinus { get; private set; }

    public bool HasPlus { get; private set; }

    public bool HasAngle { get; private set; }

    public bool IsBlank { get; private set; }

    public bool IsFillMode { get; private set; }

    public bool IsRoman { get; private set; }

    public bool IsExponential { get; private set; }

    public bool IsShifted { get; private set; }

    /// <summary>S is there.</summary>
    public bool HasSign { get; private set; }

    /// <summary>S stands behind the number.</summary>
    public bool IsSignBehind { get; private set; }

    /// <summary>Digits that stand before an S before the point.</summary>
    public int DigitsBeforeSign { get; private set; }

    /// <summary>It was made of this text.</summary>
    public bool IsFor(ReadOnlySpan<byte> source) => source.SequenceEqual(_source);

    private static (NumberToken Token, int Length)? Find(string template, int at)
    {
        foreach ((string word, NumberToken token) in s_words)
        {
            if (string.CompareOrdinal(template, at, word, 0, word.Length) == 0)
                return (token, word.Length);
        }

        foreach ((string word, NumberToken token) in s_words)
        {
            if (string.CompareOrdinal(template, at, word.ToLowerInvariant(), 0, word.Length) == 0)
                return (token switch { NumberToken.Roman => NumberToken.RomanLower, NumberToken.Ordinal => NumberToken.OrdinalLower, _ => token }, word.Length);
        }

        return null;
    }

    private int AddQuoted(string template, int at)
    {
        while (at < template.Length && template[at] != '"')
        {
            DepthGuard.Step();
            if (template[at] == '\\' && at + 1 < template.Length)
                at++;
            at = AddCharacter(template, at);
        }

        return Math.Min(at + 1, template.Length);
    }

    private int AddCharacter(string template, int at)
    {
        int length = char.IsHighSurrogate(template[at]) && at + 1 < template.Length ? 2 : 1;
        _pieces.Add((NumberToken.Text, template.Substring(at, length)));
        return at + length;
    }

    private void Prepare(NumberToken token)
    {
        if (IsExponential && token != NumberToken.Exponent)
            throw Error("\"EEEE\" must be the last pattern used");
        switch (token)
        {
            case NumberToken.Nine or NumberToken.Zero:
                PrepareDigit(token == NumberToken.Zero);
                break;
            case NumberToken.Blank:
                IsBlank |= Before == 0 && After == 0 && !HasZero;
                break;
            case NumberToken.Point:
                Refuse(HasPoint, "multiple decimal points");
                Refuse(IsShifted, "cannot use \"V\" and decimal point together");
                HasPoint = true;
                break;
            case NumberToken.FillMode:
                IsFillMode = true;
                break;
            case NumberToken.Sign:
                PrepareSign();
                break;
            case NumberToken.Minus:
                Refuse(HasSign, "cannot use \"S\" and \"MI\" together");
                HasMinus = true;
                break;
            case NumberToken.Plus:
                Refuse(HasSign, "cannot use \"S\" and \"PL\" together");
                HasPlus = true;
                break;
            case NumberToken.PlusMinus:
                Refuse(HasSign, "cannot use \"S\" and \"SG\" together");
                HasMinus = HasPlus = true;
                break;
            case NumberToken.Angle:
                Refuse(HasSign || HasPlus || HasMinus, "cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together");
                HasAngle = true;
                break;
            case NumberToken.Roman or NumberToken.RomanLower:
                IsRoman = true;
                break;
            case NumberToken.Shift:
                Refuse(HasPoint, "cannot use \"V\" and decimal point together");
                IsShifted = true;
                break;
            case NumberToken.Exponent:
                PrepareExponent();
                break;
        }
    }

    private void PrepareDigit(bool isZero)
    {
        Refuse(HasAngle, isZero ? "\"0\" must be ahead of \"PR\"" : "\"9\" must be ahead of \"PR\"");
        if (!isZero && IsShifted)
        {
            Shift++;
            return;
        }

        if (isZero && !HasZero && !HasPoint)
        {
            HasZero = true;
            FirstZero = Before + 1;
        }

        if (HasPoint)
            After++;
        else
            Before++;
        if (isZero)
            LastZero = Before + After;
    }

    private void PrepareSign()
    {
        Refuse(HasSign, "cannot use \"S\" twice");
        Refuse(HasPlus || HasMinus || HasAngle, "cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together");
        HasSign = true;
        if (HasPoint)
            IsSignBehind = true;
        else
            DigitsBeforeSign = Before;
    }

    private void PrepareExponent()
    {
        Refuse(IsExponential, "cannot use \"EEEE\" twice");
        if (IsBlank || IsFillMode || HasSign || HasAngle || HasMinus || HasPlus || IsRoman || IsShifted)
        {
            throw new SqlException(SqlState.SyntaxError, "\"EEEE\" is incompatible with other formats")
            {
                Detail = "\"EEEE\" may only be used together with digit and decimal point patterns.",
            };
        }

        IsExponential = true;
    }

    private static void Refuse(bool condition, string message)
    {
        if (condition)
            throw Error(message);
    }

    private static SqlException Error(string message) => new(SqlState.SyntaxError, message);
}
