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

    public bool IsClientGone => transport.Socket.IsClosedByPeer;

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
        if (name == "client_encoding")
            _buffer.TextEncoding = ClientEncodings.Find(value);
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

    /// <summary>What a cancel request must know: 4 bytes of secret, or more since protocol 3.2.</summary>
    public void BackendKeyData(int processId, ReadOnlySpan<byte> secret)
    {
        _buffer.Begin((byte)'K');
        _buffer.Int32(processId);
        _buffer.Bytes(secret);
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

    /// <summary>AuthenticationMD5Password with its salt.</summary>
    internal void AuthenticationMd5(int code, ReadOnlySpan<byte> salt)
    {
        _buffer.Begin((byte)'R');
        _buffer.Int32(code);
        _buffer.Bytes(salt);
        _buffer.End();
    }

    /// <summary>The version that is spoken instead of the one asked for (major in the upper 16 bits, as PostgreSQL sends it), and the startup options that we don't know.</summary>
    public void NegotiateProtocolVersion(int version, IReadOnlyList<string> unknownOptions)
    {
        _buffer.Begin((byte)'v');
        _buffer.Int32(version);
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

    private void Fields(byte type, Diagnostic fields) => Write(_buffer, type, fields);

    /// <summary>An ErrorResponse by itself, for clients that are refused before they have a connection.</summary>
    internal static void WriteError(MessageBuffer buffer, Diagnostic error) => Write(buffer, (byte)'E', error);

    private static void Write(MessageBuffer buffer, byte type, Diagnostic fields)
    {
        buffer.Begin(type);
        Field(buffer, (byte)'S', fields.Severity);
        Field(buffer, (byte)'V', fields.Severity);
        Field(buffer, (byte)'C', fields.SqlState);
        Field(buffer, (byte)'M', fields.Message);
        Field(buffer, (byte)'D', fields.Detail);
        Field(buffer, (byte)'H', fields.Hint);
        Position(buffer, (byte)'P', fields.Position);
        Position(buffer, (byte)'p', fields.InternalPosition);
        Field(buffer, (byte)'q', fields.InternalQuery);
        Field(buffer, (byte)'W', fields.Where);
        Field(buffer, (byte)'s', fields.SchemaName);
        Field(buffer, (byte)'t', fields.TableName);
        Field(buffer, (byte)'c', fields.ColumnName);
        Field(buffer, (byte)'d', fields.DataTypeName);
        Field(buffer, (byte)'n', fields.ConstraintName);
        Field(buffer, (byte)'R', fields.Routine);
        buffer.Byte(0);
        buffer.End();
    }

    private static void Field(MessageBuffer buffer, byte code, string? value)
    {
        if (value is null)
            return;
        buffer.Byte(code);
        buffer.CString(value);
    }

    private static void Position(MessageBuffer buffer, byte code, int position)
    {
        if (position > 0)
            Field(buffer, code, position.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
