using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>Functions of OpenPGP messages (RFC 4880).</summary>
internal static class PgpFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("pg_armor", static (ref FunctionCall c) => c.Return(AsciiArmor.Write(c.Bytes(0), c.ArgumentCount > 1 ? Headers(ref c) : [])));
        t.Add("pg_dearmor", static (ref FunctionCall c) => c.Return(AsciiArmor.Read(c.String(0)).Data));
        t.AddSet("pgp_armor_headers", static (ref FunctionCall c) => new PairRows(AsciiArmor.Read(c.String(0)).Headers));
        t.Add("pgp_sym_encrypt_text", static (ref FunctionCall c) => c.Return(PgpMessages.Encrypt(c.Bytes(0), c.Bytes(1), Options(ref c), isText: true, c.Context)));
        t.Add("pgp_sym_encrypt_bytea", static (ref FunctionCall c) => c.Return(PgpMessages.Encrypt(c.Bytes(0), c.Bytes(1), Options(ref c), isText: false, c.Context)));
        t.Add("pgp_sym_decrypt_text", static (ref FunctionCall c) => c.Return(PgpMessages.Decrypt(c.Bytes(0), c.Bytes(1), Options(ref c), isText: true, c.Context.Cancellation)));
        t.Add("pgp_sym_decrypt_bytea", static (ref FunctionCall c) => c.Return(PgpMessages.Decrypt(c.Bytes(0), c.Bytes(1), Options(ref c), isText: false, c.Context.Cancellation)));
    }

    private static string Options(ref FunctionCall c) => c.ArgumentCount > 2 ? c.String(2) : "";

    private static (string, string)[] Headers(ref FunctionCall c)
    {
        string[] keys = Texts(new ArrayValue(c.Bytes(1)), "header key"), values = Texts(new ArrayValue(c.Bytes(2)), "header value");
        if (keys.Length != values.Length)
            throw new SqlException(SqlState.ArraySubscriptError, "mismatched array dimensions");
        return [.. keys.Zip(values)];
    }

    private static string[] Texts(ArrayValue array, string what)
    {
        if (array.Dimensions > 1)
            throw new SqlException(SqlState.ArraySubscriptError, "wrong number of array subscripts");
        var texts = new List<string>();
        foreach (ArrayValue.Element element in array)
        {
            if (element.IsNull)
                throw new SqlException(SqlState.NullValueNotAllowed, $"null value not allowed for {what}");
            string text = Encoding.UTF8.GetString(element.Stored);
            if (!Ascii.IsValid(text))
                throw new SqlException(SqlState.InvalidParameterValue, $"{what} must not contain non-ASCII characters");
            if (what == "header key" && text.Contains(": ", StringComparison.Ordinal))
                throw new SqlException(SqlState.InvalidParameterValue, "header key must not contain \": \"");
            if (text.Contains('\n', StringComparison.Ordinal))
                throw new SqlException(SqlState.InvalidParameterValue, $"{what} must not contain newlines");
            texts.Add(text);
        }

        return [.. texts];
    }
}
