using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// Ids of objects for .keyvalue(): the object's offset in the binary form that PostgreSQL stores of the base document, plus ten thousand millions times the base's
/// number. Binary form: a 4-byte header and 4 bytes per entry, then the values, numbers and containers aligned to 4.
/// </summary>
internal sealed class JsonPathObjectIds(JsonValue root, long nextGenerated)
{
    private const long IdsPerBase = 10_000_000_000;

    private JsonValue _base = root;
    private long _baseId;
    private long _nextGenerated = nextGenerated;

    public void SetBase(JsonValue document, long id) => (_base, _baseId) = (document, id);

    /// <summary>Makes an object that the path itself made the base; returns the base before.</summary>
    public (JsonValue Base, long Id) EnterGenerated(JsonValue document)
    {
        (JsonValue, long) before = (_base, _baseId);
        SetBase(document, _nextGenerated++);
        return before;
    }

    public long IdOf(JsonValue part)
    {
        long found = 0;
        // The container's own header word is where the offset counts from.
        Measure(_base, 0, part, ref found);
        return found + (_baseId * IdsPerBase);
    }

    /// <summary>The end of a container that begins at an offset.</summary>
    private static long Measure(JsonValue value, long at, JsonValue sought, ref long found)
    {
        Vectors.DepthGuard.Check();
        if (ReferenceEquals(value, sought))
            found = at;
        at += 4;
        if (value.Kind == JsonKind.Array)
        {
            at += value.Items.Count * 4;
            foreach (JsonValue item in value.Items)
                at = MeasurePart(item, at, sought, ref found);
            return at;
        }

        if (value.Kind != JsonKind.Object)
            return MeasurePart(value, at + 4, sought, ref found);
        at += value.Members.Count * 8;
        foreach ((string key, _) in value.Members)
            at += Encoding.UTF8.GetByteCount(key);
        foreach ((_, JsonValue member) in value.Members)
            at = MeasurePart(member, at, sought, ref found);
        return at;
    }

    private static long Align(long at) => (at + 3) & ~3L;

    private static long MeasurePart(JsonValue value, long at, JsonValue sought, ref long found) => value.Kind switch
    {
        JsonKind.Array or JsonKind.Object => Measure(value, Align(at), sought, ref found),
        JsonKind.String => at + Encoding.UTF8.GetByteCount(value.AsText()!),
        JsonKind.Number => Align(at) + NumericBytes(value.Text),
        _ => at,
    };

    /// <summary>A numeric as PostgreSQL stores it: length word, 2-byte header, 2 bytes per four decimal digits, grouped at the point.</summary>
    private static int NumericBytes(byte[] text)
    {
        NumericValue number = NumericMath.TrimScale(NumberText.ParseNumeric(text));
        if (number.Sign == 0)
            return 6;
        (int weight, _) = NumericMath.LeadingGroup(number);
        int lowest = LowestGroup(number);
        return 6 + ((weight - lowest + 1) * 2);
    }

    private static int LowestGroup(in NumericValue number)
    {
        if (number.Scale > 0)
            return -((number.Scale + 3) / 4);
        int group = 0;
        System.Numerics.BigInteger mantissa = NumericMath.MantissaAt(number, 0);
        while (mantissa % 10_000 == 0)
        {
            mantissa /= 10_000;
            group++;
        }

        return group;
    }
}
