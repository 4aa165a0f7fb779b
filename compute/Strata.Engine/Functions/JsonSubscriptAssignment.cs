using System.Globalization;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// The value of a jsonb column of which a subscripted part is assigned: j['a'][1] = x. Unlike <c>jsonb_set</c> it makes what is missing on the way (arrays are filled up with nulls) and refuses to go through scalars. No SQL
/// function: the binder calls it. Stateless; thread-safe.
/// </summary>
internal static class JsonSubscriptAssignment
{
    /// <summary>Name under which the implementation stands.</summary>
    public const string Symbol = "jsonb_subscript_assign";

    /// <summary>Container, path, new value, whether an absent container becomes an array.</summary>
    public static readonly FunctionInfo Function = new()
    {
        Oid = 0,
        Name = Symbol,
        ArgumentTypes = [TypeOid.Jsonb, TypeOid.TextArray, TypeOid.Jsonb, TypeOid.Boolean],
        ReturnType = TypeOid.Jsonb,
        Symbol = Symbol,
        IsStrict = false,
        Volatility = Volatility.Immutable,
    };

    /// <summary>Sets a value at a path of keys and positions. Throws 22004 for a null in the path, 22P02 for a position that is none, 22023 for one before the array's begin and for a path through a scalar.</summary>
    public static JsonValue Set(JsonValue value, IReadOnlyList<string?> path, JsonValue replacement)
    {
        foreach (string? step in path)
            if (step is null)
                throw new SqlException(SqlState.NullValueNotAllowed, "jsonb subscript in assignment must not be null");
        return Set(value, path!, 0, replacement);
    }

    private static JsonValue Set(JsonValue value, IReadOnlyList<string> path, int level, JsonValue replacement)
    {
        Vectors.DepthGuard.Check();
        if (level == path.Count)
            return replacement;
        return value.Kind switch
        {
            JsonKind.Object => SetMember(value, path, level, replacement),
            JsonKind.Array => SetItem(value, path, level, replacement),
            _ => throw new SqlException(SqlState.InvalidParameterValue, "cannot replace existing key") { Detail = "The path assumes key is a composite object, but it is a scalar value." },
        };
    }

    private static JsonValue SetMember(JsonValue value, IReadOnlyList<string> path, int level, JsonValue replacement)
    {
        var members = new List<KeyValuePair<string, JsonValue>>(value.Members);
        int at = members.FindIndex(member => member.Key == path[level]);
        if (at < 0)
            members.Add(new(path[level], Make(path, level + 1, replacement)));
        else
            members[at] = new(path[level], Set(members[at].Value, path, level + 1, replacement));
        return JsonValue.NewObject(members);
    }

    private static JsonValue SetItem(JsonValue value, IReadOnlyList<string> path, int level, JsonValue replacement)
    {
        if (!TryPosition(path[level], out int index))
            throw new SqlException(SqlState.InvalidTextRepresentation, $"path element at position {level + 1} is not an integer: \"{path[level]}\"");
        var items = new List<JsonValue>(value.Items);
        int at = index < 0 ? index + items.Count : index;
        if (at < 0)
            throw new SqlException(SqlState.InvalidParameterValue, $"path element at position {level + 1} is out of range: {index}");
        if (at < items.Count)
        {
            items[at] = Set(items[at], path, level + 1, replacement);
        }
        else
        {
            FillUp(items, at);
            items.Add(Make(path, level + 1, replacement));
        }

        return JsonValue.NewArray(items);
    }

    // What the rest of a path leads through: an array where the step reads as a number, else an object.
    private static JsonValue Make(IReadOnlyList<string> path, int level, JsonValue replacement)
    {
        if (level == path.Count)
            return replacement;
        JsonValue inner = Make(path, level + 1, replacement);
        if (!TryPosition(path[level], out int index))
            return JsonValue.NewObject([new(path[level], inner)]);
        var items = new List<JsonValue>();
        FillUp(items, index);
        items.Add(inner);
        return JsonValue.NewArray(items);
    }

    private static void FillUp(List<JsonValue> items, int count)
    {
        while (items.Count < count)
            items.Add(JsonValue.Null);
    }

    private static bool TryPosition(string text, out int position) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out position);
}
