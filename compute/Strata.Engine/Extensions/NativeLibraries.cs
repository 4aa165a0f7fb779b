using Strata.Engine.Extensions.Accents;
using Strata.Engine.Extensions.CiText;
using Strata.Engine.Extensions.HStore;
using Strata.Engine.Extensions.PgCrypto;
using Strata.Engine.Extensions.Scalars;
using Strata.Engine.Extensions.Trigrams;
using Strata.Engine.Extensions.Uuids;

namespace Strata.Engine.Extensions;

/// <summary>The libraries of all extensions. Thread-safe.</summary>
internal static class NativeLibraries
{
    private static readonly Lazy<Dictionary<string, NativeLibrary>> s_libraries = new(static () =>
        new[] { UuidLibrary.Make(), PgCryptoLibrary.Make(), CiTextLibrary.Make(), TrigramLibrary.Make(), HStoreLibrary.Make(), ScalarLibraries.MakeGin(), ScalarLibraries.MakeGist(), FuzzyLibrary.Make(), AccentLibrary.Make() }.ToDictionary(static library => library.Name));

    /// <summary>A library by its name, or null.</summary>
    public static NativeLibrary? Find(string name) => s_libraries.Value.GetValueOrDefault(name);
}
