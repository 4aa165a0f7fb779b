namespace Strata.Engine.Extensions.HStore;

/// <summary>hstore: sets of pairs of texts.</summary>
internal static class HStoreLibrary
{
    public static NativeLibrary Make() => new("$libdir/hstore");
}
