using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>jsonb_path_* and the operators @? and @@. Parsed paths are kept at the call site.</summary>
internal static class JsonPathFunctions
{
    private sealed record CachedPath(byte[] Source, JsonPathNode Root, bool IsLax);

    public static void Register(FunctionTable t)
    {
        foreach (string suffix in new[] { "", "_tz" })
        {
            bool useZone = suffix.Length > 0;
            t.Add("jsonb_path_exists" + suffix, (ref FunctionCall c) => Exists(ref c, useZone));
            t.Add("jsonb_path_match" + suffix, (ref FunctionCall c) => Match(ref c, useZone));
            t.Add("jsonb_path_query_array" + suffix, (ref FunctionCall c) => QueryArray(ref c, useZone));
            t.Add("jsonb_path_query_first" + suffix, (ref FunctionCall c) => QueryFirst(ref c, useZone));
            t.AddSet("jsonb_path_query" + suffix, (ref FunctionCall c) => Query(ref c, useZone));
        }

        t.Add("jsonb_path_exists_opr", static (ref FunctionCall c) => Exists(ref c, useZone: false));
        t.Add("jsonb_path_match_opr", static (ref FunctionCall c) => Match(ref c, useZone: false));
    }

    private static CachedPath Path(ref FunctionCall c)
    {
        ReadOnlySpan<byte> source = c.Bytes(1);
        if (c.Site.State is CachedPath known && source.SequenceEqual(known.Source))
            return known;
        (JsonPathNode root, bool isLax) = JsonPathParser.Parse(c.String(1));
        var parsed = new CachedPath(source.ToArray(), root, isLax);
        c.Site.State = parsed;
        return parsed;
    }

    /// <summary>Without the last two arguments (the operators) errors are silent.</summary>
    private static bool IsSilent(ref FunctionCall c) => c.ArgumentCount < 4 || c.Boolean(3);

    private static JsonPathResult Run(ref FunctionCall c, bool useZone, List<JsonPathItem>? found)
    {
        JsonValue? variables = null;
        if (c.ArgumentCount > 2)
        {
            variables = JsonValue.Parse(c.Bytes(2));
            if (variables.Kind != JsonKind.Object)
            {
                throw new SqlException(SqlState.InvalidParameterValue, "\"vars\" argument is not an object")
                {
                    Detail = "Jsonpath parameters should be encoded as key-value pairs of \"vars\" object.",
                };
            }
        }

        CachedPath path = Path(ref c);
        return new JsonPathExecutor(path.IsLax, JsonValue.ParseStored(c.Bytes(0)), variables, !IsSilent(ref c), c.Context, useZone).Run(path.Root, found);
    }

    private static void Exists(ref FunctionCall c, bool useZone)
    {
        JsonPathResult result = Run(ref c, useZone, null);
        if (result == JsonPathResult.Error)
            c.ReturnNull();
        else
            c.Return(result == JsonPathResult.Found);
    }

    private static void Match(ref FunctionCall c, bool useZone)
    {
        var found = new List<JsonPathItem>();
        Run(ref c, useZone, found);
        if (found.Count == 1)
        {
            switch (found[0].Json.Kind)
            {
                case JsonKind.True or JsonKind.False:
                    c.Return(found[0].Json.Kind == JsonKind.True);
                    return;
                case JsonKind.Null:
                    c.ReturnNull();
                    return;
            }
        }

        if (!IsSilent(ref c))
            throw new SqlException(new SqlState("22038"), "single boolean result is expected");
        c.ReturnNull();
    }

    private static byte[] Text(JsonValue value)
    {
        var buffer = new ByteBuffer();
        value.Write(buffer);
        return JsonbText.Normalize(buffer.Written).ToArray();
    }

    /// <summary>The values found, those before a suppressed error too.</summary>
    private static List<JsonPathItem> Values(ref FunctionCall c, bool useZone)
    {
        var found = new List<JsonPathItem>();
        Run(ref c, useZone, found);
        return found;
    }

    private static void QueryArray(ref FunctionCall c, bool useZone) =>
        c.Return((ReadOnlySpan<byte>)Text(JsonValue.NewArray(Values(ref c, useZone).Select(f => f.Json))));

    private static void QueryFirst(ref FunctionCall c, bool useZone)
    {
        List<JsonPathItem> found = Values(ref c, useZone);
        if (found.Count > 0)
            c.Return((ReadOnlySpan<byte>)Text(found[0].Json));
        else
            c.ReturnNull();
    }

    private static ArrayFunctions.TextRows Query(ref FunctionCall c, bool useZone) => new([.. Values(ref c, useZone).Select(f => Text(f.Json))]);
}
