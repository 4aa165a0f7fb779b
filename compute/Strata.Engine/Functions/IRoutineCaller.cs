namespace Strata.Engine.Functions;

/// <summary>Runs functions that are written in SQL. The session implements it. Not thread-safe.</summary>
public interface IRoutineCaller
{
    /// <summary>Computes one call's value. Throws <see cref="Types.SqlException"/>.</summary>
    void Call(ref FunctionCall call);

    /// <summary>Opens the rows of one call of a set-returning function; null for none. Throws <see cref="Types.SqlException"/>.</summary>
    RowSource? Open(ref FunctionCall call);
}
