using Strata.Engine.Sessions;

namespace Strata.Engine.Catalog;

/// <summary>What <c>SELECT * FROM sequence</c> reads: one row with the sequence's state.</summary>
internal sealed class SequenceTable(uint sequenceOid) : SystemTable
{
    public override IEnumerable<CatalogValue[]> Scan(SystemScanContext context)
    {
        if (context.Session is null || context.Catalog.FindRelation(sequenceOid) is not { } sequence)
            yield break;
        SessionContext session = context.Session.Context;
        (long last, bool isCalled) = session.Engine.Transactions.Sequences.Get(sequence.Database, sequence.Storage, session.Cancellation);
        yield return [last, 0L, isCalled];
    }
}
