using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;
using Strata.Safekeeper.Storage;
using Strata.Safekeeper.Timelines;
using Strata.Safekeeper.Uploads;

namespace Strata.Safekeeper.Connections;

/// <summary>
/// Serves one connection on its own thread: greeting, then what the greeting's purpose allows. A frame that is no valid message gets an error, a log line and the end of the connection; a
/// full or failing disk gets an error and leaves the connection open.
/// </summary>
internal sealed class ConnectionHandler(
    IFrameConnection connection, SafekeeperMember self, TimelineMap timelines, SegmentReader archive, IScheduler scheduler, SafekeeperMetrics metrics, Log log,
    bool letsSendersServe)
{
    private const int ReadBufferBytes = 1 << 20;

    private readonly byte[] _response = new byte[SafekeeperAppendResponse.SizeBytes];
    private TimelineKey _key;
    private SafekeeperPurpose _purpose;
    private SafekeeperTimeline? _timeline;
    private IWorker? _streamer;
    private volatile bool _closed;

    /// <summary>Runs until the peer goes, sends something invalid, or <see cref="Close"/>.</summary>
    public void Run()
    {
        try
        {
            if (!Greet())
                return;
            if (letsSendersServe)
                connection.TryLetSendersServe(ServeOnSender);
            while (!_closed && connection.Receive(out ReadOnlyMemory<byte> frame, Timeout.InfiniteTimeSpan))
            {
                if (!Serve(frame))
                    return;
            }
        }
        catch (ObjectDisposedException)
        {
            // The timeline was deleted, or the safekeeper is stopping.
        }
        finally
        {
            Close();
            _streamer?.Dispose();
        }
    }

    /// <summary>A frame of a proposer of this process that waits for the answer anyway: on its thread, while this connection's own waits for frames.</summary>
    private void ServeOnSender(ReadOnlyMemory<byte> frame)
    {
        try
        {
            if (_closed || Serve(frame))
                return;
        }
        catch (ObjectDisposedException)
        {
            // As in Run.
        }

        Close();
    }

    /// <summary>Ends the connection from any thread.</summary>
    public void Close()
    {
        _closed = true;
        connection.Dispose();
    }

    private bool Greet()
    {
        if (!connection.Receive(out ReadOnlyMemory<byte> frame, TimeSpan.FromSeconds(30)))
        {
            Garbage("closed before a valid greeting");
            return false;
        }
        if (!SafekeeperMessageCodec.TryDecode(frame.Span, out SafekeeperMessage message) || message is not SafekeeperGreeting greeting)
        {
            Garbage("first frame is not a greeting");
            Send(new SafekeeperError(SafekeeperErrorKind.Protocol, "expected a greeting"));
            return false;
        }
        if (greeting.Version != SafekeeperProtocol.Version)
        {
            Garbage($"protocol version {greeting.Version}, expected {SafekeeperProtocol.Version}");
            Send(new SafekeeperError(SafekeeperErrorKind.Protocol, $"this safekeeper speaks protocol version {SafekeeperProtocol.Version}"));
            return false;
        }
        _purpose = greeting.Purpose;
        _key = new TimelineKey(greeting.Project, greeting.Timeline);
        _timeline = timelines.Find(_key);
        Send(new SafekeeperGreetingReply(self, _timeline is not null, _timeline?.State.Term ?? 0));
        return true;
    }

    /// <summary>False ends the connection.</summary>
    private bool Serve(ReadOnlyMemory<byte> frame)
    {
        try
        {
            if (frame.Length > 0 && frame.Span[0] == (byte)SafekeeperMessageKind.AppendRequest && _purpose == SafekeeperPurpose.Proposer)
                return Append(frame);
            if (!SafekeeperMessageCodec.TryDecode(frame.Span, out SafekeeperMessage message))
            {
                Garbage("undecodable message");
                Send(new SafekeeperError(SafekeeperErrorKind.Protocol, "undecodable message"));
                return false;
            }
            return _purpose switch
            {
                SafekeeperPurpose.Proposer => ServeProposer(message),
                SafekeeperPurpose.Reader => ServeReader(message),
                _ => ServeAdmin(message),
            };
        }
        catch (Exception error) when (error is IOException or SafekeeperStorageException)
        {
            // Nothing was promised; the timeline starts again from what is durable. Peers may be well, so the sender goes on with them.
            log.Warn($"timeline {_key}: {error.Message}");
            Send(new SafekeeperError(SafekeeperErrorKind.Storage, error.Message));
            return true;
        }
    }

    private bool Append(ReadOnlyMemory<byte> frame)
    {
        if (!SafekeeperAppendRequest.TryRead(frame, out SafekeeperAppendRequest request, out ReadOnlyMemory<byte> wal))
        {
            Garbage("invalid append");
            Send(new SafekeeperError(SafekeeperErrorKind.Protocol, "invalid append"));
            return false;
        }
        if (Timeline() is not { } timeline)
            return NoTimeline();
        SafekeeperAppendResponse response = timeline.Handle(request, wal);
        metrics.Appended(wal.Length);
        response.WriteTo(_response);
        Send(_response);
        return true;
    }

    private bool ServeProposer(SafekeeperMessage message)
    {
        switch (message)
        {
            case SafekeeperVoteRequest vote:
                if (Timeline() is not { } voter)
                    return NoTimeline();
                Send(voter.Handle(vote));
                return true;
            case SafekeeperElected elected:
                return Adopt(elected);
            case SafekeeperReadRequest read:
                return Read(read);
            default:
                return Unexpected(message);
        }
    }

    private bool Adopt(SafekeeperElected elected)
    {
        string reason = "";
        SafekeeperTimeline? timeline = Timeline() ?? timelines.CreateForLeader(_key, elected, out reason);
        if (timeline is null)
        {
            Send(new SafekeeperError(SafekeeperErrorKind.NoTimeline, reason));
            return true;
        }
        _timeline = timeline;
        SafekeeperMessage? refusal = timeline.Handle(elected, out SafekeeperAppendResponse response);
        if (refusal is not null)
        {
            log.Warn($"timeline {_key}: refused the leader of term {elected.Term}: {((SafekeeperError)refusal).Text}");
            Send(refusal);
            return true;
        }
        log.Info($"timeline {_key}: leader of term {elected.Term} streams from {elected.StartStreamingAt}");
        response.WriteTo(_response);
        Send(_response);
        return true;
    }

    private bool ServeReader(SafekeeperMessage message)
    {
        if (Timeline() is not { } timeline)
            return NoTimeline();
        switch (message)
        {
            case SafekeeperStreamRequest stream when _streamer is null:
                var streamer = new WalStreamer(connection, timeline, new LogReader(timeline, archive, _key), stream.StartLsn, scheduler, log);
                _streamer = scheduler.StartThread($"safekeeper-{self.Id}/stream", streamer.Run);
                return true;
            case SafekeeperStreamFeedback feedback:
                timeline.Feedback(feedback.IngestedLsn, feedback.RemoteConsistentLsn);
                return true;
            case SafekeeperReadRequest read when _streamer is null:
                return Read(read with { Term = 0 });
            case SafekeeperStatusRequest when _streamer is null:
                Send(timeline.Status);
                return true;
            default:
                return Unexpected(message);
        }
    }

    private bool ServeAdmin(SafekeeperMessage message)
    {
        switch (message)
        {
            case SafekeeperStatusRequest:
                Send(Timeline()?.Status ?? new SafekeeperStatus(self, false, false, 0, 0, default, default, default, default, default, default, default));
                return true;
            case SafekeeperCreateTimeline create:
                _timeline = timelines.Create(_key, create.StartLsn, create.Incarnation, out string reason);
                if (_timeline is null)
                    Send(new SafekeeperError(SafekeeperErrorKind.NoTimeline, reason));
                else
                    Send(new SafekeeperDone());
                return true;
            case SafekeeperDeleteTimeline:
                timelines.Delete(_key);
                _timeline = null;
                Send(new SafekeeperDone());
                return true;
            default:
                return Unexpected(message);
        }
    }

    private bool Read(SafekeeperReadRequest request)
    {
        if (Timeline() is not { } timeline)
            return NoTimeline();
        byte[] frame = new byte[SafekeeperWalChunk.HeaderBytes + Math.Min(request.MaxBytes, ReadBufferBytes)];
        int count = new LogReader(timeline, archive, _key).Read(request, frame.AsSpan(SafekeeperWalChunk.HeaderBytes), out bool missing);
        if (count < 0)
        {
            Send(new SafekeeperError(SafekeeperErrorKind.Fenced, $"term {request.Term} does not lead here"));
            return true;
        }
        if (missing)
        {
            Send(new SafekeeperError(SafekeeperErrorKind.WalRemoved, $"WAL at {request.BeginLsn} is neither here nor in the object store"));
            return true;
        }
        new SafekeeperWalChunk(request.BeginLsn, timeline.CommitLsn).WriteTo(frame);
        Send(frame.AsSpan(0, SafekeeperWalChunk.HeaderBytes + count));
        return true;
    }

    /// <summary>The greeting's timeline, which may have been created on another connection since.</summary>
    private SafekeeperTimeline? Timeline() => _timeline ??= timelines.Find(_key);

    private bool NoTimeline()
    {
        Send(new SafekeeperError(SafekeeperErrorKind.NoTimeline, $"timeline {_key} is not on safekeeper {self.Id}"));
        return true;
    }

    private bool Unexpected(SafekeeperMessage message)
    {
        Garbage($"unexpected {message.Kind} on a connection for {_purpose}");
        Send(new SafekeeperError(SafekeeperErrorKind.Protocol, $"unexpected {message.Kind}"));
        return false;
    }

    private void Garbage(string what)
    {
        if (_closed)
            return;
        metrics.Refused();
        log.Warn($"connection from {connection.RemoteAddress} closed: {what}");
    }

    private void Send(SafekeeperMessage message) => Send(SafekeeperMessageCodec.Encode(message));

    /// <summary>A peer that went is no error of the storage: the connection just ends.</summary>
    private void Send(ReadOnlySpan<byte> frame)
    {
        try
        {
            connection.Send(frame);
        }
        catch (IOException error)
        {
            if (!_closed)
                log.Info($"connection from {connection.RemoteAddress} ended: {error.Message}");
            Close();
        }
    }
}
