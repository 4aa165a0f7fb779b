using System.Runtime.ExceptionServices;

namespace Strata.Engine.Vectors;

/// <summary>Sorts that may be long: they look at the statement's cancellation while they compare. Stateless.</summary>
internal static class LongSort
{
    /// <summary>Sorts a list. Throws <see cref="OperationCanceledException"/>, and what a comparison throws inside of an <see cref="InvalidOperationException"/>, as sorts do.</summary>
    public static void Sort<T>(List<T> items, Comparison<T> order)
    {
        try
        {
            items.Sort((a, b) =>
            {
                DepthGuard.Step();
                return order(a, b);
            });
        }
        catch (InvalidOperationException error) when (error.InnerException is OperationCanceledException cancelled)
        {
            ExceptionDispatchInfo.Throw(cancelled);
        }
    }
}
