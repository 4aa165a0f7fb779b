using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>
/// A boolean built-in as a filter: the selected rows for which it is true, without a vector of booleans between. False when it has no way for vectors of this shape; then nothing is done. It never fails.
/// </summary>
public delegate bool FilterFunction(in FilterCall call, out Selection kept);

/// <summary>Arguments of a <see cref="FilterFunction"/>.</summary>
public readonly ref struct FilterCall(ReadOnlySpan<Vector> arguments, Selection selection, SelectionBuffer buffer, FunctionSite site, CancellationToken cancellation)
{
    public readonly ReadOnlySpan<Vector> Arguments = arguments;
    public readonly Selection Selection = selection;

    /// <summary>Where the list of rows goes.</summary>
    public readonly SelectionBuffer Buffer = buffer;

    /// <summary>The place of the call, which keeps what was prepared for a constant.</summary>
    public readonly FunctionSite Site = site;

    /// <summary>The statement's, for what may take long on a single value.</summary>
    public readonly CancellationToken Cancellation = cancellation;
}
