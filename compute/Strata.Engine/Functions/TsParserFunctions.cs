using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Types.TextSearch;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Parsers, dictionaries and headlines of text search. Source: PostgreSQL 15, "Text Search Functions and Operators".</summary>
internal static class TsParserFunctions
{
    private const uint DefaultParserOid = 3722;

    public static void Register(FunctionTable t)
    {
        t.Add("ts_lexize", static (ref FunctionCall c) =>
        {
            TsDictionary dictionary = c.Context.Catalog.TextSearchDictionary(c.Oid(0))
                ?? throw new SqlException(SqlState.InternalError, $"cache lookup failed for text search dictionary {c.Oid(0)}");
            if (dictionary.Lexize(c.String(1)) is not { } lexemes)
            {
                c.ReturnNull();
                return;
            }

            var builder = new ArrayBuilder();
            foreach (string lexeme in lexemes)
                builder.Add(Encoding.UTF8.GetBytes(lexeme));
            c.Return(builder.Build(TypeOid.Text));
        });
        t.AddSet("ts_token_type_byid", static (ref FunctionCall c) => new KindSource(CheckParser(ref c)));
        t.AddSet("ts_token_type_byname", static (ref FunctionCall c) => new KindSource(CheckParser(c.String(0), c.Context.Catalog)));
        t.AddSet("ts_parse_byid", static (ref FunctionCall c) => new TokenSource(CheckParser(ref c), TsTokenizer.Tokenize(c.String(1))));
        t.AddSet("ts_parse_byname", static (ref FunctionCall c) => new TokenSource(CheckParser(c.String(0), c.Context.Catalog), TsTokenizer.Tokenize(c.String(1))));
        t.Add("ts_headline_byid_opt", static (ref FunctionCall c) => c.Return(Headline(ref c, true, 1, c.String(3))));
        t.Add("ts_headline_byid", static (ref FunctionCall c) => c.Return(Headline(ref c, true, 1, "")));
        t.Add("ts_headline_opt", static (ref FunctionCall c) => c.Return(Headline(ref c, false, 0, c.String(2))));
        t.Add("ts_headline", static (ref FunctionCall c) => c.Return(Headline(ref c, false, 0, "")));
    }

    // Parsers that users name have the same functions as the built-in one.
    private static uint CheckParser(ref FunctionCall c) => CheckParser(c.Oid(0), c.Context.Catalog);

    private static uint CheckParser(uint oid, ICatalogServices catalog) => oid == DefaultParserOid || catalog.IsVisible("pg_ts_parser", oid) is not null
        ? DefaultParserOid : throw new SqlException(SqlState.InternalError, $"cache lookup failed for text search parser {oid}");

    private static uint CheckParser(string name, ICatalogServices catalog)
    {
        string[] parts = [.. catalog.SplitName(name) ?? throw new SqlException(SqlState.InvalidName, "invalid name syntax")];
        if (parts is ["default"] or ["pg_catalog", "default"])
            return DefaultParserOid;
        if (parts.Length == 2 && catalog.ResolveName(TypeOid.RegNamespace, TypeNames.QuoteIdentifier(parts[0])) is null)
            throw new SqlException(SqlState.InvalidSchemaName, $"schema \"{parts[0]}\" does not exist");
        throw new SqlException(SqlState.UndefinedObject, $"text search parser \"{string.Join('.', parts)}\" does not exist");
    }

    private static string Headline(ref FunctionCall c, bool isConfigurationGiven, int first, string options)
    {
        TsConfiguration configuration = TextSearchFunctions.Configuration(ref c, isConfigurationGiven);
        configuration.Require();
        return new TsHeadline(options).Make(configuration, c.String(first), TextSearchFunctions.Query(ref c, first + 1));
    }

    /// <summary>Kinds of tokens of a parser.</summary>
    private sealed class KindSource(uint parser) : RowSource
    {
        private int _next = parser == DefaultParserOid ? 0 : TsToken.Kinds.Length;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            for (; count < rowsMax && _next < TsToken.Kinds.Length; count++)
            {
                (string alias, string description) = TsToken.Kinds[_next++];
                columns[0].Set(start + count, _next);
                columns[1].SetBytes(start + count, Encoding.UTF8.GetBytes(alias));
                columns[2].SetBytes(start + count, Encoding.UTF8.GetBytes(description));
            }

            return count;
        }
    }

    /// <summary>Tokens of a text.</summary>
    private sealed class TokenSource(uint parser, List<TsToken> tokens) : RowSource
    {
        private int _next = parser == DefaultParserOid ? 0 : tokens.Count;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            for (; count < rowsMax && _next < tokens.Count; count++)
            {
                TsToken token = tokens[_next++];
                columns[0].Set(start + count, (int)token.Kind);
                columns[1].SetBytes(start + count, Encoding.UTF8.GetBytes(token.Text));
            }

            return count;
        }
    }
}
