namespace Strata.Format.Messages;

/// <summary>First byte of every frame between proposers, page servers, the control plane and safekeepers. Values are never reused.</summary>
public enum SafekeeperMessageKind : byte
{
    Greeting = 1,
    GreetingReply = 2,
    VoteRequest = 3,
    VoteResponse = 4,
    Elected = 5,
    AppendRequest = 6,
    AppendResponse = 7,
    ReadRequest = 8,
    StreamRequest = 9,
    StreamFeedback = 10,
    WalChunk = 11,
    StatusRequest = 12,
    Status = 13,
    CreateTimeline = 14,
    DeleteTimeline = 15,
    Done = 16,
    Error = 17,
}
