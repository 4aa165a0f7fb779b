using System.Buffers;
using Strata.Engine.Sessions;

namespace Strata.Compute.Protocol;

/// <summary>What a session says, as protocol messages (PostgreSQL documentation, "Message Formats") in the connection's output buffer.</summary>
public sealed class ProtocolOutput(ClientTransport transport) : ISessionOutput, IDisposable
{
    /// <summary>A buffer this full goes out before more is written, so that a large result holds little memory.</summary>
    public const int SendBytesMin = 64 << 10;

    private readonly MessageBuffer _buffer = new();

    public IBufferWriter<byte> Messages => _buffer;

    /// <summary>The buffer, for the messages that the connection itself sends.</summary>
    internal MessageBuffer Buffer => _buffer;

    /// <summary>Sends everything. <see cref="IOException"/> when the client is gone.</summary>
    public void Flush()
    {
        if (_buffer.Count == 0)
            return;
        transport.Send(_buffer.Written);
        _buffer.Clear(release: false);
    }

    /// <summary>Gives the buffer back while the session is parked.</summary>
    public void Release() => _buffer.Clear(release: true);

    public void BatchWritten()
    {
        if (_buffer.Count < SendBytesMin)
            return;
        try
        {
            Flush();
        }
        catch (IOException error)
        {
            throw new OperationCanceledException("the client is gone", error);
        }
    }

    public void RowDescription(ReadOnlySpan<ResultColumn> columns, ReadOnlySpan<short> formats)
    {
        _buffer.Begin((byte)'T');
        _buffer.Int16((short)columns.Length);
        for (int i = 0; i < columns.Length; i++)
        {
            ref readonly ResultColumn column = ref columns[i];
            _buffer.CString(column.Name);
            _buffer.Int32((int)column.TableOid);
            _buffer.Int16(column.ColumnNumber);
            _buffer.Int32((int)column.TypeOid);
            _buffer.Int16(column.TypeSize);
            _buffer.Int32(column.TypeModifier);
            _buffer.Int16(formats.Length switch { 0 => 0, 1 => formats[0], _ => formats[i] });
        }
        _buffer.End();
    }

    public void ParameterDescription(ReadOnlySpan<uint> typeOids)
    {
        _buffer.Begin((byte)'t');
        _buffer.Int16((short)typeOids.Length);
        foreach (uint oid in typeOids)
            _buffer.Int32((int)oid);
        _buffer.End();
    }

    public void CommandComplete(ReadOnlySpan<byte> tag)
    {
        _buffer.Begin((byte)'C');
        _buffer.Bytes(tag);
        _buffer.Byte(0);
        _buffer.End();
    }

    public void EmptyQueryResponse() => Empty((byte)'I');

    public void PortalSuspended() => Empty((byte)'s');

    public void NoData() => Empty((byte)'n');

    public void ParseComplete() => Empty((byte)'1');

    public void BindComplete() => Empty((byte)'2');

    public void CloseComplete() => Empty((byte)'3');

    public void CopyDone() => Empty((byte)'c');

    public void Error(Diagnostic error) => Fields((byte)'E', error);

    public void Notice(Diagnostic notice) => Fields((byte)'N', notice);

    public void ParameterStatus(string name, string value)
    {
        _buffer.Begin((byte)'S');
        _buffer.CString(name);
        _buffer.CString(value);
        _buffer.End();
    }

    public void NotificationResponse(int processId, string channel, string payload)
    {
        _buffer.Begin((byte)'A');
        _buffer.Int32(processId);
        _buffer.CString(channel);
        _buffer.CString(payload);
        _buffer.End();
    }

    public void CopyInResponse(bool binary, int columns) => CopyResponse((byte)'G', binary, columns);

    public void CopyOutResponse(bool binary, int columns) => CopyResponse((byte)'H', binary, columns);

    public void ReadyForQuery(TransactionStatus status)
    {
        _buffer.Begin((byte)'Z');
        _buffer.Byte((byte)status);
        _buffer.End();
    }

    public void BackendKeyData(int processId, int secret)
    {
        _buffer.Begin((byte)'K');
        _buffer.Int32(processId);
        _buffer.Int32(secret);
        _buffer.End();
    }

    /// <summary>AuthenticationOk (0), AuthenticationSASL (10), …Continue (11), …Final (12); the data are already in the message's form.</summary>
    public void Authentication(int code, ReadOnlySpan<char> data = default)
    {
        _buffer.Begin((byte)'R');
        _buffer.Int32(code);
        _buffer.Text(data);
        _buffer.End();
    }

    /// <summary>The newest minor version that we speak, and the startup options that we don't know.</summary>
    public void NegotiateProtocolVersion(int newestMinor, IReadOnlyList<string> unknownOptions)
    {
        _buffer.Begin((byte)'v');
        _buffer.Int32(newestMinor);
        _buffer.Int32(unknownOptions.Count);
        foreach (string option in unknownOptions)
            _buffer.CString(option);
        _buffer.End();
    }

    public void Dispose() => _buffer.Dispose();

    private void Empty(byte type)
    {
        _buffer.Begin(type);
        _buffer.End();
    }

    private void CopyResponse(byte type, bool binary, int columns)
    {
        short format = (short)(binary ? 1 : 0);
        _buffer.Begin(type);
        _buffer.Byte((byte)format);
        _buffer.Int16((short)columns);
        for (int i = 0; i < columns; i++)
            _buffer.Int16(format);
        _buffer.End();
    }

    private void Fields(byte type, Diagnostic fields)
    {
        _buffer.Begin(type);
        Field((byte)'S', fields.Severity);
        Field((byte)'V', fields.Severity);
        Field((byte)'C', fields.SqlState);
        Field((byte)'M', fields.Message);
        Field((byte)'D', fields.Detail);
        Field((byte)'H', fields.Hint);
        Position((byte)'P', fields.Position);
        Position((byte)'p', fields.InternalPosition);
        Field((byte)'q', fields.InternalQuery);
        Field((byte)'W', fields.Where);
        Field((byte)'s', fields.SchemaName);
        Field((byte)'t', fields.TableName);
        Field((byte)'c', fields.ColumnName);
        Field((byte)'d', fields.DataTypeName);
        Field((byte)'n', fields.ConstraintName);
        _buffer.Byte(0);
        _buffer.End();
    }

    private void Field(byte code, string? value)
    {
        if (value is null)
            return;
        _buffer.Byte(code);
        _buffer.CString(value);
    }

    private void Position(byte code, int position)
    {
        if (position > 0)
            Field(code, position.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
