using System.Globalization;

namespace Strata.Engine.Statistics;

/// <summary>Writes the parts of statistics as a list of texts, the form in which the catalog keeps them, and reads them back in the same order. For one thread.</summary>
internal sealed class StatisticsItems
{
    private readonly List<string> _items;
    private int _next;

    public StatisticsItems() => _items = [];

    public StatisticsItems(string[] items) => _items = [.. items];

    public string[] ToArray() => [.. _items];

    public void Add(string text) => _items.Add(text);

    public void Add(int number) => _items.Add(number.ToString(CultureInfo.InvariantCulture));

    public void Add(double number) => _items.Add(number.ToString("R", CultureInfo.InvariantCulture));

    public void Add(string[] texts)
    {
        Add(texts.Length);
        _items.AddRange(texts);
    }

    public void Add(float[] numbers)
    {
        Add(numbers.Length);
        foreach (float number in numbers)
            _items.Add(number.ToString("R", CultureInfo.InvariantCulture));
    }

    public void Add(short[] numbers)
    {
        Add(numbers.Length);
        foreach (short number in numbers)
            Add((int)number);
    }

    public string Text() => _items[_next++];

    public int Integer() => int.Parse(Text(), CultureInfo.InvariantCulture);

    public double Number() => double.Parse(Text(), CultureInfo.InvariantCulture);

    public string[] Texts()
    {
        var texts = new string[Integer()];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = Text();
        return texts;
    }

    public float[] Floats() => Array.ConvertAll(Texts(), static text => float.Parse(text, CultureInfo.InvariantCulture));

    public short[] Shorts() => Array.ConvertAll(Texts(), static text => short.Parse(text, CultureInfo.InvariantCulture));
}
