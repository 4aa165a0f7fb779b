using Strata.Format;

namespace Strata.Engine.Transactions;

/// <summary>What a SERIALIZABLE transaction has read and written, by relation. For the session's thread.</summary>
internal sealed class SerializableAccess
{
    /// <summary>Relations that statements of the transaction looked at.</summary>
    public HashSet<uint> Reads { get; } = [];

    /// <summary>Relations that they changed.</summary>
    public HashSet<uint> Writes { get; } = [];

    /// <summary>The transaction's one snapshot; zero before the first statement.</summary>
    public Lsn Snapshot { get; set; }
}
