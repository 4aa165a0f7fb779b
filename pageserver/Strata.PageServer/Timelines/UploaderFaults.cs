namespace Strata.PageServer.Timelines;

/// <summary>Bugs that the simulation plants to prove that it would find them. Production never sets one.</summary>
internal enum UploaderFaults
{
    None,

    /// <summary>The index is written before the layers that it names.</summary>
    IndexBeforeLayers,

    /// <summary>Safekeepers may trim before the index that makes it safe is written.</summary>
    AdvanceBeforeIndex,

    /// <summary>Trims and deletes without asking whether a newer server is attached.</summary>
    NoValidation,
}
