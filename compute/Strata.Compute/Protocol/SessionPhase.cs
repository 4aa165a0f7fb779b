using System.Buffers.Binary;
using Strata.Engine.Sessions;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Compute.Protocol;

/// <summary>
/// A connection that has been let in: takes one message at a time and calls the session. After an error in the extended protocol everything up to Sync is skipped. Not thread-safe.
/// </summary>
/// <param name="output">Where the client is told.</param>
internal sealed class SessionPhase(ProtocolOutput output)
{
    /// <summary>Format codes and parameter types up to this many are read into the stack.</summary>
    private const int StackItemsMax = 64;

    private enum Copying
    {
        None,
        Simple,
        Extended,
    }

    private Copying _copying;
    private bool _skipping;
    private bool _ready = true;

    /// <summary>The session; null while a client of the pooler has none.</summary>
    public SqlSession? Session { get; set; }

    private SqlSession Current
    {
        get
        {
            Invariant.Check(Session is not null);
            return Session;
        }
    }

    public bool InTransaction => Session is { HoldsTransaction: true };

    /// <summary>The client has been told that the session is ready, and no transaction is open: others may use the session.</summary>
    public bool IsAtRest => _ready && !InTransaction;

    /// <summary>Notifications or the session's end wait for <see cref="DeliverNews"/>.</summary>
    public bool HasNews => _copying == Copying.None && Session is { HasNews: true };

    /// <summary>
    /// How long the client may be silent from now on; zero for ever. Only a client that was told that the session is ready is idle, and one of the pooler without a session has nothing that others could wait for.
    /// </summary>
    public TimeSpan IdleTimeout => _ready && Session is { } session ? session.IdleTimeout : TimeSpan.Zero;

    /// <summary>Tells the client that it was silent for too long; the connection is to be closed.</summary>
    public void EndIdle() => Current.EndIdle();

    /// <summary>Tells the client what came in without its asking. False ends the connection.</summary>
    public bool DeliverNews() => Current.DeliverNews() == SessionStep.Completed;

    /// <summary>Whether a message of this type can't be handled without a session.</summary>
    public bool NeedsSession(byte type) => !_skipping && type is not ((byte)'X' or (byte)'S' or (byte)'H' or (byte)'d' or (byte)'c' or (byte)'f');

    /// <summary>Answers a message with an error instead of handling it.</summary>
    public void Refuse(byte type, Diagnostic error)
    {
        output.Error(error);
        if (type == (byte)'Q' || type == (byte)'F')
            Ready(TransactionStatus.Idle);
        else
            _skipping = true;
    }

    /// <summary>Handles one message. False ends the connection.</summary>
    public bool Handle(byte type, ReadOnlySpan<byte> body)
    {
        if (type == (byte)'X')
        {
            Session?.NoteTerminate();
            return false;
        }

        if (Session is null)
            return HandleWithoutSession(type);
        _ready = false;
        try
        {
            if (_copying != Copying.None)
                return type is (byte)'H' or (byte)'S' || HandleCopy(type, body); // Sent before the client heard of the COPY, which ignores them.
            if (_skipping && type != (byte)'S')
                return true;
            return Dispatch(type, body);
        }
        catch (SqlException error)
        {
            // Only messages that break the protocol end here: what statements throw, the session has reported itself.
            return Finish(Current.ReportError(error), simple: type == (byte)'Q');
        }
    }

    // Between two transactions of a client of the pooler.
    private bool HandleWithoutSession(byte type)
    {
        if (type == (byte)'S')
        {
            _skipping = false;
            Ready(TransactionStatus.Idle);
        }
        else if (type == (byte)'H')
        {
            output.Flush();
        }

        return true;
    }

    private void Ready(TransactionStatus status)
    {
        output.ReadyForQuery(status);
        _ready = true;
    }

    private bool Dispatch(byte type, ReadOnlySpan<byte> body)
    {
        SqlSession session = Current;
        MessageReader reader = new(body);
        switch (type)
        {
            case (byte)'Q':
                ReadOnlySpan<byte> sql = reader.CString();
                reader.End();
                SessionStep step = session.SimpleQuery(sql);
                if (step == SessionStep.NeedsCopyData)
                    _copying = Copying.Simple;
                return Finish(step, simple: true);
            case (byte)'P':
                return Parse(ref reader);
            case (byte)'B':
                return Bind(ref reader);
            case (byte)'E':
                return Execute(ref reader);
            case (byte)'D':
                byte described = reader.Byte();
                ReadOnlySpan<byte> name = reader.CString();
                reader.End();
                return Finish(described == (byte)'S' ? session.DescribeStatement(name) : session.DescribePortal(name), simple: false);
            case (byte)'C':
                byte closed = reader.Byte();
                ReadOnlySpan<byte> closedName = reader.CString();
                reader.End();
                return Finish(closed == (byte)'S' ? session.CloseStatement(closedName) : session.ClosePortal(closedName), simple: false);
            case (byte)'S':
                _skipping = false;
                SessionStep synced = session.Sync();
                Ready(session.TransactionStatus);
                return synced != SessionStep.Closed;
            case (byte)'H':
                output.Flush();
                return true;
            case (byte)'d' or (byte)'c' or (byte)'f':
                return true; // Left over from a COPY that failed: ignored, as the protocol says.
            case (byte)'F':
                return CallFunction(ref reader);
            default:
                output.Error(new Diagnostic { Severity = "FATAL", SqlState = SqlState.ProtocolViolation.Code, Message = $"invalid frontend message type {type}" });
                return false;
        }
    }

