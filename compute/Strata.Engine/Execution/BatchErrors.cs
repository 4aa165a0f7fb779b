using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>
/// How an operator deals with rows that fail: it delivers the rows before the first failing one and raises the error at the next pull, so that the
/// client sees what a row-at-a-time execution would have shown it.
/// </summary>
internal static class BatchErrors
{
    /// <summary>The rows that may be delivered now; raises at once when there are none before the failing one.</summary>
    public static Selection Cut(ErrorSink errors, Selection selection)
    {
        if (!errors.HasError)
            return selection;
        Selection good = selection.Below(errors.Row);
        if (good.IsEmpty)
            errors.ThrowIfAny();
        return good;
    }
}
