using Strata.Platform;

namespace Strata.Simulation.World;

/// <summary>
/// A node's disk: files in memory that lose unsynced writes at a crash, a plan that can cut the power in the middle of any operation, and now and then fails one.
/// </summary>
public sealed class SimulatedDisk(SimulatedWorld world)
{
    private MemoryFileSystem _files = new();
    private int _operationsUntilCrash = -1;

    /// <summary>The file system for code under test: a new one after each <see cref="Crash"/> or <see cref="Wipe"/>.</summary>
    public IFileSystem Files => new FaultyFileSystem(_files, Plan);

    /// <summary>One write or sync in so many fails with an <see cref="IOException"/>, as on a full disk; 0 for none.</summary>
    public int FailOneIn { get; set; }

    /// <summary>The power goes at one of the next operations.</summary>
    public void CrashWithin(int operations) => _operationsUntilCrash = world.Random.Next(operations);

    /// <summary>What is left after a power cut now.</summary>
    public void Crash()
    {
        _operationsUntilCrash = -1;
        _files = _files.CrashClone(world.Random);
    }

    /// <summary>The disk is lost.</summary>
    public void Wipe()
    {
        _operationsUntilCrash = -1;
        _files = new MemoryFileSystem();
    }

    private void Plan(FileOperation operation, string path)
    {
        if (operation is FileOperation.Read or FileOperation.Open)
            return;
        if (_operationsUntilCrash >= 0 && _operationsUntilCrash-- == 0)
            throw new SimulatedCrashException();
        if (FailOneIn > 0 && operation is FileOperation.SetLength && world.OneIn(FailOneIn))
            throw new IOException("No space left on device");
    }
}
