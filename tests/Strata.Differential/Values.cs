using Strata.Platform;

namespace Strata.Differential;

/// <summary>Constants of each type: ordinary ones, extremes, and what is easily got wrong.</summary>
internal static class Values
{
    private static readonly Dictionary<string, string[]> s_texts = new(StringComparer.Ordinal)
    {
        ["boolean"] = ["t", "f"],
        ["smallint"] = ["0", "1", "-1", "2", "7", "-32768", "32767", "100"],
        ["integer"] = ["0", "1", "-1", "2", "3", "10", "-2147483648", "2147483647", "42", "1000000", "17"],
        ["bigint"] = ["0", "1", "-1", "2", "-9223372036854775808", "9223372036854775807", "123456789012", "10"],
        ["real"] = ["0", "1", "-1.5", "3.1415927", "1e-10", "3.4e38", "NaN", "Infinity", "-Infinity", "16777217", "-0"],
        ["double precision"] = ["0", "1", "-1.5", "2.718281828459045", "1e-300", "1e308", "NaN", "Infinity", "-Infinity", "0.1", "123456789.123", "-0", "0.5"],
        ["numeric"] = ["0", "1", "-1", "0.1", "3.14159265358979", "1e20", "-12345.678900", "NaN", "Infinity", "-Infinity", "0.00000000000000000001", "99999999999999999999.99", "2.50", "100"],
        ["money"] = ["0", "1.23", "-1234567.89", "92233720368547758.07", "0.01"],
        ["text"] = ["", "a", "abc", "ABC", "Hello World", "  pad ", "héllo", "日本語", "a%b_c", "foo.bar", "1", "-1.5", "2020-01-02", "a,b,c", "\\", "x'y", "tab\ttext", "aaa", "abcabc", "😀x", "true", "{1,2}", "aa\nbb"],
        ["character varying"] = ["", "v", "varchar", "ÄÖ", "a b c"],
        ["character"] = ["", "c", "char  "],
        ["name"] = ["", "n", "pg_catalog", "SomeName"],
        ["\"char\""] = ["a", "", "z"],
        ["bytea"] = ["", "\\x00", "\\xdeadbeef", "\\x616263", "\\x00ff0102030405060708", "\\x61"],
        ["date"] = ["2020-02-29", "2000-01-01", "1999-12-31", "0001-01-01", "0044-03-15 BC", "infinity", "-infinity", "5874897-12-31", "2024-07-04", "1970-01-01"],
        ["time without time zone"] = ["00:00", "12:34:56", "23:59:59.999999", "24:00:00", "01:02:03.4"],
        ["time with time zone"] = ["00:00+00", "12:34:56-05", "23:59:59.999999+14", "01:02:03.4+05:30"],
        ["timestamp without time zone"] = ["2020-02-29 12:34:56.789", "2000-01-01", "1999-12-31 23:59:59.999999", "infinity", "-infinity", "0044-03-15 BC", "2024-03-10 02:30", "294276-12-31 23:59:59", "1970-01-01 00:00:01"],
        ["timestamp with time zone"] = ["2020-02-29 12:34:56.789+00", "2000-01-01 00:00-08", "2024-11-03 01:30 America/New_York", "infinity", "-infinity", "1900-01-01 00:00 UTC", "2024-06-01 12:00+02"],
        ["interval"] = ["0", "1 day", "-1 month", "1 year 2 mons 3 days 04:05:06.789", "00:00:00.000001", "-5 days 12:00", "100 years", "30 days", "24:00:00", "178000000 years"],
        ["uuid"] = ["00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
        ["json"] = ["null", "1", "\"a\"", "[1,2,{\"b\":null}]", "{\"a\":1,\"b\":[true,false],\"a\":2}", "{}", "[]", " { \"x\" : 1.50 } ", "[[1,2],[3]]", "{\"a\":{\"b\":{\"c\":\"d\"}}}"],
        ["jsonb"] = ["null", "1", "\"a\"", "[1,2,{\"b\":null}]", "{\"a\":1,\"bb\":[true,false],\"a\":2}", "{}", "[]", "{\"a\":{\"b\":{\"c\":\"d\"}}}", "[1,\"1\",1.0,null]", "1e3", "{\"a\":1}", "[3,1,2]"],
        ["jsonpath"] = ["$", "$.a", "$[*]", "$.* ? (@ > 1)", "strict $.a.b", "$.a.size()", "$[last]", "$.**", "lax $.a[0].type()", "$.a.double()", "$ ? (exists(@.a))"],
        ["inet"] = ["127.0.0.1", "10.0.0.0/8", "::1", "fe80::1/64", "192.168.1.5/24", "0.0.0.0/0", "255.255.255.255"],
        ["cidr"] = ["10.0.0.0/8", "192.168.1.0/24", "::/0", "2001:db8::/32", "127.0.0.1/32"],
        ["macaddr"] = ["08:00:2b:01:02:03", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"],
        ["macaddr8"] = ["08:00:2b:01:02:03:04:05", "00:00:00:00:00:00:00:00", "08:00:2b:ff:fe:01:02:03"],
        ["bit"] = ["0", "1"],
        ["bit varying"] = ["", "0", "1", "101", "11110000", "0000000011111111", "10101010101"],
        ["point"] = ["(0,0)", "(1,2)", "(-1.5,3e10)", "(NaN,1)", "(Infinity,0)", "(3,4)"],
        ["line"] = ["{1,-1,0}", "{0,1,2}", "{1,0,3}"],
        ["lseg"] = ["[(0,0),(1,1)]", "[(1,2),(3,4)]", "[(0,0),(0,5)]"],
        ["box"] = ["(1,1),(0,0)", "(3,4),(1,2)", "(0,0),(0,0)", "(10,10),(-10,-10)"],
        ["path"] = ["((0,0),(1,1),(2,0))", "[(0,0),(3,4)]", "((1,2))"],
        ["polygon"] = ["((0,0),(0,1),(1,1),(1,0))", "((0,0),(5,5),(10,0))", "((1,1))"],
        ["circle"] = ["<(0,0),1>", "<(1,2),3.5>", "<(0,0),0>"],
        ["int4range"] = ["empty", "[1,5)", "(,10]", "[3,)", "(,)", "[7,7]"],
        ["int8range"] = ["empty", "[1,5)", "(,100]"],
        ["numrange"] = ["empty", "[1.5,2.5]", "(0,10)", "(,3]", "[1,1]", "(,)"],
        ["daterange"] = ["empty", "[2020-01-01,2020-12-31]", "(,2000-01-01)", "[2024-02-28,2024-03-01)"],
        ["tsrange"] = ["empty", "[2020-01-01,2020-12-31 12:00)", "(,infinity)"],
        ["tstzrange"] = ["empty", "[2020-01-01 00:00+00,2020-12-31 12:00+00)"],
        ["int4multirange"] = ["{}", "{[1,3),[5,8)}", "{(,0),[10,)}"],
        ["nummultirange"] = ["{}", "{[1.5,2.5],(3,4)}"],
        ["datemultirange"] = ["{}", "{[2020-01-01,2020-02-01),[2021-01-01,2021-02-01)}"],
        ["tsvector"] = ["", "'a' 'b':1 'cat':2A,3", "fat:2 cat:3 rat:5B", "'x y':1"],
        ["tsquery"] = ["a", "a & b", "fat | !cat", "cat <-> rat", "'x':*", "!(a & b)"],
        ["oid"] = ["0", "1", "2200", "4294967295"],
        ["pg_lsn"] = ["0/0", "16/B374D848", "FFFFFFFF/FFFFFFFF"],
        ["integer[]"] = ["{}", "{1,2,3}", "{NULL,1}", "{{1,2},{3,4}}", "[2:4]={5,6,7}", "{3,1,2,3}"],
        ["bigint[]"] = ["{}", "{1,9223372036854775807}", "{2,10}", "{0,0}"],
        ["interval[]"] = ["{}", "{1 day,00:00:00.000003}", "{02:00:00,1 mon}", "{NULL,1 day}"],
        ["regconfig"] = ["simple", "english"],
        ["smallint[]"] = ["{}", "{1,-1}"],
        ["text[]"] = ["{}", "{a,b,NULL}", "{\"x,y\",\"\"}", "{{a,b},{c,d}}", "{abc,ABC,abc}"],
        ["numeric[]"] = ["{}", "{1.5,2.50,NaN}"],
        ["double precision[]"] = ["{}", "{0.1,0.5,0.9}", "{2,3,0.5}", "{0,0,0}", "{3,6,2,9,6,3}", "{1,1,0,2,0,0}"],
        ["boolean[]"] = ["{t,f,NULL}"],
        ["date[]"] = ["{2020-01-01,NULL}"],
    };

    public static IReadOnlyCollection<string> Types => s_texts.Keys;

    public static bool Has(string type) => s_texts.ContainsKey(type);

    public static string Quote(string text)
    {
        string quoted = text.Replace("'", "''", StringComparison.Ordinal);
        return quoted.AsSpan().IndexOfAny('\\', '\n') < 0 ? $"'{quoted}'"
            : $"E'{quoted.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}'";
    }

    /// <summary>A constant, now and then a null.</summary>
    public static string Constant(string type, IRandom random)
    {
        if (random.Next(16) == 0)
            return "NULL::" + type;
        string[] texts = s_texts[type];
        string text = texts[random.Next(texts.Length)];
        if (type == "integer" && random.Next(2) == 0)
            return text[0] == '-' ? $"({text})" : text;
        return type == "text" && random.Next(6) == 0 ? Quote(text) : Quote(text) + "::" + type;
    }

    /// <summary>The text of a constant for a table's row: no extremes of numbers, so that sums do not overflow; null now and then.</summary>
    public static string Stored(string type, IRandom random)
    {
        if (random.Next(6) == 0)
            return "NULL";
        if (type is "smallint" or "integer" or "bigint")
            return random.Next(20).ToString(System.Globalization.CultureInfo.InvariantCulture);
        string[] texts = s_texts[type];
        string text = texts[random.Next(texts.Length)];
        // Equal values that look different would make it a matter of chance which of them a group shows.
        return Quote(text is "-0" or "24:00:00" or "30 days" ? texts[0] : text);
    }
}
