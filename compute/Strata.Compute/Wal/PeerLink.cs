using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;

namespace Strata.Compute.Wal;

/// <summary>
/// The connection to one safekeeper and what is under way on it. Whoever has news pumps: a committing session sends small frames itself (no hand-off to a sender thread), the link's own
/// thread sends the rest as answers come in. While a frame is under way small records gather for the next one: that is the group commit.
/// </summary>
/// <remarks>
/// A link is eager or lazy. What commits wait for is sent over the eager ones, as few as make a majority: a third copy that nobody waits for would cost every commit a write, a sync and two
/// wake-ups. Lazy links get what has gathered some fifty times a second, so that they are close behind, and at once when it is much. <see cref="EagerLinks"/> says who is which.
/// </remarks>
internal sealed class PeerLink(int index, SafekeeperAddress target, LinkOwner owner)
{
    /// <summary>A session sends at most this much itself, and only when nothing is under way: it fits in the kernel's buffers even when the peer hangs.</summary>
    private const int InlineBytesMax = 64 << 10;

    /// <summary>From this much on a frame is sent although others are under way.</summary>
    private const int BulkBytes = 128 << 10;
    private const int FrameBytesMax = 1 << 20;
    private const int InFlightFramesMax = 8;
    private const int InFlightBytesMax = 4 << 20;

    private readonly Lock _sendLock = new();
    private readonly byte[] _head = new byte[SafekeeperAppendRequest.HeaderBytes];
    private readonly (int Bytes, Lsn End, long SentAt)[] _inFlight = new (int, Lsn, long)[InFlightFramesMax];
    private byte[] _frame = new byte[InlineBytesMax];
    private IFrameConnection? _connection;
    private int _inFlightFirst;
    private int _inFlightFrames;
    private int _inFlightBytes;
    private int _pumpWanted;
    private bool _streaming;
    private bool _due;
    private Lsn _sentCommitLsn;
    private long _lastSent;
    private long _oldestSent;
    private long _answerTicks;
    private volatile bool _eager = true;
    private volatile bool _isRefused;

    public int Index => index;

    public SafekeeperAddress Target => target;

    /// <summary>Commits are sent over it at once.</summary>
    public bool IsEager
    {
        get => _eager;
        set => _eager = value;
    }

    /// <summary>The safekeeper takes our appends, and what it has counts.</summary>
    public bool IsCounted => Volatile.Read(ref _streaming) && owner.Peer(index) is { Adopted: true, MayVote: true };

    /// <summary>The safekeeper could not store what it was sent, up to <see cref="RefusedLsn"/>, and has not taken it since.</summary>
    public bool IsRefused
    {
        get => _isRefused;
        set => _isRefused = value;
    }

    /// <summary>Where the log ended when it was refused last.</summary>
    public Lsn RefusedLsn { get; set; }

    /// <summary>How long answers take of late, in timestamp ticks: an average that forgets within some ten answers; 0 before the first.</summary>
    public long AnswerTicks => Volatile.Read(ref _answerTicks);

    /// <summary>How long the oldest unanswered frame has been under way, in timestamp ticks; 0 when there is none.</summary>
    public long OverdueTicks => Volatile.Read(ref _inFlightFrames) == 0 ? 0 : owner.Time.GetTimestamp() - Volatile.Read(ref _oldestSent);

    /// <summary>Takes over a new connection; not streaming yet.</summary>
    public void Open(IFrameConnection connection)
    {
        lock (_sendLock)
        {
            _connection = connection;
            _streaming = false;
            _inFlightFrames = _inFlightBytes = 0;
            _sentCommitLsn = Lsn.Zero;
        }
    }

    /// <summary>Ends the connection from any thread; the link's thread notices and connects again.</summary>
    public void Break() => Volatile.Read(ref _connection)?.Dispose();

    /// <summary>The connection is gone.</summary>
    public void Closed()
    {
        Break();
        lock (_sendLock)
        {
            _streaming = false;
            _connection = null;
        }
    }

    /// <summary>Sends a rare message.</summary>
    public void Send(SafekeeperMessage message)
    {
        try
        {
            Volatile.Read(ref _connection)?.Send(SafekeeperMessageCodec.Encode(message));
        }
        catch (IOException)
        {
            Break(); // the link's thread sees it too, and begins anew
        }
    }

    /// <summary>The safekeeper takes our appends: from now on it is pumped.</summary>
    public void StartStreaming()
    {
        lock (_sendLock)
            _streaming = true;
        Pump(inline: false, due: true);
    }

    /// <summary>
    /// Sends what there is to send. Never waits for another thread that pumps: that one looks again. <paramref name="inline"/>: the caller must not block on a hanging peer.
    /// <paramref name="due"/>: also over a lazy link, and also a little. <paramref name="mayServe"/>: the caller is about to wait for the answer; when a connection is returned, it must call its
    /// <see cref="IFrameConnection.Serve"/>, now that it holds no lock.
    /// </summary>
    public IFrameConnection? Pump(bool inline, bool due = false, bool mayServe = false)
    {
        IFrameConnection? toServe = null;
        if (due)
            Volatile.Write(ref _due, true);
        Volatile.Write(ref _pumpWanted, 1);
        while (_sendLock.TryEnter())
        {
            try
            {
                while (Interlocked.Exchange(ref _pumpWanted, 0) == 1)
                    toServe = PumpLocked(inline, mayServe && toServe is null) ?? toServe;
            }
            finally
            {
                _sendLock.Exit();
            }
            if (Volatile.Read(ref _pumpWanted) == 0)
                break;
        }
        return toServe;
    }

