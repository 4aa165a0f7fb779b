using System.Buffers.Binary;
using Strata.Compute.Wal;
using Strata.Format;
using Strata.Format.Messages;
using Strata.Format.Wal;
using Strata.Simulation.World;

namespace Strata.Simulation.Quorum;

/// <summary>
/// One life of a compute: the real proposer core over faulty links, and clients that append records. What is sockets and threads in production (connecting again, frames in flight, copying a missing tail
/// from another safekeeper) is events here.
/// </summary>
public sealed class SimulatedCompute
{
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromMilliseconds(40);
    private const int FramesInFlightMax = 3;

    private readonly SimulatedWorld _world;
    private readonly QuorumSimulation _cluster;
    private readonly Proposer _proposer;
    private readonly Peer[] _peers;
    private LeaderLog? _log;
    private Lsn _lastStart;
    private bool _dead;

    internal SimulatedCompute(SimulatedWorld world, QuorumSimulation cluster, int number, ProposerFaults faults)
    {
        _world = world;
        _cluster = cluster;
        Number = number;
        _proposer = new Proposer(
            ((UInt128)world.Random.NextUInt64() << 64) | world.Random.NextUInt64() | 1,
            new QuorumConfiguration(1, [.. cluster.Safekeepers.Select(safekeeper => safekeeper.Id)]))
        { Faults = faults };
        _peers = [.. cluster.Safekeepers.Select(safekeeper =>
            new Peer(safekeeper, new SimulatedLink(world, cluster.Faults, $"c{number}-s{safekeeper.Id}")))];
        for (int i = 0; i < _peers.Length; i++)
            Connect(i);
        world.After(TimeSpan.Zero, $"compute {number} campaigns", Campaign);
    }

    public int Number { get; }

    public bool IsLeading => !_dead && _proposer.Phase == ProposerPhase.Leading;

    public ulong Term => _proposer.Term;

    /// <summary>Everything at or below was acknowledged to clients.</summary>
    public Lsn AcknowledgedLsn => _proposer.CommitLsn;

    public Lsn EndLsn => _log?.EndLsn ?? Lsn.Zero;

    /// <summary>The links, for partitions.</summary>
    public SimulatedLink LinkTo(int safekeeper) => _peers[safekeeper].Link;

    /// <summary>The process is killed.</summary>
    public void Kill() => _dead = true;

    private void Campaign()
    {
        if (_dead || _proposer.Phase != ProposerPhase.Campaigning)
            return;
        if (_proposer.WantsNewRound || _world.OneIn(3))
            _proposer.StartRound();
        Flush();
        _world.After(_world.Between(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(60)), $"compute {Number} campaigns", Campaign);
    }

    private void Connect(int index)
    {
        if (_dead || _proposer.Phase == ProposerPhase.Lost)
            return;
        Peer peer = _peers[index];
        _proposer.Disconnected(index);
        peer.Link.Break();
        peer.InFlight.Clear();
        peer.CatchUpFrom = Lsn.Zero;
        peer.HeardAt = _world.Now;
        Send(index, new SafekeeperGreeting(SafekeeperProtocol.Version, SafekeeperPurpose.Proposer, QuorumSimulation.Project, QuorumSimulation.Timeline, 1));
        int connection = peer.Link.Connection;
        _world.After(s_answerTimeout, $"c{Number}-s{peer.Safekeeper.Id} watch", () => Watch(index, connection));
    }

    /// <summary>A connection on which nothing was heard for long is made anew.</summary>
    private void Watch(int index, int connection)
    {
        Peer peer = _peers[index];
        if (_dead || connection != peer.Link.Connection || _proposer.Phase == ProposerPhase.Lost)
            return;
        bool waiting = !_proposer.Peers[index].Greeted || (_proposer.Phase == ProposerPhase.Leading && !_proposer.Peers[index].Adopted) || peer.InFlight.Count > 0;
        if (waiting && _world.Now - peer.HeardAt >= s_answerTimeout)
        {
            Connect(index);
            return;
        }
        // A newer commit LSN, or none: keeps idle followers up to date.
        if (!waiting && IsLeading)
            SendAppend(index, _proposer.Peers[index].NextSendLsn, []);
        _world.After(s_answerTimeout / 2, $"c{Number}-s{peer.Safekeeper.Id} watch", () => Watch(index, connection));
    }

