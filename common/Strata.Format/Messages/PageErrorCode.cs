namespace Strata.Format.Messages;

/// <summary>Why a page server refused, by what the caller can do about it.</summary>
public enum PageErrorCode : byte
{
    /// <summary>The request makes no sense (wrong LSN, count, name); repeating it does not help.</summary>
    Invalid = 1,

    /// <summary>No such project, timeline or base image.</summary>
    NotFound = 2,

    /// <summary>The LSN lies below the history that is kept.</summary>
    BelowHistory = 3,

    /// <summary>Ingest did not reach the LSN in time; try again.</summary>
    NotYet = 4,

    /// <summary>The server is starting, loading, or its object store does not answer; try again.</summary>
    Unavailable = 5,

    /// <summary>Another page server was attached to the project since; ask that one.</summary>
    Fenced = 6,

    /// <summary>The stored data failed its checks and no good copy was found. Nothing was served.</summary>
    Corrupt = 7,

    /// <summary>The id exists with other arguments, was deleted, or still has children.</summary>
    Conflict = 8,

    /// <summary>A bug in the server; the message says what it saw.</summary>
    Internal = 9,
}
