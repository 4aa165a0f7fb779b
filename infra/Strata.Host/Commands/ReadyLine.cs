namespace Strata.Host.Commands;

/// <summary>What <c>strata up</c> says when it serves; tools wait for the line that begins with "ready".</summary>
internal static class ReadyLine
{
    public static void Print(string password, string host, int pgPort, string apiUrl)
    {
        Console.Out.WriteLine($"api {apiUrl}");
        Console.Out.WriteLine($"ready postgresql://postgres:{password}@{host}:{pgPort}/postgres");
        Console.Out.Flush();
    }
}
