using Strata.Format;

namespace Strata.Engine.Transactions;

/// <summary>A prepared transaction: it has left its session, holds its locks and waits for COMMIT PREPARED or ROLLBACK PREPARED.</summary>
internal sealed class PreparedTransaction(PreparedState state, Transaction transaction, IReadOnlyList<Tid> rows, bool isRecovered)
{
    public PreparedState State => state;

    /// <summary>The transaction, with an owner of its own.</summary>
    public Transaction Transaction => transaction;

    /// <summary>Where its state stands.</summary>
    public IReadOnlyList<Tid> Rows => rows;

    /// <summary>It was prepared in an earlier life of the compute.</summary>
    public bool IsRecovered => isRecovered;

    /// <summary>Somebody ends it at this moment. Under the lock of <see cref="PreparedTransactions"/>.</summary>
    public bool IsEnding { get; set; }
}
