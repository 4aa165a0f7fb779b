using Xunit;

namespace Strata.Tests.Engine.Functions;

public class FunctionResultTests
{
    [Theory]
    [InlineData("numbers.txt")]
    [InlineData("strings.txt")]
    [InlineData("dates.txt")]
    [InlineData("more.txt")]
    [InlineData("patterns.txt")]
    public void Answers_as_PostgreSQL_does(string file)
    {
        var functions = new TestFunctionContext();
        var differences = new List<string>();
        int count = 0;
        foreach ((string expression, string expected) in ExpressionCases.Read(file))
        {
            count++;
            string actual = ExpressionCases.Run(expression, functions);
            if (actual != expected)
                differences.Add($"{expression}\n  expected {expected}\n  actual   {actual}");
        }

        Assert.True(count > 50, $"{file} holds {count} cases");
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }
}
