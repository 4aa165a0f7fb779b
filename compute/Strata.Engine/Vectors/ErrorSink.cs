using Strata.Engine.Types;

namespace Strata.Engine.Vectors;

/// <summary>
/// Where kernels report failing rows. It keeps the lowest failing row, and of several errors in that row the first reported, which is
/// the one PostgreSQL raises. Rows at or above <see cref="Row"/> need not be evaluated any more and their results are undefined.
/// The operator delivers the rows below and raises at the next pull. Not thread-safe.
/// </summary>
public sealed class ErrorSink
{
    /// <summary>The failing row, or <see cref="int.MaxValue"/>.</summary>
    public int Row { get; private set; } = int.MaxValue;

    public SqlException? Error { get; private set; }

    public bool HasError => Error != null;

    public void Report(int row, SqlState state, string message)
    {
        if (row < Row)
            Report(row, new SqlException(state, message));
    }

    public void Report(int row, SqlException error)
    {
        if (row >= Row)
            return;
        Row = row;
        Error = error;
    }

    public void Reset()
    {
        Row = int.MaxValue;
        Error = null;
    }

    /// <summary>Raises the error, if there is one, and forgets it.</summary>
    public void ThrowIfAny()
    {
        if (Error is not { } error)
            return;
        Reset();
        throw error;
    }
}
