using System.Globalization;

namespace Strata.Benchmarks.Oltp;

/// <summary>CPU and memory of processes with all that descend from them, from <c>/proc</c>.</summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of CPU that the processes and their descendants have used, those that ended included.</summary>
    public static double CpuSeconds(IReadOnlyCollection<int> roots) => All(roots).Sum(static stat => stat.Ticks) / TicksPerSecond;

    /// <summary>Resident bytes; memory that processes share counts for each.</summary>
    public static long ResidentBytes(IReadOnlyCollection<int> roots) => All(roots).Sum(static stat => stat.Resident) * Environment.SystemPageSize;

    private static List<(int Id, int Parent, long Ticks, long Resident)> All(IReadOnlyCollection<int> roots)
    {
        var all = new List<(int Id, int Parent, long Ticks, long Resident)>();
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                continue;
            try
            {
                string text = File.ReadAllText(Path.Combine(folder, "stat"));
                // The name stands in parentheses and may hold spaces.
                string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                all.Add((id, Number(fields[1]), Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]), Number(fields[21])));
            }
            catch (IOException)
            {
                // It ended meanwhile.
                continue;
            }
        }

        var members = roots.ToHashSet();
        int before;
        do
        {
            before = members.Count;
            foreach ((int id, int parent, _, _) in all)
                if (members.Contains(parent))
                    members.Add(id);
        }
        while (members.Count > before);
        return all.FindAll(stat => members.Contains(stat.Id));
    }

    private static int Number(string text) => (int)long.Parse(text, CultureInfo.InvariantCulture);
}
