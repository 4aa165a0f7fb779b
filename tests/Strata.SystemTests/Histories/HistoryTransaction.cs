namespace Strata.SystemTests.Histories;

/// <summary>How a transaction ended, as far as its client knows.</summary>
public enum HistoryOutcome
{
    Committed,
    Aborted,
    Unknown,
}

/// <summary>One operation on a list: an append of a value that nobody else ever appends, or a read with what it returned.</summary>
/// <param name="Key">The list.</param>
/// <param name="Value">What was appended; 0 for a read.</param>
/// <param name="Read">What was read; null for an append.</param>
public readonly record struct HistoryOperation(int Key, long Value, long[]? Read);

/// <summary>A transaction of a recorded history.</summary>
/// <param name="Number">Its place in the history.</param>
/// <param name="Session">Who ran it.</param>
/// <param name="Operations">What it did, in order.</param>
/// <param name="Outcome">How it ended.</param>
public sealed record HistoryTransaction(int Number, int Session, IReadOnlyList<HistoryOperation> Operations, HistoryOutcome Outcome)
{
    public override string ToString() =>
        $"T{Number}({Outcome}, session {Session}): {string.Join(' ', Operations.Select(static o => o.Read is null ? $"append({o.Key},{o.Value})" : $"read({o.Key})=[{string.Join(',', o.Read)}]"))}";
}
