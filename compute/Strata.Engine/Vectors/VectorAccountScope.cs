namespace Strata.Engine.Vectors;

/// <summary>Until it is disposed of, vectors that this thread makes without naming an account are charged to one (<see cref="MemoryAccount.OfNewVectors"/>).</summary>
public readonly ref struct VectorAccountScope : IDisposable
{
    private readonly MemoryAccount? _before;

    public VectorAccountScope(MemoryAccount? account)
    {
        _before = MemoryAccount.OfNewVectors;
        MemoryAccount.OfNewVectors = account;
    }

    public void Dispose() => MemoryAccount.OfNewVectors = _before;
}
