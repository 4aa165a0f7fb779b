using Strata.Engine.Sessions;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>The server's side of large objects: lo_creat, lo_open, loread and so on. Source: PostgreSQL 15, chapter 35.</summary>
internal static class LargeObjectFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("be_lo_creat", static (ref FunctionCall c) => c.Return(Of(ref c).Create(0)));
        t.Add("be_lo_create", static (ref FunctionCall c) => c.Return(Of(ref c).Create(c.Oid(0))));
        t.Add("be_lo_open", static (ref FunctionCall c) => c.Return(Of(ref c).Open(c.Oid(0), c.Int32(1))));
        t.Add("be_lo_close", static (ref FunctionCall c) =>
        {
            Of(ref c).Close(c.Int32(0));
            c.Return(0);
        });
        t.Add("be_loread", static (ref FunctionCall c) => c.Return(Of(ref c).Read(c.Int32(0), c.Int32(1)).AsSpan()));
        t.Add("be_lowrite", static (ref FunctionCall c) =>
        {
            Of(ref c).Write(c.Int32(0), c.Bytes(1));
            c.Return(c.Bytes(1).Length);
        });
        t.Add("be_lo_lseek", static (ref FunctionCall c) => Narrow(ref c, Of(ref c).Seek(c.Int32(0), c.Int32(1), c.Int32(2)), "lo_lseek"));
        t.Add("be_lo_lseek64", static (ref FunctionCall c) => c.Return(Of(ref c).Seek(c.Int32(0), c.Int64(1), c.Int32(2))));
        t.Add("be_lo_tell", static (ref FunctionCall c) => Narrow(ref c, Of(ref c).Tell(c.Int32(0)), "lo_tell"));
        t.Add("be_lo_tell64", static (ref FunctionCall c) => c.Return(Of(ref c).Tell(c.Int32(0))));
        t.Add("be_lo_truncate", static (ref FunctionCall c) => Truncate(ref c, c.Int32(1)));
        t.Add("be_lo_truncate64", static (ref FunctionCall c) => Truncate(ref c, c.Int64(1)));
        t.Add("be_lo_unlink", static (ref FunctionCall c) =>
        {
            Of(ref c).Unlink(c.Oid(0));
            c.Return(1);
        });
        t.Add("be_lo_from_bytea", static (ref FunctionCall c) =>
        {
            uint oid = Of(ref c).Create(c.Oid(0));
            Of(ref c).Fill(oid, c.Bytes(1));
            c.Return(oid);
        });
        t.Add("be_lo_get", static (ref FunctionCall c) => c.Return(Of(ref c).Get(c.Oid(0), 0, -1).AsSpan()));
        t.Add("be_lo_get_fragment", static (ref FunctionCall c) =>
        {
            if (c.Int32(2) < 0)
                throw new SqlException(SqlState.InvalidParameterValue, "requested length cannot be negative");
            c.Return(Of(ref c).Get(c.Oid(0), c.Int64(1), c.Int32(2)).AsSpan());
        });
        t.Add("be_lo_put", static (ref FunctionCall c) =>
        {
            Of(ref c).Put(c.Oid(0), c.Int64(1), c.Bytes(2));
            c.Return(ReadOnlySpan<byte>.Empty);
        });
        t.Add("be_lo_import", static (ref FunctionCall c) => throw NoFiles("lo_import"));
        t.Add("be_lo_import_with_oid", static (ref FunctionCall c) => throw NoFiles("lo_import"));
        t.Add("be_lo_export", static (ref FunctionCall c) => throw NoFiles("lo_export"));
    }

    private static LargeObjects Of(ref FunctionCall c) => c.Context.Session.LargeObjects;

    private static void Narrow(ref FunctionCall c, long place, string name)
    {
        if (place != (int)place)
            throw new SqlException(SqlState.NumericValueOutOfRange, $"{name} result out of range for large-object descriptor {c.Int32(0)}");
        c.Return((int)place);
    }

    private static void Truncate(ref FunctionCall c, long length)
    {
        Of(ref c).Truncate(c.Int32(0), length);
        c.Return(0);
    }

    private static SqlException NoFiles(string name) => new(SqlState.FeatureNotSupported, $"server-side {name}() is not supported")
    {
        Hint = "Anyone can use the client-side lo_import()/lo_export() provided by libpq.",
    };
}
