using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>
/// A built-in as one scalar method. For strict functions no argument is null. It ends with one of the Return methods or Fail;
/// it may also throw <see cref="Types.SqlException"/>, which the lifting turns into the row's error.
/// </summary>
public delegate void RowFunction(ref FunctionCall call);

/// <summary>
/// A built-in over whole vectors. It writes the selected rows of <see cref="KernelCall.Result"/> (which it resets itself), reports
/// failing rows and never throws <see cref="Types.SqlException"/>. Strictness is its own affair.
/// </summary>
public delegate void VectorFunction(in KernelCall call);

/// <summary>A set-returning built-in: called once per row of arguments, returns the rows' source. Null for no rows.</summary>
public delegate RowSource? SetFunction(ref FunctionCall call);

/// <summary>Arguments of a <see cref="VectorFunction"/>.</summary>
public readonly ref struct KernelCall(
    ReadOnlySpan<Vector> arguments, Selection selection, Vector result, ErrorSink errors, FunctionSite site, IFunctionContext context)
{
    public readonly ReadOnlySpan<Vector> Arguments = arguments;
    public readonly Selection Selection = selection;
    public readonly Vector Result = result;
    public readonly ErrorSink Errors = errors;
    public readonly FunctionSite Site = site;
    public readonly IFunctionContext Context = context;
}

/// <summary>The rows of one call of a set-returning function. Not thread-safe.</summary>
public abstract class RowSource
{
    /// <summary>
    /// Writes up to <paramref name="rowsMax"/> rows into columns (flat, with room, from row <paramref name="start"/> on) and returns
    /// how many; 0 at the end. One column for a plain result, one per OUT column otherwise. Throws <see cref="Types.SqlException"/>.
    /// </summary>
    public abstract int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax);
}
