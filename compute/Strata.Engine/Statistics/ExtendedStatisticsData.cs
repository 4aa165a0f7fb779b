using System.Globalization;
using System.Text;
using Strata.Engine.Catalog;

namespace Strata.Engine.Statistics;

/// <summary>The number of distinct combinations of some columns; expressions have numbers from -1 down.</summary>
internal sealed record DistinctCombination(short[] Attributes, double Distinct);

/// <summary>How far the last of the columns follows from those before it: the share of rows for which it does.</summary>
internal sealed record FunctionalDependency(short[] Attributes, double Degree);

/// <summary>A frequent combination of values (null for NULL), in the order of the object's columns and expressions; the base frequency is what independence would give.</summary>
internal sealed record CommonCombination(string?[] Values, double Frequency, double BaseFrequency);

/// <summary>What ANALYZE found for a statistics object: parts that it did not build are null. Immutable but for a cache.</summary>
internal sealed record ExtendedStatisticsData
{
    private const string NullMark = "n";
    private const string ValueMark = "v";

    public DistinctCombination[]? Distinct { get; init; }
    public FunctionalDependency[]? Dependencies { get; init; }
    public CommonCombination[]? Common { get; init; }

    /// <summary>Statistics of the expressions, in their order.</summary>
    public ColumnStatistics[]? Expressions { get; init; }

    /// <summary>True when nothing was built.</summary>
    public bool IsEmpty => Distinct is null && Dependencies is null && Common is null && Expressions is null;

    /// <summary><c>pg_ndistinct</c>'s text.</summary>
    public string? DistinctText => Distinct is null ? null : "{" + string.Join(", ", Distinct.Select(static item =>
        string.Create(CultureInfo.InvariantCulture, $"\"{string.Join(", ", item.Attributes)}\": {(int)item.Distinct}"))) + "}";

    /// <summary><c>pg_dependencies</c>' text.</summary>
    public string? DependenciesText => Dependencies is null ? null : "{" + string.Join(", ", Dependencies.Select(static item =>
        string.Create(CultureInfo.InvariantCulture, $"\"{string.Join(", ", item.Attributes[..^1])} => {item.Attributes[^1]}\": {item.Degree:F6}"))) + "}";

    /// <summary>The form that the catalog keeps.</summary>
    public string[] Store()
    {
        var items = new StatisticsItems();
        items.Add(Distinct?.Length ?? -1);
        foreach (DistinctCombination item in Distinct ?? [])
        {
            items.Add(item.Attributes);
            items.Add(item.Distinct);
        }

        items.Add(Dependencies?.Length ?? -1);
        foreach (FunctionalDependency item in Dependencies ?? [])
        {
            items.Add(item.Attributes);
            items.Add(item.Degree);
        }

        items.Add(Common?.Length ?? -1);
        foreach (CommonCombination item in Common ?? [])
            Store(item, items);
        items.Add(Expressions?.Length ?? -1);
        foreach (ColumnStatistics item in Expressions ?? [])
            Store(item, items);
        return items.ToArray();
    }

    /// <summary>Reads <see cref="Store()"/>'s form.</summary>
    public static ExtendedStatisticsData Parse(string[] stored)
    {
        var items = new StatisticsItems(stored);
        return new ExtendedStatisticsData
        {
            Distinct = List(items, static i => new DistinctCombination(i.Shorts(), i.Number())),
            Dependencies = List(items, static i => new FunctionalDependency(i.Shorts(), i.Number())),
            Common = List(items, ReadCombination),
            Expressions = List(items, ReadColumn),
        };
    }

    /// <summary><c>pg_mcv_list</c>'s value: the combinations in the form that <see cref="ParseCommon"/> reads.</summary>
    public byte[]? CommonBytes()
    {
        if (Common is null)
            return null;
        var items = new StatisticsItems();
        items.Add(Common.Length);
        foreach (CommonCombination item in Common)
            Store(item, items);
        var text = new StringBuilder();
        foreach (string item in items.ToArray())
            text.Append(CultureInfo.InvariantCulture, $"{item.Length}:").Append(item);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The combinations of a <c>pg_mcv_list</c>.</summary>
    public static CommonCombination[] ParseCommon(ReadOnlySpan<byte> value)
    {
        string text = Encoding.UTF8.GetString(value);
        var parts = new List<string>();
        for (int at = 0; at < text.Length;)
        {
            int colon = text.IndexOf(':', at);
            int length = int.Parse(text.AsSpan(at, colon - at), CultureInfo.InvariantCulture);
            parts.Add(text.Substring(colon + 1, length));
            at = colon + 1 + length;
        }

        return List(new StatisticsItems([.. parts]), ReadCombination) ?? [];
    }

    private static T[]? List<T>(StatisticsItems items, Func<StatisticsItems, T> read)
    {
        int count = items.Integer();
        if (count < 0)
            return null;
        var result = new T[count];
        for (int i = 0; i < count; i++)
            result[i] = read(items);
        return result;
    }

    private static void Store(CommonCombination item, StatisticsItems items)
    {
        items.Add([.. item.Values.Select(static value => value is null ? NullMark : ValueMark + value)]);
        items.Add(item.Frequency);
        items.Add(item.BaseFrequency);
    }

    private static CommonCombination ReadCombination(StatisticsItems items) =>
        new(Array.ConvertAll(items.Texts(), static text => text == NullMark ? null : text[1..]), items.Number(), items.Number());

    private static void Store(ColumnStatistics statistics, StatisticsItems items)
    {
        items.Add(statistics.NullFraction);
        items.Add(statistics.Width);
        items.Add(statistics.Distinct);
        items.Add(statistics.Correlation is { } correlation ? [correlation] : Array.Empty<float>());
        items.Add(statistics.CommonValues);
        items.Add(statistics.CommonFrequencies);
        items.Add(statistics.HistogramBounds);
        items.Add(statistics.CommonElements);
        items.Add(statistics.ElementFrequencies);
        items.Add(statistics.ElementCounts);
    }

    private static ColumnStatistics ReadColumn(StatisticsItems items) => new()
    {
        Column = 0,
        NullFraction = (float)items.Number(),
        Width = items.Integer(),
        Distinct = (float)items.Number(),
        Correlation = items.Floats() is [var correlation] ? correlation : null,
        CommonValues = items.Texts(),
        CommonFrequencies = items.Floats(),
        HistogramBounds = items.Texts(),
        CommonElements = items.Texts(),
        ElementFrequencies = items.Floats(),
        ElementCounts = items.Floats(),
    };
}