    private void Send(int index, SafekeeperMessage message) => Send(index, message.Kind.ToString(), SafekeeperMessageCodec.Encode(message));

    private void Send(int index, string what, byte[] frame)
    {
        Peer peer = _peers[index];
        int connection = peer.Link.Connection;
        peer.Link.Send(connection, what, () =>
        {
            byte[]? answer = peer.Safekeeper.Handle(frame);
            if (answer is not null)
                peer.Link.Send(connection, $"answer to {what}", () => Receive(index, answer));
        });
    }

    private void Flush()
    {
        ProposerSend[] sends = [.. _proposer.Outbox];
        _proposer.Outbox.Clear();
        foreach (ProposerSend send in sends)
        {
            if (send.Message is null)
                Connect(send.Peer);
            else
                Send(send.Peer, send.Message);
        }
    }

    private void Receive(int index, byte[] frame)
    {
        if (_dead)
            return;
        Peer peer = _peers[index];
        peer.HeardAt = _world.Now;
        if (SafekeeperAppendResponse.TryRead(frame, out SafekeeperAppendResponse response))
        {
            Handle(index, response);
        }
        else if (SafekeeperWalChunk.TryRead(frame, out SafekeeperWalChunk chunk, out ReadOnlyMemory<byte> wal))
        {
            CatchUp(chunk.BeginLsn, wal);
        }
        else
        {
            _world.Require(SafekeeperMessageCodec.TryDecode(frame, out SafekeeperMessage message), "undecodable answer");
            switch (message)
            {
                case SafekeeperGreetingReply reply:
                    _proposer.Greeted(index, reply);
                    break;
                case SafekeeperVoteResponse vote:
                    _proposer.Handle(index, vote);
                    break;
                case SafekeeperError error:
                    _world.Require(error.Error != SafekeeperErrorKind.Protocol, error.Text);
                    Connect(index);
                    break;
            }
        }
        AfterEvent();
    }

    private void Handle(int index, SafekeeperAppendResponse response)
    {
        Peer peer = _peers[index];
        while (peer.InFlight.TryPeek(out Lsn end) && end <= response.FlushLsn)
            peer.InFlight.Dequeue();
        bool wasAdopted = _proposer.Peers[index].Adopted;
        bool advanced = _proposer.Handle(index, response, lastInFlight: false);
        if (!wasAdopted)
            peer.InFlight.Clear();
        if (advanced)
        {
            _world.Trace($"c{Number} commits {_proposer.CommitLsn}");
            _cluster.Statistics.Commits++;
            _cluster.Committed.Committed(_log!, _proposer.CommitLsn);
        }
    }

    private void AfterEvent()
    {
        Flush();
        if (_proposer.Phase != ProposerPhase.Leading)
            return;
        if (_log is null)
            Lead();
        for (int i = 0; i < _peers.Length; i++)
            Pump(i);
    }

    private void Lead()
    {
        _log = _cluster.Elected(this, _proposer);
        _cluster.Statistics.Elections++;
        if (_proposer.CommitLsn > _log.BeginLsn)
            _cluster.Committed.Committed(_log, _proposer.CommitLsn);
        Append(WalRecordKind.TermStart, 8);
        Work();
    }

    private void Work()
    {
        if (!IsLeading)
            return;
        for (int n = _world.Random.Next(4); n >= 0; n--)
            Append(WalRecordKind.Change, 8 + _world.Random.Next(_world.OneIn(20) ? 3000 : 300));
        for (int i = 0; i < _peers.Length; i++)
            Pump(i);
        TimeSpan pause = _cluster.Quiet ? TimeSpan.FromMilliseconds(20) : _world.Between(TimeSpan.FromMilliseconds(0.5), TimeSpan.FromMilliseconds(12));
        _world.After(pause, $"c{Number} clients", Work);
    }

