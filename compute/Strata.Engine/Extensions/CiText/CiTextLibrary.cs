using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.CiText;

/// <summary>citext: comparisons of texts whatever their case. Searches and replacements are SQL functions of the script.</summary>
internal static class CiTextLibrary
{
    public static NativeLibrary Make()
    {
        var library = new NativeLibrary("$libdir/citext");
        library.Add(CiTextType.Instance);
        FunctionTable t = library.Functions;
        // Lower case is ordered by its bytes, as texts are here: both orders are the same.
        foreach (string prefix in (string[])["citext_", "citext_pattern_"])
        {
            t.Add(prefix + "lt", static (ref FunctionCall c) => c.Return(CiTextType.Compare(c.Bytes(0), c.Bytes(1)) < 0));
            t.Add(prefix + "le", static (ref FunctionCall c) => c.Return(CiTextType.Compare(c.Bytes(0), c.Bytes(1)) <= 0));
            t.Add(prefix + "gt", static (ref FunctionCall c) => c.Return(CiTextType.Compare(c.Bytes(0), c.Bytes(1)) > 0));
            t.Add(prefix + "ge", static (ref FunctionCall c) => c.Return(CiTextType.Compare(c.Bytes(0), c.Bytes(1)) >= 0));
            t.Add(prefix + "cmp", static (ref FunctionCall c) => c.Return(Math.Sign(CiTextType.Compare(c.Bytes(0), c.Bytes(1)))));
        }

        t.Add("citext_eq", static (ref FunctionCall c) => c.Return(CiTextType.Compare(c.Bytes(0), c.Bytes(1)) == 0));
        t.Add("citext_ne", static (ref FunctionCall c) => c.Return(CiTextType.Compare(c.Bytes(0), c.Bytes(1)) != 0));
        t.Add("citext_hash", static (ref FunctionCall c) => c.Return((int)(uint)CiTextType.Instance.Hash(c.Bytes(0), 0)));
        t.Add("citext_hash_extended", static (ref FunctionCall c) => c.Return((long)CiTextType.Instance.Hash(c.Bytes(0), (ulong)c.Int64(1))));
        t.Add("citext_smaller", static (ref FunctionCall c) => c.Return(CiTextType.Compare(c.Bytes(0), c.Bytes(1)) < 0 ? c.Bytes(0) : c.Bytes(1)));
        t.Add("citext_larger", static (ref FunctionCall c) => c.Return(CiTextType.Compare(c.Bytes(0), c.Bytes(1)) > 0 ? c.Bytes(0) : c.Bytes(1)));
        return library;
    }
}
