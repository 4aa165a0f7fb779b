using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Expressions;

/// <summary>Default values of built-in functions' parameters, as pg_get_function_arguments writes them: literals only.</summary>
internal static class FunctionDefaults
{
    /// <summary>The default of a parameter that has one.</summary>
    public static Expression Get(FunctionInfo function, int parameter)
    {
        Invariant.Check(function.Routine is null);
        Invariant.Check(function.ArgumentsText != null);
        string text = SplitArguments(function.ArgumentsText)[parameter];
        int at = text.IndexOf(" DEFAULT ", StringComparison.Ordinal);
        Invariant.Check(at >= 0);
        string value = text[(at + " DEFAULT ".Length)..].Trim();
        if (value.StartsWith("NULL", StringComparison.Ordinal))
            return ConstantExpression.Null(SqlType.Unknown);
        if (value.StartsWith('\''))
            value = value[1..value.LastIndexOf('\'')].Replace("''", "'", StringComparison.Ordinal);
        return ConstantExpression.UnknownLiteral(value);
    }

    private static List<string> SplitArguments(string text)
    {
        var parts = new List<string>();
        int depth = 0, start = 0;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\'')
                quoted = !quoted;
            else if (!quoted && c is '(' or '{')
                depth++;
            else if (!quoted && c is ')' or '}')
                depth--;
            else if (!quoted && depth == 0 && c == ',')
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }
}
