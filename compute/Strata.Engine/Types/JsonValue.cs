using System.Text;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>
/// A parsed JSON value, for the operations that look into or change documents. Members keep their order; in jsonb text that is the
/// normalized one. Immutable but for building.
/// </summary>
internal sealed class JsonValue
{
    private JsonValue(JsonKind kind, byte[] text, List<JsonValue>? items = null, List<KeyValuePair<string, JsonValue>>? members = null)
    {
        Kind = kind;
        Text = text;
        Items = items ?? [];
        Members = members ?? [];
    }

    public JsonKind Kind { get; }

    /// <summary>Source text of scalars.</summary>
    public byte[] Text { get; }

    public List<JsonValue> Items { get; }

    public List<KeyValuePair<string, JsonValue>> Members { get; }

    public bool IsContainer => Kind is JsonKind.Array or JsonKind.Object;

    public static JsonValue Null { get; } = new(JsonKind.Null, "null"u8.ToArray());

    public static JsonValue NewArray(IEnumerable<JsonValue> items) => new(JsonKind.Array, [], [.. items]);

    public static JsonValue NewObject(IEnumerable<KeyValuePair<string, JsonValue>> members) => new(JsonKind.Object, [], null, [.. members]);

    /// <summary>The text that the value was parsed from; null for one that was built.</summary>
    private ReadOnlyMemory<byte>? Source { get; init; }

    public static JsonValue Parse(ReadOnlySpan<byte> text)
    {
        JsonText.Validate(text);
        return ParseStored(text);
    }

    /// <summary>Parses a stored value, which is known to be valid.</summary>
    public static JsonValue ParseStored(ReadOnlySpan<byte> text)
    {
        byte[] source = text.ToArray();
        var scanner = new JsonScanner(source);
        return Read(ref scanner, source);
    }

    /// <summary>The value's text as it was written, white space and all; jsonb's form for one that was built.</summary>
    public byte[] ToBytes()
    {
        if (!IsContainer)
            return Text;
        if (Source is { } source)
            return source.ToArray();
        var buffer = new ByteBuffer();
        Write(buffer);
        return buffer.ToArray();
    }

    private static JsonValue Read(ref JsonScanner scanner, byte[] source)
    {
        DepthGuard.Check();
        JsonKind kind = scanner.Peek();
        int start = scanner.Position;
        switch (kind)
        {
            case JsonKind.Array:
                {
                    var items = new List<JsonValue>();
                    scanner.Position++;
                    while (!scanner.TryTake(']'))
                    {
                        items.Add(Read(ref scanner, source));
                        scanner.TryTake(',');
                    }

                    return new JsonValue(kind, [], items) { Source = source.AsMemory(start, scanner.Position - start) };
                }

            case JsonKind.Object:
                {
                    var members = new List<KeyValuePair<string, JsonValue>>();
                    scanner.Position++;
                    while (!scanner.TryTake('}'))
                    {
                        scanner.SkipSpace();
                        string key = JsonScanner.Unescape(scanner.SkipString());
                        scanner.TryTake(':');
                        members.Add(new(key, Read(ref scanner, source)));
                        scanner.TryTake(',');
                    }

                    return new JsonValue(kind, [], null, members) { Source = source.AsMemory(start, scanner.Position - start) };
                }

            default:
                return new JsonValue(kind, scanner.SkipValue().ToArray());
        }
    }

    public JsonValue? Member(string key)
    {
        // The last of equal keys counts.
        for (int i = Members.Count - 1; i >= 0; i--)
        {
            if (Members[i].Key == key)
                return Members[i].Value;
        }

        return null;
    }

    /// <summary>An element, counted from the end when negative.</summary>
    public JsonValue? Item(int index)
    {
        if (index < 0)
            index += Items.Count;
        return (uint)index < (uint)Items.Count ? Items[index] : null;
    }

    /// <summary>A string without quotes, other values as JSON; null for JSON null.</summary>
    public string? AsText() => Kind switch
    {
        JsonKind.Null => null,
        JsonKind.String => JsonScanner.Unescape(Text),
        _ => ToString(),
    };

    /// <summary>Writes with jsonb's spacing, or with none.</summary>
    public void Write(ByteBuffer buffer, bool isSpaced = true)
    {
        DepthGuard.Check();
        switch (Kind)
        {
            case JsonKind.Array:
                buffer.Write('[');
                for (int i = 0; i < Items.Count; i++)
                {
                    if (i > 0)
                        buffer.Write(isSpaced ? ", "u8 : ","u8);
                    Items[i].Write(buffer, isSpaced);
                }

                buffer.Write(']');
                break;
            case JsonKind.Object:
                buffer.Write('{');
                for (int i = 0; i < Members.Count; i++)
                {
                    if (i > 0)
                        buffer.Write(isSpaced ? ", "u8 : ","u8);
                    JsonScanner.WriteString(buffer, Encoding.UTF8.GetBytes(Members[i].Key));
                    buffer.Write(isSpaced ? ": "u8 : ":"u8);
                    Members[i].Value.Write(buffer, isSpaced);
                }

                buffer.Write('}');
                break;
            default:
                buffer.Write(Text);
                break;
        }
    }

