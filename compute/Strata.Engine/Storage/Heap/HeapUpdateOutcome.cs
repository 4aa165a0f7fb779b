using Strata.Format;

namespace Strata.Engine.Storage.Heap;

/// <summary>What an update did, or found instead.</summary>
/// <param name="Tid">The new version; after <see cref="HeapResult.Updated"/> the version that another transaction made.</param>
/// <param name="IsHeapOnly">No index needs an entry for the new version.</param>
/// <param name="OtherXid">After <see cref="HeapResult.Updated"/> or <see cref="HeapResult.Deleted"/>, the transaction that did it.</param>
/// <param name="HadOutOfLine">After <see cref="HeapResult.Ok"/>: the version that was replaced or deleted may name large values (<see cref="Toast.ToastStore"/>).</param>
public readonly record struct HeapUpdateOutcome(Tid Tid, bool IsHeapOnly, ulong OtherXid, bool HadOutOfLine = false);
