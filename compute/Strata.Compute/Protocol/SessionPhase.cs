using System.Buffers.Binary;
using Strata.Engine.Sessions;
using Strata.Engine.Types;

namespace Strata.Compute.Protocol;

/// <summary>
/// A connection with a session: takes one message at a time and calls the session. After an error in the extended protocol everything up to Sync is skipped. Not thread-safe, except for <see cref="Cancel"/>.
/// </summary>
internal sealed class SessionPhase(SqlSession session, ProtocolOutput output) : IDisposable
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

    public bool InTransaction => session.HoldsTransaction;

    /// <summary>Notifications or the session's end wait for <see cref="DeliverNews"/>.</summary>
    public bool HasNews => _copying == Copying.None && session.HasNews;

    /// <summary>Tells the client what came in without its asking. False ends the connection.</summary>
    public bool DeliverNews() => session.DeliverNews() == SessionStep.Completed;

    public void Cancel() => session.Cancel();

    public void Dispose() => session.Dispose();

    /// <summary>Handles one message. False ends the connection.</summary>
    public bool Handle(byte type, ReadOnlySpan<byte> body)
    {
        if (type == (byte)'X')
        {
            session.NoteTerminate();
            return false;
        }

        try
        {
            if (_copying != Copying.None && type is not ((byte)'H' or (byte)'S'))
                return HandleCopy(type, body);
            if (_skipping && type != (byte)'S')
                return true;
            return Dispatch(type, body);
        }
        catch (SqlException error)
        {
            // Only messages that break the protocol end here: what statements throw, the session has reported itself.
            return Finish(session.ReportError(error), simple: type == (byte)'Q');
        }
    }

    private bool Dispatch(byte type, ReadOnlySpan<byte> body)
    {
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
                output.ReadyForQuery(session.TransactionStatus);
                return synced != SessionStep.Closed;
            case (byte)'H':
                output.Flush();
                return true;
            case (byte)'d' or (byte)'c' or (byte)'f':
                return true; // Left over from a COPY that failed: ignored, as the protocol says.
            case (byte)'F':
                return Finish(session.ReportError(new SqlException(SqlState.FeatureNotSupported, "the function call message is not supported")), simple: true);
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
        return Finish(session.Parse(name, sql, types), simple: false);
    }

    private bool Bind(ref MessageReader reader)
    {
        ReadOnlySpan<byte> portal = reader.CString();
        ReadOnlySpan<byte> statement = reader.CString();
        int formatCount = CheckCount(reader.Int16());
        Span<short> formats = formatCount <= StackItemsMax ? stackalloc short[formatCount] : new short[formatCount];
        ReadFormats(ref reader, formats);
        int count = (ushort)reader.Int16();
        ReadOnlySpan<byte> values = reader.Rest;
        for (int i = 0; i < count; i++)
        {
            int length = reader.Int32();
            if (length != -1)
                reader.Take(length);
        }
        values = values[..(values.Length - reader.Rest.Length)];
        int resultCount = CheckCount(reader.Int16());
        Span<short> results = resultCount <= StackItemsMax ? stackalloc short[resultCount] : new short[resultCount];
        ReadFormats(ref reader, results);
        reader.End();
        BindMessage bind = new() { ParameterFormats = formats, ParameterCount = count, ParameterValues = values, ResultFormats = results };
        return Finish(session.Bind(portal, statement, in bind), simple: false);
    }

    private bool Execute(ref MessageReader reader)
    {
        ReadOnlySpan<byte> portal = reader.CString();
        int rowsMax = reader.Int32();
        reader.End();
        SessionStep step = session.Execute(portal, rowsMax);
        if (step == SessionStep.NeedsCopyData)
            _copying = Copying.Extended;
        return Finish(step, simple: false);
    }

    private bool HandleCopy(byte type, ReadOnlySpan<byte> body)
    {
        bool simple = _copying == Copying.Simple;
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
            output.ReadyForQuery(session.TransactionStatus);
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
