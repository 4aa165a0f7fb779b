using System.Runtime.CompilerServices;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Tests.Engine.Expressions;

namespace Strata.Tests.Engine.Functions;

/// <summary>
/// Reads the expression files: one case per line, "expression ---- type result" as PostgreSQL 15 answered (time zone UTC), or
/// "expression ---- ERROR sqlstate message". NULL stands for null.
/// </summary>
internal static class ExpressionCases
{
    private const string Separator = " ---- ";

    private static string ThisFile([CallerFilePath] string path = "") => path;

    public static IEnumerable<(string Expression, string Expected)> Read(string file)
    {
        string path = Path.Combine(Path.GetDirectoryName(ThisFile())!, file);
        foreach (string line in File.ReadLines(path))
        {
            int at = line.LastIndexOf(Separator, StringComparison.Ordinal);
            if (at > 0 && !line.StartsWith('#'))
                yield return (line[..at], line[(at + Separator.Length)..]);
        }
    }

    /// <summary>Binds and computes an expression; the answer in the files' form.</summary>
    public static string Run(string sql, TestFunctionContext functions)
    {
        try
        {
            Expression bound = TestBinder.Bind(sql, functions);
            using var context = new EvaluationContext { Functions = functions };
            using ExpressionInstance instance = CompiledExpression.Compile(bound).CreateInstance();
            Datum value = instance.EvaluateScalar(context);
            string text = TypeOutput.ToText(bound.Type, value, functions.Settings, functions.Catalog) ?? "NULL";
            return $"{TypeNames.Format(bound.Type)} {text}".Replace("\\", "\\\\").Replace("\n", "\\n").Replace("\t", "\\t").Replace("\r", "\\r");
        }
        catch (SqlException e)
        {
            return $"ERROR {e.State} {e.Message}";
        }
        catch (global::Strata.Sql.SqlSyntaxException e)
        {
            return $"ERROR {e.SqlState} {e.Message}";
        }
    }
}
