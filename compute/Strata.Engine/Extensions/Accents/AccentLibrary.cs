using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.Accents;

/// <summary>unaccent: texts without accents. Its dictionary is an entry of the catalog; text search does not use it.</summary>
internal static class AccentLibrary
{
    public static NativeLibrary Make()
    {
        var library = new NativeLibrary("$libdir/unaccent");
        // Every dictionary of the template replaces the same characters: there are no files with rules of one's own.
        library.Functions.Add("unaccent_dict", static (ref FunctionCall c) => c.Return(AccentReplacements.Apply(c.String(c.ArgumentCount - 1))));
        return library;
    }
}
