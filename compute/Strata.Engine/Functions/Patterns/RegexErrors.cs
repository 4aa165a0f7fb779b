using Strata.Engine.Types;

namespace Strata.Engine.Functions.Patterns;

/// <summary>What is wrong with a pattern, in PostgreSQL's words; all are 2201B.</summary>
internal static class RegexErrors
{
    public static SqlException BadPattern() => Invalid("invalid regexp (reg version 0.8)");

    public static SqlException CollatingElement() => Invalid("invalid collating element");

    public static SqlException CharacterClass() => Invalid("invalid character class");

    public static SqlException Escape() => Invalid("invalid escape \\ sequence");

    public static SqlException BackReference() => Invalid("invalid backreference number");

    public static SqlException Brackets() => Invalid("brackets [] not balanced");

    public static SqlException Parentheses() => Invalid("parentheses () not balanced");

    public static SqlException Braces() => Invalid("braces {} not balanced");

    public static SqlException Repetition() => Invalid("invalid repetition count(s)");

    public static SqlException Range() => Invalid("invalid character range");

    public static SqlException Quantifier() => Invalid("quantifier operand invalid");

    public static SqlException EmbeddedOption() => Invalid("invalid embedded option");

    public static SqlException Argument() => Invalid("invalid argument to regex function");

    public static SqlException TooComplex() => Invalid("regular expression is too complex");

    private static SqlException Invalid(string reason) => new(SqlState.InvalidRegularExpression, $"invalid regular expression: {reason}");
}
