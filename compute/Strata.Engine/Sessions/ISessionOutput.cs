using System.Buffers;

namespace Strata.Engine.Sessions;

/// <summary>
/// What a session says to its client, one call per protocol message, in order. Implemented by the wire layer (and by tests). Calls come from the thread that drives the session.
/// </summary>
public interface ISessionOutput
{
    /// <summary>
    /// Where the session writes whole, framed <c>DataRow</c> and <c>CopyData</c> messages: type byte, length, body. Nothing else may be written between the start and the end of such a message.
    /// </summary>
    IBufferWriter<byte> Messages { get; }

    /// <summary>A batch of messages is complete: send what is large, keep what is small. May block on a slow client; throws <see cref="OperationCanceledException"/> when the connection is gone.</summary>
    void BatchWritten();

    /// <summary>The client's end of the connection is closed: nobody waits for what the session does. Any thread.</summary>
    bool IsClientGone => false;

    /// <summary>RowDescription. <paramref name="formats"/> has one code per column, one for all, or none (text).</summary>
    void RowDescription(ReadOnlySpan<ResultColumn> columns, ReadOnlySpan<short> formats);

    /// <summary>ParameterDescription, in answer to Describe of a statement.</summary>
    void ParameterDescription(ReadOnlySpan<uint> typeOids);

    void ParseComplete();

    void BindComplete();

    void CloseComplete();

    /// <summary>NoData, in answer to Describe of a statement or portal without rows.</summary>
    void NoData();

    /// <summary>CommandComplete; the tag is ASCII, without its zero byte.</summary>
    void CommandComplete(ReadOnlySpan<byte> tag);

    void EmptyQueryResponse();

    void PortalSuspended();

    /// <summary>ErrorResponse.</summary>
    void Error(Diagnostic error);

    /// <summary>NoticeResponse.</summary>
    void Notice(Diagnostic notice);

    /// <summary>ParameterStatus: a setting that clients track has changed.</summary>
    void ParameterStatus(string name, string value);

    void NotificationResponse(int processId, string channel, string payload);

    /// <summary>CopyInResponse: the session now waits for <see cref="SqlSession.CopyData"/>, <see cref="SqlSession.CopyDone"/> or <see cref="SqlSession.CopyFail"/>.</summary>
    void CopyInResponse(bool binary, int columns);

    /// <summary>CopyOutResponse; CopyData messages follow in <see cref="Messages"/>, then <see cref="CopyDone"/>.</summary>
    void CopyOutResponse(bool binary, int columns);

    /// <summary>CopyDone, at the end of a COPY to the client.</summary>
    void CopyDone();
}
