using System.Globalization;
using Strata.Engine.Storage;
using Strata.Format.Pages;

namespace Strata.Engine.Planning.Explain;

/// <summary>What EXPLAIN's BUFFERS and WAL show: PostgreSQL's names, and in the text format only what is not zero. Stateless.</summary>
internal static class ExplainUsage
{
    /// <summary>The properties of BUFFERS; the first has the line of the text format.</summary>
    public static IEnumerable<ExplainProperty> Buffers(ResourceUsage used)
    {
        (string Name, long Value)[] values =
        [
            ("Shared Hit Blocks", used.SharedHits), ("Shared Read Blocks", used.SharedReads), ("Shared Dirtied Blocks", used.SharedDirtied), ("Shared Written Blocks", 0),
            ("Local Hit Blocks", 0), ("Local Read Blocks", 0), ("Local Dirtied Blocks", 0), ("Local Written Blocks", 0),
            ("Temp Read Blocks", Blocks(used.TemporaryReadBytes)), ("Temp Written Blocks", Blocks(used.TemporaryWrittenBytes)),
        ];
        string line = BuffersLine(used);
        foreach ((string name, long value) in values)
        {
            yield return new ExplainProperty(name, ExplainNumber.Of(value, "F0"), line);
            line = "";
        }
    }

    /// <summary>The line of BUFFERS in the text format; empty when nothing was used.</summary>
    public static string BuffersLine(in ResourceUsage used)
    {
        string shared = Part("shared", [("hit", used.SharedHits), ("read", used.SharedReads), ("dirtied", used.SharedDirtied)]);
        string temporary = Part("temp", [("read", Blocks(used.TemporaryReadBytes)), ("written", Blocks(used.TemporaryWrittenBytes))]);
        if (shared.Length + temporary.Length == 0)
            return "";
        return "Buffers: " + (shared.Length > 0 && temporary.Length > 0 ? $"{shared}, {temporary}" : shared + temporary);
    }

    /// <summary>The properties of WAL.</summary>
    public static IEnumerable<ExplainProperty> Wal(ResourceUsage used)
    {
        string line = used.WalRecords == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"WAL: records={used.WalRecords} bytes={used.WalBytes}");
        yield return new ExplainProperty("WAL Records", ExplainNumber.Of(used.WalRecords, "F0"), line);
        yield return new ExplainProperty("WAL FPI", ExplainNumber.Of(0, "F0"), "");
        yield return new ExplainProperty("WAL Bytes", ExplainNumber.Of(used.WalBytes, "F0"), "");
    }

    private static string Part(string name, ReadOnlySpan<(string Name, long Value)> values)
    {
        string text = "";
        foreach ((string value, long count) in values)
            text += count > 0 ? string.Create(CultureInfo.InvariantCulture, $" {value}={count}") : "";
        return text.Length > 0 ? name + text : "";
    }

    private static long Blocks(long bytes) => (bytes + PageFormat.PageSizeBytes - 1) / PageFormat.PageSizeBytes;
}
