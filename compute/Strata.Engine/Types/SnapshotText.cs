using System.Globalization;
using System.Text;

namespace Strata.Engine.Types;

/// <summary>
/// pg_snapshot and txid_snapshot: xmin:xmax:xip, with the ids of running transactions ascending. Stored as that text in its shortest form.
/// Immutable. Source: PostgreSQL 15, "Transaction ID and Snapshot Information Functions".
/// </summary>
internal sealed class SnapshotText
{
    private SnapshotText(ulong xmin, ulong xmax, ulong[] running)
    {
        Xmin = xmin;
        Xmax = xmax;
        Running = running;
    }

    /// <summary>Transactions below are finished.</summary>
    public ulong Xmin { get; }

    /// <summary>Transactions from here on have not begun.</summary>
    public ulong Xmax { get; }

    /// <summary>Transactions between that are running, in order.</summary>
    public ulong[] Running { get; }

    public bool IsVisible(ulong xid) => xid < Xmin || (xid < Xmax && Array.BinarySearch(Running, xid) < 0);

    /// <summary>Reads a snapshot; 22P02.</summary>
    public static SnapshotText Parse(ReadOnlySpan<byte> text)
    {
        string[] parts = Encoding.UTF8.GetString(text).Split(':');
        if (parts.Length != 3 || !TryRead(parts[0], out ulong xmin) || !TryRead(parts[1], out ulong xmax) || xmin == 0 || xmax == 0 || xmax < xmin)
            throw TypeErrors.InvalidSyntax("pg_snapshot", text);
        var running = new List<ulong>();
        if (parts[2].Length > 0)
        {
            foreach (string part in parts[2].Split(','))
            {
                if (!TryRead(part, out ulong xid) || xid < xmin || xid >= xmax || (running.Count > 0 && xid < running[^1]))
                    throw TypeErrors.InvalidSyntax("pg_snapshot", text);
                if (running.Count == 0 || xid != running[^1])
                    running.Add(xid);
            }
        }

        return new SnapshotText(xmin, xmax, [.. running]);
    }

    /// <summary>Ids are below 2^63: txid functions give them as bigint.</summary>
    private static bool TryRead(string text, out ulong xid) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out xid) && xid <= long.MaxValue;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Xmin}:{Xmax}:{string.Join(",", Running.Select(x => x.ToString(CultureInfo.InvariantCulture)))}");
}