    public override string ToString()
    {
        var buffer = new ByteBuffer();
        Write(buffer);
        return buffer.ToString();
    }

    /// <summary>Equality as jsonb's: numbers by value, objects by members in any order.</summary>
    public bool SameAs(JsonValue other)
    {
        DepthGuard.Check();
        if (Kind != other.Kind)
            return false;
        switch (Kind)
        {
            case JsonKind.Number: return NumberText.ParseNumeric(Text).Equals(NumberText.ParseNumeric(other.Text));
            case JsonKind.String: return AsText() == other.AsText();
            case JsonKind.Array:
                if (Items.Count != other.Items.Count)
                    return false;
                for (int i = 0; i < Items.Count; i++)
                {
                    if (!Items[i].SameAs(other.Items[i]))
                        return false;
                }

                return true;
            case JsonKind.Object:
                return Members.Count == other.Members.Count && Members.All(m => other.Member(m.Key)?.SameAs(m.Value) == true);
            default: return true;
        }
    }

    /// <summary>
    /// jsonb's order: object, array, boolean, number, string, null from high to low; arrays and objects by size, then by their parts; an
    /// empty array is below everything.
    /// </summary>
    public int CompareTo(JsonValue other)
    {
        // A document that is an empty array comes before all others; within a document it is an array like others.
        bool isEmpty = Kind == JsonKind.Array && Items.Count == 0, otherEmpty = other.Kind == JsonKind.Array && other.Items.Count == 0;
        return isEmpty || otherEmpty ? otherEmpty.CompareTo(isEmpty) : CompareInner(other);
    }

    private int CompareInner(JsonValue other)
    {
        DepthGuard.Check();
        if (Rank(Kind) != Rank(other.Kind))
            return Rank(Kind).CompareTo(Rank(other.Kind));
        switch (Kind)
        {
            case JsonKind.Number: return NumberText.ParseNumeric(Text).CompareTo(NumberText.ParseNumeric(other.Text));
            case JsonKind.String: return Encoding.UTF8.GetBytes(AsText()!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other.AsText()!));
            case JsonKind.Array: return CompareItems(Items, other.Items);
            case JsonKind.Object:
                int byCount = Members.Count.CompareTo(other.Members.Count);
                for (int i = 0; byCount == 0 && i < Members.Count; i++)
                {
                    byCount = Encoding.UTF8.GetBytes(Members[i].Key).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other.Members[i].Key));
                    if (byCount == 0)
                        byCount = Members[i].Value.CompareInner(other.Members[i].Value);
                }

                return byCount;
            default: return Kind.CompareTo(other.Kind);
        }

        static int Rank(JsonKind kind) => kind switch
        {
            JsonKind.Null => 0,
            JsonKind.String => 1,
            JsonKind.Number => 2,
            JsonKind.False or JsonKind.True => 3,
            JsonKind.Array => 4,
            _ => 5,
        };
    }

    private static int CompareItems(List<JsonValue> left, List<JsonValue> right)
    {
        int order = left.Count.CompareTo(right.Count);
        for (int i = 0; order == 0 && i < left.Count; i++)
            order = left[i].CompareInner(right[i]);
        return order;
    }

    /// <summary>Equal values have equal hashes, whatever the display scale of their numbers.</summary>
    public ulong Hash()
    {
        DepthGuard.Check();
        ulong hash = (ulong)Kind + 1;
        switch (Kind)
        {
            case JsonKind.Number: return VectorHash.Combine(hash, NumberText.ParseNumeric(Text).Hash());
            case JsonKind.String: return VectorHash.Combine(hash, VectorHash.Bytes(Encoding.UTF8.GetBytes(AsText()!)));
        }

        foreach (JsonValue item in Items)
            hash = VectorHash.Combine(hash, item.Hash());
        foreach ((string key, JsonValue value) in Members)
            hash = VectorHash.Combine(VectorHash.Combine(hash, VectorHash.Bytes(Encoding.UTF8.GetBytes(key))), value.Hash());
        return hash;
    }

    /// <summary>jsonb's containment: every member, element or scalar of <paramref name="part"/> is found here.</summary>
    public bool Contains(JsonValue part, bool atTop = true)
    {
        DepthGuard.Check();
        if (Kind == JsonKind.Array && atTop && !part.IsContainer)
            return Items.Any(i => i.SameAs(part));
        if (Kind != part.Kind)
            return false;
        return Kind switch
        {
            JsonKind.Object => part.Members.All(m => Member(m.Key)?.Contains(m.Value, atTop: false) == true),
            JsonKind.Array => part.Items.All(p => Items.Any(i => p.IsContainer ? i.Contains(p, atTop: false) : i.SameAs(p))),
            _ => SameAs(part),
        };
    }
}
