using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>The support functions of hash operator classes: each type's hash, with a seed and without.</summary>
internal static class HashFunctions
{
    private static readonly string[] s_names =
    [
        "hashchar", "hashint2", "hashint4", "hashint8", "hashoid", "hashfloat4", "hashfloat8", "hashname", "hashtext", "hashbpchar", "hashoidvector", "hashinet", "hashmacaddr", "hashmacaddr8", "hashenum", "hashtid",
    ];

    private static readonly string[] s_separatedNames =
    [
        "hash_numeric", "time_hash", "timetz_hash", "timestamp_hash", "interval_hash", "uuid_hash", "pg_lsn_hash", "jsonb_hash", "hash_array", "hash_range", "hash_multirange", "hash_record",
    ];

    public static void Register(FunctionTable t)
    {
        foreach (string name in s_names)
            Register(t, name, name + "extended");
        foreach (string name in s_separatedNames)
            Register(t, name, name + "_extended");
    }

    private static void Register(FunctionTable t, string name, string extended)
    {
        t.Add(name, static (ref FunctionCall c) => c.Return((int)TypeHash.Of(c.ArgumentType(0), c.ArgumentVector(0).GetStored(c.Row), 0)));
        t.Add(extended, static (ref FunctionCall c) => c.Return((long)TypeHash.Of(c.ArgumentType(0), c.ArgumentVector(0).GetStored(c.Row), (ulong)c.Int64(1))));
    }
}
