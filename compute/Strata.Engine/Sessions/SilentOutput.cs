using System.Buffers;

namespace Strata.Engine.Sessions;

/// <summary>Where sessions without a client speak: nobody listens.</summary>
internal sealed class SilentOutput : ISessionOutput
{
    private readonly ArrayBufferWriter<byte> _messages = new();

    public IBufferWriter<byte> Messages => _messages;

    public void BatchWritten() => _messages.ResetWrittenCount();

    public void RowDescription(ReadOnlySpan<ResultColumn> columns, ReadOnlySpan<short> formats)
    {
    }

    public void ParameterDescription(ReadOnlySpan<uint> typeOids)
    {
    }

    public void ParseComplete()
    {
    }

    public void BindComplete()
    {
    }

    public void CloseComplete()
    {
    }

    public void NoData()
    {
    }

    public void CommandComplete(ReadOnlySpan<byte> tag)
    {
    }

    public void EmptyQueryResponse()
    {
    }

    public void PortalSuspended()
    {
    }

    public void Error(Diagnostic error)
    {
    }

    public void Notice(Diagnostic notice)
    {
    }

    public void ParameterStatus(string name, string value)
    {
    }

    public void NotificationResponse(int processId, string channel, string payload)
    {
    }

    public void CopyInResponse(bool binary, int columns)
    {
    }

    public void CopyOutResponse(bool binary, int columns)
    {
    }

    public void CopyDone()
    {
    }
}
