using System.Globalization;

namespace Strata.Simulation.World;

/// <summary>Which seeds a run takes: <c>STRATA_SEED</c> sets the first (CI: derived from the commit), so that every commit sees new histories that can be repeated.</summary>
public static class Seeds
{
    private const ulong DefaultFirst = 20_261_121;

    public static ulong First =>
        ulong.TryParse(Environment.GetEnvironmentVariable("STRATA_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed : DefaultFirst;

    /// <summary>Consecutive seeds, from <see cref="First"/> on.</summary>
    public static IEnumerable<ulong> Take(int count) => Enumerable.Range(0, count).Select(i => First + (ulong)i);
}
