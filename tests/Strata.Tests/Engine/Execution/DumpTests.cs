using Xunit;
namespace Strata.Tests.Engine.Execution;
public sealed class DumpTests
{
    [Fact]
    public void Dump()
    {
        foreach (string f in Directory.GetFiles("/work/wt/query/tests/sql", "*.sql"))
        {
            using var runner = new SqlRunner();
            string text;
            try { text = runner.Run(File.ReadAllText(f)); } catch (Exception e) { text = runner.Partial + e; }
            File.WriteAllText("/tmp/qout/" + Path.GetFileNameWithoutExtension(f) + ".out", text);
        }
    }
}