    private bool Parse(ref MessageReader reader)
    {
        ReadOnlySpan<byte> name = reader.CString();
        ReadOnlySpan<byte> sql = reader.CString();
        int count = CheckCount(reader.Int16());
        Span<uint> types = count <= StackItemsMax ? stackalloc uint[count] : new uint[count];
        for (int i = 0; i < count; i++)
            types[i] = (uint)reader.Int32();
        reader.End();
        return Finish(Current.Parse(name, sql, types), simple: false);
    }

    private bool Bind(ref MessageReader reader)
    {
        ReadOnlySpan<byte> portal = reader.CString();
        ReadOnlySpan<byte> statement = reader.CString();
        int formatCount = CheckCount(reader.Int16());
        Span<short> formats = formatCount <= StackItemsMax ? stackalloc short[formatCount] : new short[formatCount];
        ReadFormats(ref reader, formats);
        ReadOnlySpan<byte> values = ReadValues(ref reader, out int count);
        int resultCount = CheckCount(reader.Int16());
        Span<short> results = resultCount <= StackItemsMax ? stackalloc short[resultCount] : new short[resultCount];
        ReadFormats(ref reader, results);
        reader.End();
        BindMessage bind = new() { ParameterFormats = formats, ParameterCount = count, ParameterValues = values, ResultFormats = results };
        return Finish(Current.Bind(portal, statement, in bind), simple: false);
    }

    /// <summary>The values of Bind and FunctionCall as they stand in the message, each behind its length.</summary>
    private static ReadOnlySpan<byte> ReadValues(ref MessageReader reader, out int count)
    {
        count = (ushort)reader.Int16();
        ReadOnlySpan<byte> values = reader.Rest;
        for (int i = 0; i < count; i++)
        {
            int length = reader.Int32();
            if (length != -1)
                reader.Take(length);
        }

        return values[..(values.Length - reader.Rest.Length)];
    }

    private bool CallFunction(ref MessageReader reader)
    {
        uint function = (uint)reader.Int32();
        int formatCount = CheckCount(reader.Int16());
        Span<short> formats = formatCount <= StackItemsMax ? stackalloc short[formatCount] : new short[formatCount];
        ReadFormats(ref reader, formats);
        ReadOnlySpan<byte> values = ReadValues(ref reader, out int count);
        Span<short> results = stackalloc short[1];
        ReadFormats(ref reader, results);
        reader.End();
        BindMessage call = new() { ParameterFormats = formats, ParameterCount = count, ParameterValues = values, ResultFormats = results };
        return Finish(Current.CallFunction(function, in call), simple: true);
    }

    private bool Execute(ref MessageReader reader)
    {
        ReadOnlySpan<byte> portal = reader.CString();
        int rowsMax = reader.Int32();
        reader.End();
        SessionStep step = Current.Execute(portal, rowsMax);
        if (step == SessionStep.NeedsCopyData)
            _copying = Copying.Extended;
        return Finish(step, simple: false);
    }

    private bool HandleCopy(byte type, ReadOnlySpan<byte> body)
    {
        bool simple = _copying == Copying.Simple;
        SqlSession session = Current;
        SessionStep step;
        switch (type)
        {
            case (byte)'d':
                step = session.CopyData(body);
                break;
            case (byte)'c':
                step = session.CopyDone();
                break;
            case (byte)'f':
                step = session.CopyFail(new MessageReader(body).String());
                break;
            default:
                step = session.CopyFail($"unexpected message type 0x{type:X2} during COPY from stdin");
                break;
        }
        if (step != SessionStep.NeedsCopyData)
            _copying = Copying.None;
        return Finish(step, simple);
    }

    /// <summary>What follows a call into the session. False ends the connection.</summary>
    private bool Finish(SessionStep step, bool simple)
    {
        switch (step)
        {
            case SessionStep.Closed:
                return false;
            case SessionStep.NeedsCopyData:
                return true;
            case SessionStep.Failed when !simple:
                _skipping = true;
                return true;
        }
        if (simple)
            Ready(Current.TransactionStatus);
        return true;
    }

    private static void ReadFormats(ref MessageReader reader, scoped Span<short> formats)
    {
        foreach (ref short format in formats)
        {
            format = reader.Int16();
            if (format is not (0 or 1))
                throw new SqlException(SqlState.ProtocolViolation, $"unsupported format code: {format}");
        }
    }

    private static int CheckCount(short count) =>
        count >= 0 ? count : throw new SqlException(SqlState.ProtocolViolation, "invalid message format");
}
