using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Strata.Engine.Sessions;
using Strata.Engine.Types;

namespace Strata.Tests.Engine.Sessions;

/// <summary>A client that speaks the extended protocol and throws the answers away without allocating, so that what is measured is the engine.</summary>
public sealed class SilentClient : ISessionOutput, IBufferWriter<byte>, IDisposable
{
    private static readonly short[] s_text = [];

    private readonly byte[] _buffer = new byte[64 << 10];
    private readonly byte[] _values = new byte[256];
    private readonly SqlSession _session;

    public SilentClient(EngineInstance engine) => _session = engine.OpenSession(new SessionStartup { User = "postgres", Database = "postgres" }, this);

    /// <summary>What went wrong, if anything.</summary>
    public string? Failure { get; private set; }

    /// <summary>Bytes of rows that were sent.</summary>
    public long RowBytes { get; private set; }

    public void Prepare(string name, string sql)
    {
        _session.Parse(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(sql), []);
        _session.Sync();
    }

    public void Query(string sql) => _session.SimpleQuery(Encoding.UTF8.GetBytes(sql));

    /// <summary>Binds, describes, executes and syncs, as libpq does; parameters are decimal texts.</summary>
    public void Execute(ReadOnlySpan<byte> name, params ReadOnlySpan<int> parameters)
    {
        int at = 0;
        foreach (int parameter in parameters)
        {
            System.Buffers.Text.Utf8Formatter.TryFormat(parameter, _values.AsSpan(at + sizeof(int)), out int length);
            BinaryPrimitives.WriteInt32BigEndian(_values.AsSpan(at), length);
            at += sizeof(int) + length;
        }
        BindMessage bind = new() { ParameterFormats = s_text, ParameterCount = parameters.Length, ParameterValues = _values.AsSpan(0, at), ResultFormats = s_text };
        _session.Bind(default, name, in bind);
        _session.DescribePortal(default);
        _session.Execute(default, 0);
        _session.Sync();
    }

    public void Dispose() => _session.Dispose();

    IBufferWriter<byte> ISessionOutput.Messages => this;

    void IBufferWriter<byte>.Advance(int count) => RowBytes += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint) => _buffer;

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => _buffer;

    void ISessionOutput.BatchWritten()
    {
    }

    void ISessionOutput.RowDescription(ReadOnlySpan<ResultColumn> columns, ReadOnlySpan<short> formats)
    {
    }

    void ISessionOutput.ParameterDescription(ReadOnlySpan<uint> typeOids)
    {
    }

    void ISessionOutput.ParseComplete()
    {
    }

    void ISessionOutput.BindComplete()
    {
    }

    void ISessionOutput.CloseComplete()
    {
    }

    void ISessionOutput.NoData()
    {
    }

    void ISessionOutput.CommandComplete(ReadOnlySpan<byte> tag)
    {
    }

    void ISessionOutput.EmptyQueryResponse()
    {
    }

    void ISessionOutput.PortalSuspended()
    {
    }

    void ISessionOutput.Error(Diagnostic error) => Failure = error.Message;

    void ISessionOutput.Notice(Diagnostic notice)
    {
    }

    void ISessionOutput.ParameterStatus(string name, string value)
    {
    }

    void ISessionOutput.NotificationResponse(int processId, string channel, string payload)
    {
    }

    void ISessionOutput.CopyInResponse(bool binary, int columns)
    {
    }

    void ISessionOutput.CopyOutResponse(bool binary, int columns)
    {
    }

    void ISessionOutput.CopyDone()
    {
    }
}