    private void Append(WalRecordKind kind, int bodyBytes)
    {
        if (_cluster.RecordSource is { } source)
        {
            byte[] made = source(_log!, kind);
            WalRecordWriter.Seal(made, _log!.EndLsn, _lastStart);
            _lastStart = _log.EndLsn;
            _log.Append(made);
            return;
        }
        byte[] buffer = new byte[64 + bodyBytes];
        var writer = new WalRecordWriter(buffer, kind, xid: 0);
        byte[] body = new byte[bodyBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(body, _world.Random.NextUInt64());
        writer.AddBody(body);
        Span<byte> record = buffer.AsSpan(0, writer.Finish());
        WalRecordWriter.Seal(record, _log!.EndLsn, _lastStart);
        _lastStart = _log.EndLsn;
        _log.Append(record);
    }

    private void Pump(int index)
    {
        Peer peer = _peers[index];
        ProposerPeer state = _proposer.Peers[index];
        if (!state.Adopted)
            return;
        if (state.NextSendLsn < _proposer.TermStartLsn)
        {
            RequestTail(index);
            return;
        }
        while (peer.InFlight.Count < FramesInFlightMax && state.NextSendLsn < _log!.EndLsn)
        {
            Lsn from = state.NextSendLsn;
            byte[] records = WholeRecords(from, _log.Bytes(from, _log.EndLsn), 200 + _world.Random.Next(6000));
            SendAppend(index, from, records);
            state.NextSendLsn = from + (ulong)records.Length;
            peer.InFlight.Enqueue(state.NextSendLsn);
        }
    }

    private void RequestTail(int index)
    {
        Peer peer = _peers[index];
        Lsn from = _proposer.Peers[index].NextSendLsn;
        if (peer.CatchUpFrom == from && _world.Now - peer.CatchUpAt < s_answerTimeout)
            return;
        int source = _proposer.FindSource(from, index);
        if (source < 0)
            return;
        peer.CatchUpFrom = from;
        peer.CatchUpAt = _world.Now;
        Send(source, new SafekeeperReadRequest(_proposer.Term, _proposer.ProposerId, from, 3200 + _world.Random.Next(_world.OneIn(2) ? 200 : 8000)));
        _world.After(s_answerTimeout, $"c{Number} catch-up {index}", AfterEventIfAlive);
    }

    private void AfterEventIfAlive()
    {
        if (!_dead)
            AfterEvent();
    }

    private void CatchUp(Lsn begin, ReadOnlyMemory<byte> wal)
    {
        if (!IsLeading)
            return;
        byte[] records = WholeRecords(begin, wal.Span, _world.OneIn(3) ? int.MaxValue : 1000);
        if (records.Length == 0)
            return;
        for (int i = 0; i < _peers.Length; i++)
        {
            if (_peers[i].CatchUpFrom != begin || _proposer.Peers[i].NextSendLsn != begin || !_proposer.Peers[i].Adopted)
                continue;
            _peers[i].CatchUpFrom = Lsn.Zero;
            SendAppend(i, begin, records);
            _proposer.Peers[i].NextSendLsn = begin + (ulong)records.Length;
            _peers[i].InFlight.Enqueue(_proposer.Peers[i].NextSendLsn);
        }
    }

    private void SendAppend(int index, Lsn from, byte[] records)
    {
        byte[] frame = new byte[SafekeeperAppendRequest.HeaderBytes + records.Length];
        new SafekeeperAppendRequest(_proposer.Term, from, _proposer.CommitLsn, _proposer.RemoteConsistentLsn, _proposer.IngestedLsn).WriteTo(frame);
        records.CopyTo(frame, SafekeeperAppendRequest.HeaderBytes);
        Send(index, "append", frame);
    }

    private static byte[] WholeRecords(Lsn from, ReadOnlySpan<byte> bytes, int limit)
    {
        int at = 0;
        while (at < limit && WalDecoder.TryDecode(bytes[at..], from + (ulong)at, out WalRecordReader record) == WalDecodeResult.Record)
            at += record.Bytes.Length;
        return bytes[..at].ToArray();
    }

    private sealed class Peer(SimulatedSafekeeper safekeeper, SimulatedLink link)
    {
        public readonly SimulatedSafekeeper Safekeeper = safekeeper;
        public readonly SimulatedLink Link = link;
        public readonly Queue<Lsn> InFlight = new();
        public TimeSpan HeardAt;
        public TimeSpan CatchUpAt;
        public Lsn CatchUpFrom;
    }
}
