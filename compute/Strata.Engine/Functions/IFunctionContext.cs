using Strata.Engine.Execution;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Platform;

namespace Strata.Engine.Functions;

/// <summary>
/// What functions may ask of the session and statement that they run in. The session implements it; tests have a plain one.
/// Times are microseconds since 2000-01-01 UTC. Not thread-safe.
/// </summary>
public interface IFunctionContext
{
    TimeProvider Clock { get; }

    IRandom Random { get; }

    /// <summary>Formatting settings (DateStyle, TimeZone, …), the same object until one of them changes.</summary>
    TypeSettings Settings { get; }

    /// <summary>Start of the transaction: now().</summary>
    long TransactionTimestamp { get; }

    /// <summary>Arrival of the statement: statement_timestamp().</summary>
    long StatementTimestamp { get; }

    CancellationToken Cancellation { get; }

    MemoryAccount? Memory { get; }

    /// <summary>Blocks the thread; false when cancelled. For pg_sleep.</summary>
    bool Sleep(TimeSpan duration);

    /// <summary>Objects by name and by OID.</summary>
    ICatalogServices Catalog { get; }

    /// <summary>The session's settings, identity, sequences, locks, …</summary>
    ISessionServices Session { get; }

    /// <summary>Constraints of domains; null where there are none.</summary>
    IDomainChecker? Domains => null;

    /// <summary>What settings say to running statements; the same object until one of them changes.</summary>
    ExecutionSettings Execution => ExecutionSettings.Default;

    /// <summary>Counts the session's temporary files; null where nobody does.</summary>
    TemporarySpace? TemporarySpace => null;

    /// <summary>Sends a NOTICE to the client; nothing where there is none.</summary>
    void Notice(string message)
    {
    }

    /// <summary>Functions written in SQL; null where there are none.</summary>
    IRoutineCaller? Routines => null;
}
