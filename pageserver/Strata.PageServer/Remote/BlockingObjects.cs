namespace Strata.PageServer.Remote;

/// <summary>The page server's threads block on the object store: each is the store's only user in that moment, and there are few.</summary>
internal static class BlockingObjects
{
    public static T Wait<T>(this ValueTask<T> task) => task.IsCompletedSuccessfully ? task.Result : task.AsTask().GetAwaiter().GetResult();

    public static void Wait(this ValueTask task)
    {
        if (!task.IsCompletedSuccessfully)
            task.AsTask().GetAwaiter().GetResult();
    }

    /// <summary>All elements of a listing.</summary>
    public static List<T> ToList<T>(this IAsyncEnumerable<T> source)
    {
        var list = new List<T>();
        IAsyncEnumerator<T> enumerator = source.GetAsyncEnumerator();
        try
        {
            while (enumerator.MoveNextAsync().Wait())
                list.Add(enumerator.Current);
        }
        finally
        {
            enumerator.DisposeAsync().Wait();
        }
        return list;
    }
}
