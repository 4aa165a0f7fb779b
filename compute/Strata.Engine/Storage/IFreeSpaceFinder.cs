namespace Strata.Engine.Storage;

/// <summary>Offers heap pages that vacuum found room on: the free-space map, as inserts see it. Thread-safe.</summary>
public interface IFreeSpaceFinder
{
    /// <summary>A block of the storage's main fork that should have this many free bytes, or null. Only a hint: the caller looks at the page.</summary>
    uint? FindBlock(uint database, ulong storage, int bytes, CancellationToken cancellation);

    /// <summary>A page has only this many free bytes: it need not be offered again for more. Called with the page latched, so it may neither wait nor read.</summary>
    void Note(uint database, ulong storage, uint block, int freeBytes)
    {
    }
}
