namespace Strata.Format.Messages;

/// <summary>What a message to or from a page server is. Ids only grow and are never reused.</summary>
public enum PageMessageKind : byte
{
    /// <summary>Pages at an LSN (<see cref="GetPagesRequest"/>); answered by <see cref="Pages"/>.</summary>
    GetPages = 1,

    /// <summary>Creates a project: reserves its id for ever. Idempotent.</summary>
    ProjectCreate = 2,

    /// <summary>Deletes a project with all its timelines; the tombstone stays.</summary>
    ProjectDelete = 3,

    /// <summary>Creates a timeline: an empty root, a root over a base image, or a branch. Idempotent for equal arguments.</summary>
    TimelineCreate = 4,

    /// <summary>Deletes a timeline without children; its tombstone is durable before anything else is removed.</summary>
    TimelineDelete = 5,

    /// <summary>Lists a project's timelines.</summary>
    TimelineList = 6,

    /// <summary>Positions of one timeline, for status pages and for back-pressure.</summary>
    TimelineStatus = 7,

    /// <summary>The newest record boundary whose time is at or before the given one.</summary>
    LsnForTime = 8,

    /// <summary>Keeps the history at and above an LSN readable for a while; durable before it is answered.</summary>
    LeaseLsn = 9,

    /// <summary>Forces what is ingested to the object store; answered when it is there.</summary>
    Flush = 10,

    /// <summary>Keeps what a root timeline has now as a base image under a name, from which new roots start.</summary>
    BaseSave = 11,

    /// <summary>Answer to <see cref="GetPages"/>: <see cref="GetPagesResponse"/>.</summary>
    Pages = 128,

    /// <summary>Answer to every other request: <see cref="PageControlResponse"/>.</summary>
    Done = 129,

    /// <summary>The request failed as a whole: <see cref="PageErrorResponse"/>.</summary>
    Error = 255,
}
