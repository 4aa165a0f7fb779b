using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>pgcrypto: hashes, passwords, ciphers, OpenPGP messages.</summary>
internal static class PgCryptoLibrary
{
    private const int RandomBytesMax = 1024;

    public static NativeLibrary Make()
    {
        var library = new NativeLibrary("$libdir/pgcrypto");
        FunctionTable t = library.Functions;
        t.Add("pg_digest", static (ref FunctionCall c) => c.Return(HashAlgorithms.Require(c.String(1)).Hash(c.Bytes(0))));
        t.Add("pg_hmac", static (ref FunctionCall c) => c.Return(HashAlgorithms.Require(c.String(2)).Authenticate(c.Bytes(1), c.Bytes(0))));
        t.Add("pg_crypt", static (ref FunctionCall c) => c.Return(PasswordHashes.Crypt(c.Bytes(0), c.String(1), c.Context.Cancellation)));
        t.Add("pg_gen_salt", static (ref FunctionCall c) => c.Return(PasswordHashes.MakeSalt(c.String(0), 0, c.Context.Random)));
        t.Add("pg_gen_salt_rounds", static (ref FunctionCall c) => c.Return(PasswordHashes.MakeSalt(c.String(0), c.Int32(1), c.Context.Random)));
        t.Add("pg_encrypt", static (ref FunctionCall c) => c.Return(CipherCalls.Encrypt(c.Bytes(0), c.Bytes(1), default, c.String(2))));
        t.Add("pg_encrypt_iv", static (ref FunctionCall c) => c.Return(CipherCalls.Encrypt(c.Bytes(0), c.Bytes(1), c.Bytes(2), c.String(3))));
        t.Add("pg_decrypt", static (ref FunctionCall c) => c.Return(CipherCalls.Decrypt(c.Bytes(0), c.Bytes(1), default, c.String(2))));
        t.Add("pg_decrypt_iv", static (ref FunctionCall c) => c.Return(CipherCalls.Decrypt(c.Bytes(0), c.Bytes(1), c.Bytes(2), c.String(3))));
        t.Add("pg_random_bytes", static (ref FunctionCall c) =>
        {
            int count = c.Int32(0);
            if (count is < 1 or > RandomBytesMax)
                throw new SqlException(SqlState.ExternalRoutineInvocationException, "Length not in range");
            var bytes = new byte[count];
            c.Context.Random.Fill(bytes);
            c.Return(bytes);
        });
        t.Add("pg_random_uuid", static (ref FunctionCall c) =>
        {
            Span<byte> bytes = stackalloc byte[16];
            c.Context.Random.Fill(bytes);
            Uuids.UuidLibrary.Mark(bytes, version: 4);
            c.ReturnFixed16(Uuids.UuidLibrary.OfBytes(bytes));
        });
        PgpFunctions.Register(t);
        return library;
    }
}
