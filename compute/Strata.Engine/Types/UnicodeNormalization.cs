using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Types;

/// <summary>
/// The four normalization forms of Unicode (UAX #15), from an embedded table: the runtime's own needs ICU, which the server does without. Thread-safe.
/// </summary>
internal static class UnicodeNormalization
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TailCount = 28;

    private readonly record struct Entry(byte Class, bool IsCompatibility, int[] Decomposition);

    private static readonly FrozenDictionary<int, Entry> s_entries;
    private static readonly FrozenDictionary<(int, int), int> s_compositions;

    static UnicodeNormalization()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Unicode.normalization.tsv")
            ?? throw new InvariantViolationException("no embedded normalization table");
        using var reader = new StreamReader(stream);
        var entries = new Dictionary<int, Entry>();
        var compositions = new Dictionary<(int, int), int>();
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            string[] parts = line.Split('\t');
            int code = int.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            int[] sequence = parts[3].Length == 0 ? [] : [.. parts[3].Split(' ').Select(p => int.Parse(p, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            entries.Add(code, new Entry(byte.Parse(parts[1], CultureInfo.InvariantCulture), parts[2] == "K", sequence));
            if (parts[2] == "C" && sequence.Length == 2)
                compositions[(sequence[0], sequence[1])] = code;
        }

        s_entries = entries.ToFrozenDictionary();
        s_compositions = compositions.ToFrozenDictionary();
    }

    public static string Normalize(string text, bool compose, bool compatibility)
    {
        if (Ascii.IsValid(text))
            return text;
        var codes = new List<int>(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            DepthGuard.Step();
            Decompose(rune.Value, compatibility, codes);
        }

        Order(codes);
        if (compose)
            Compose(codes);
        var result = new StringBuilder(codes.Count);
        foreach (int code in codes)
        {
            DepthGuard.Step();
            if (code <= char.MaxValue)
                result.Append((char)code);
            else
                result.Append(char.ConvertFromUtf32(code));
        }

        return result.ToString();
    }

    private static byte ClassOf(int code) => s_entries.TryGetValue(code, out Entry entry) ? entry.Class : (byte)0;

    private static void Decompose(int code, bool compatibility, List<int> codes)
    {
        int syllable = code - HangulBase;
        if ((uint)syllable < LeadCount * VowelCount * TailCount)
        {
            codes.Add(LeadBase + (syllable / (VowelCount * TailCount)));
            codes.Add(VowelBase + (syllable % (VowelCount * TailCount) / TailCount));
            if (syllable % TailCount != 0)
                codes.Add(TailBase + (syllable % TailCount));
            return;
        }

        if (!s_entries.TryGetValue(code, out Entry entry) || entry.Decomposition.Length == 0 || (entry.IsCompatibility && !compatibility))
        {
            codes.Add(code);
            return;
        }

        foreach (int part in entry.Decomposition)
            Decompose(part, compatibility, codes);
    }

    /// <summary>Sorts runs of combining characters by their class, stably.</summary>
    private static void Order(List<int> codes)
    {
        for (int i = 1; i < codes.Count; i++)
        {
            DepthGuard.Step();
            byte own = ClassOf(codes[i]);
            for (int j = i; own != 0 && j > 0 && ClassOf(codes[j - 1]) > own; j--, DepthGuard.Step())
                (codes[j], codes[j - 1]) = (codes[j - 1], codes[j]);
        }
    }

    private static void Compose(List<int> codes)
    {
        int starter = -1, kept = 0, lastClass = -1;
        foreach (int code in codes.ToArray())
        {
            DepthGuard.Step();
            int own = ClassOf(code);
            if (starter >= 0 && (lastClass < own || lastClass == -1) && Pair(codes[starter], code) is { } composed)
            {
                codes[starter] = composed;
                continue;
            }

            if (own == 0)
            {
                starter = kept;
                lastClass = -1;
            }
            else
            {
                lastClass = own;
            }

            codes[kept++] = code;
        }

        codes.RemoveRange(kept, codes.Count - kept);
    }

    private static int? Pair(int first, int second)
    {
        int lead = first - LeadBase, vowel = second - VowelBase;
        if ((uint)lead < LeadCount && (uint)vowel < VowelCount)
            return HangulBase + (((lead * VowelCount) + vowel) * TailCount);
        int syllable = first - HangulBase, tail = second - TailBase;
        if ((uint)syllable < LeadCount * VowelCount * TailCount && syllable % TailCount == 0 && tail is > 0 and < TailCount)
            return first + tail;
        return s_compositions.TryGetValue((first, second), out int composed) ? composed : null;
    }
}
