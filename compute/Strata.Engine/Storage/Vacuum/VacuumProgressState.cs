namespace Strata.Engine.Storage.Vacuum;

/// <summary>The steps of a vacuum.</summary>
public enum VacuumStep
{
    /// <summary>Looks at the table's pages.</summary>
    ScanningHeap,

    /// <summary>Removes entries of dead rows.</summary>
    VacuumingIndexes,

    /// <summary>Frees line pointers of dead rows.</summary>
    VacuumingHeap,

    /// <summary>Writes down what it found.</summary>
    FinalCleanup,
}

/// <summary>How far a vacuum is.</summary>
/// <param name="Step">What it does now.</param>
/// <param name="ScannedBlocks">Blocks that it is done with, those that need nothing included.</param>
/// <param name="VacuumedBlocks">Blocks whose line pointers it freed.</param>
/// <param name="IndexRounds">How often it went through the indexes.</param>
/// <param name="DeadRows">Dead rows noted since the last round.</param>
public readonly record struct VacuumProgressState(VacuumStep Step, uint ScannedBlocks, uint VacuumedBlocks, int IndexRounds, int DeadRows);