    /// <summary>An answer to an append came. False when the safekeeper did not take what was sent: the link must begin anew.</summary>
    public bool Answered(Lsn flushLsn)
    {
        lock (_sendLock)
        {
            if (_inFlightFrames == 0)
                return true;
            (int bytes, Lsn end, long sentAt) = _inFlight[_inFlightFirst];
            _inFlightBytes -= bytes;
            _inFlightFirst = (_inFlightFirst + 1) % InFlightFramesMax;
            _inFlightFrames--;
            long now = owner.Time.GetTimestamp();
            _answerTicks = _answerTicks == 0 ? now - sentAt : _answerTicks + ((now - sentAt - _answerTicks) / 8);
            _oldestSent = now;
            return flushLsn >= end;
        }
    }

    /// <summary>Called regularly: passes on a newer commit LSN, keeps an idle link alive, breaks one that does not answer. <paramref name="due"/>: also if it is lazy.</summary>
    public void Tick(TimeSpan heartbeat, TimeSpan answerTimeout, bool due)
    {
        Pump(inline: true, due);
        if (Volatile.Read(ref _inFlightFrames) > 0)
        {
            if (owner.Time.GetElapsedTime(Volatile.Read(ref _oldestSent)) > answerTimeout)
                Break();
            return;
        }
        if (!_sendLock.TryEnter())
            return;
        try
        {
            bool quiet = owner.Time.GetElapsedTime(_lastSent) > heartbeat;
            if (_streaming && _inFlightFrames == 0 && (quiet || ((due || _eager) && _sentCommitLsn < owner.DurableLsn)))
                SendFrame(owner.Peer(index).NextSendLsn, 0, mayServe: false, out _);
        }
        finally
        {
            _sendLock.Exit();
        }
    }

    private IFrameConnection? PumpLocked(bool inline, bool mayServe)
    {
        IFrameConnection? toServe = null;
        ProposerPeer peer = owner.Peer(index);
        while (_streaming && _connection is not null)
        {
            Lsn from = peer.NextSendLsn;
            Lsn published = owner.Ring.Published;
            if (published <= from)
                break;
            ulong pending = published - from;
            bool idle = _inFlightFrames == 0;
            if (!_eager && !_due && pending < BulkBytes)
                break;
            if (!idle && (inline || pending < BulkBytes || _inFlightFrames == InFlightFramesMax || _inFlightBytes >= InFlightBytesMax))
                break;
            int length = FillFrame(from, pending, inline ? InlineBytesMax : FrameBytesMax);
            if (length == 0 || !SendFrame(from, length, mayServe && toServe is null, out bool mustServe))
                break;
            if (mustServe)
                toServe = _connection;
            peer.NextSendLsn = from + (ulong)length;
            _due = false;
        }

        return toServe;
    }

    /// <summary>Copies whole records to the frame buffer. Zero (and a broken link) when the ring no longer has them: the safekeeper must catch up from another one.</summary>
    private int FillFrame(Lsn from, ulong pending, int limit)
    {
        int length = (int)Math.Min(pending, (ulong)limit);
        while (true)
        {
            if (_frame.Length < length)
                _frame = new byte[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length)];
            if (!owner.Ring.TryCopy(from, _frame.AsSpan(0, length)))
            {
                Break();
                return 0;
            }
            if ((ulong)length == pending)
                return length;
            int whole = WholeRecords(_frame.AsSpan(0, length), out int firstRecord);
            if (whole > 0)
                return whole;
            length = firstRecord; // one record larger than the limit goes alone
        }
    }

    private static int WholeRecords(ReadOnlySpan<byte> bytes, out int firstRecord)
    {
        int at = 0;
        firstRecord = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(bytes);
        while (at + sizeof(int) <= bytes.Length)
        {
            int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
            Invariant.Check(length > 0, "the ring holds whole records");
            if (at + length > bytes.Length)
                break;
            at += length;
        }
        return at;
    }

    private bool SendFrame(Lsn from, int length, bool mayServe, out bool mustServe)
    {
        mustServe = false;
        Lsn commit = owner.DurableLsn;
        new SafekeeperAppendRequest(owner.Term, from, commit, owner.RemoteConsistentLsn, owner.IngestedLsn).WriteTo(_head);
        _sentCommitLsn = commit;
        _lastSent = owner.Time.GetTimestamp();
        if (_inFlightFrames == 0)
            _oldestSent = _lastSent;
        _inFlight[(_inFlightFirst + _inFlightFrames) % InFlightFramesMax] = (length, from + (ulong)length, _lastSent);
        _inFlightFrames++;
        _inFlightBytes += length;
        try
        {
            if (mayServe)
                mustServe = _connection!.SendToServe(_head, _frame.AsSpan(0, length));
            else
                _connection!.Send(_head, _frame.AsSpan(0, length));
            return true;
        }
        catch (IOException)
        {
            Break();
            return false;
        }
    }
}
