using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Types.TextSearch;

namespace Strata.Engine.Functions;

/// <summary>Text search in the values of JSON documents. Source: PostgreSQL 15, "Text Search Functions and Operators".</summary>
internal static class JsonTextSearchFunctions
{
    private const string FlagHint = "Possible values are: \"string\", \"numeric\", \"boolean\", \"key\", and \"all\".";

    /// <summary>What of a document is indexed.</summary>
    [Flags]
    private enum Parts
    {
        None = 0,
        Keys = 1,
        Strings = 2,
        Numbers = 4,
        Booleans = 8,
        All = Keys | Strings | Numbers | Booleans,
    }

    public static void Register(FunctionTable t)
    {
        foreach (string type in (string[])["json", "jsonb"])
        {
            bool isBinary = type == "jsonb";
            t.Add(type + "_string_to_tsvector_byid", static (ref FunctionCall c) => ReturnVector(ref c, 1, Parts.Strings));
            t.Add(type + "_string_to_tsvector", static (ref FunctionCall c) => ReturnVector(ref c, 0, Parts.Strings));
            t.Add(type + "_to_tsvector_byid", static (ref FunctionCall c) => ReturnVector(ref c, 1, ReadFlags(JsonValue.ParseStored(c.Bytes(2)))));
            t.Add(type + "_to_tsvector", static (ref FunctionCall c) => ReturnVector(ref c, 0, ReadFlags(JsonValue.ParseStored(c.Bytes(1)))));
            TextSearchFunctions.AddBoth(t, $"ts_headline_{type}_byid_opt", $"ts_headline_{type}_opt", (ref FunctionCall c, TsConfiguration configuration, int first) =>
                Headline(ref c, configuration, first, c.String(first + 2), isBinary));
            TextSearchFunctions.AddBoth(t, $"ts_headline_{type}_byid", $"ts_headline_{type}", (ref FunctionCall c, TsConfiguration configuration, int first) =>
                Headline(ref c, configuration, first, "", isBinary));
        }
    }

    private static Parts ReadFlags(JsonValue flags)
    {
        if (flags.Kind == JsonKind.Object)
            throw new SqlException(SqlState.InvalidParameterValue, "wrong flag type, only arrays and scalars are allowed");
        var parts = Parts.None;
        foreach (JsonValue flag in flags.Kind == JsonKind.Array ? flags.Items : [flags])
        {
            if (flag.Kind != JsonKind.String)
                throw new SqlException(SqlState.InvalidParameterValue, "flag array element is not a string") { Hint = FlagHint };
            string name = JsonScanner.Unescape(flag.Text);
            parts |= name.ToLowerInvariant() switch
            {
                "all" => Parts.All,
                "key" => Parts.Keys,
                "string" => Parts.Strings,
                "numeric" => Parts.Numbers,
                "boolean" => Parts.Booleans,
                _ => throw new SqlException(SqlState.InvalidParameterValue, $"wrong flag in flag array: \"{name}\"") { Hint = FlagHint },
            };
        }

        return parts;
    }

    /// <summary>
    /// The values of a document, one behind the other with a gap of one position between those that have lexemes. A configuration is looked up when there is something to cut.
    /// </summary>
    private static void ReturnVector(ref FunctionCall c, int documentAt, Parts parts)
    {
        var words = new List<(byte[] Word, List<ushort> Positions)>();
        int position = 0;
        TsConfiguration? configuration = null;
        foreach (string text in Texts(JsonValue.Parse(c.Bytes(documentAt)), parts))
        {
            configuration ??= TextSearchFunctions.Configuration(ref c, documentAt > 0);
            int before = words.Count;
            configuration.AddLexemes(text, words, ref position);
            if (words.Count > before)
                position++;
        }

        c.Return(TsVector.Build(words).Encode());
    }

    private static List<string> Texts(JsonValue document, Parts parts)
    {
        var texts = new List<string>();
        Add(document);
        return texts;

        void Add(JsonValue value)
        {
            Vectors.DepthGuard.Check();
            foreach (JsonValue item in value.Items)
                Add(item);
            foreach ((string key, JsonValue member) in value.Members)
            {
                if ((parts & Parts.Keys) != 0)
                    texts.Add(key);
                Add(member);
            }

            Parts part = value.Kind switch
            {
                JsonKind.String => Parts.Strings,
                JsonKind.Number => Parts.Numbers,
                JsonKind.True or JsonKind.False => Parts.Booleans,
                _ => Parts.None,
            };
            if ((parts & part) != 0)
                texts.Add(value.Kind == JsonKind.String ? JsonScanner.Unescape(value.Text) : Encoding.UTF8.GetString(value.Text));
        }
    }

    /// <summary>The document with the headline of each string in its place.</summary>
    private static void Headline(ref FunctionCall c, TsConfiguration configuration, int first, string options, bool isBinary)
    {
        configuration.Require();
        TsQuery query = TextSearchFunctions.Query(ref c, first + 1);
        var headline = new TsHeadline(options);
        var text = new ByteBuffer();
        Write(JsonValue.Parse(c.Bytes(first)));
        c.Return(isBinary ? JsonbText.Normalize(text.Written) : text.Written);

        void WriteList<T>(char open, char close, List<T> items, Action<T> write)
        {
            text.Write(open);
            for (int i = 0; i < items.Count; i++)
            {
                if (i > 0)
                    text.Write(',');
                write(items[i]);
            }

            text.Write(close);
        }

        void Write(JsonValue value)
        {
            Vectors.DepthGuard.Check();
            switch (value.Kind)
            {
                case JsonKind.Array:
                    WriteList('[', ']', value.Items, Write);
                    break;
                case JsonKind.Object:
                    WriteList('{', '}', value.Members, member =>
                    {
                        JsonScanner.WriteString(text, Encoding.UTF8.GetBytes(member.Key));
                        text.Write(':');
                        Write(member.Value);
                    });
                    break;
                case JsonKind.String:
                    JsonScanner.WriteString(text, Encoding.UTF8.GetBytes(headline.Make(configuration, JsonScanner.Unescape(value.Text), query)));
                    break;
                default:
                    text.Write(value.Text);
                    break;
            }
        }
    }
}
