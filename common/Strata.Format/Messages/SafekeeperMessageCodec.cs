using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Strata.Format.Messages;

/// <summary>
/// Binary form of the protocol's rare messages (appends and chunks encode themselves). A frame is the kind byte and the fields in order, little-endian, ids
/// big-endian; nothing may follow the last field.
/// <code>
/// member       id u32, incarnation u64
/// members      count u8 (≤ 16), member…
/// history      count u16 (≤ 4096), (term u64, start LSN u64)…
/// text         length u16 (≤ 1024), UTF-8
///
/// Greeting        version u16, purpose u8, project 16, timeline 16, generation u64
/// GreetingReply   member, exists u8, term u64
/// VoteRequest     term u64, proposer 16, generation u64, members
/// VoteResponse    member, term u64, request term u64, refusal u8, flush u64, commit u64, local start u64, history, generation u64, members
/// Elected         term u64, proposer 16, start streaming u64, base u64, history, catch-up u64, round u32, generation u64, members
/// ReadRequest     term u64, proposer 16, begin u64, max bytes u32
/// StreamRequest   start u64
/// StreamFeedback  ingested u64, remote consistent u64
/// Status          member, flags u8 (1 exists, 2 may vote), term u64, last log term u64, timeline start u64, local start u64, flush u64, commit u64,
///                 uploaded u64, remote consistent u64, ingested u64
/// CreateTimeline  start u64, incarnation u64
/// Error           kind u8, text
/// StatusRequest, DeleteTimeline, Done: nothing
/// </code>
/// </summary>
public static class SafekeeperMessageCodec
{
    /// <summary>Encodes a message as one frame.</summary>
    public static byte[] Encode(SafekeeperMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        var writer = new Writer(buffer);
        writer.Byte((byte)message.Kind);
        switch (message)
        {
            case SafekeeperGreeting m:
                writer.UInt16(m.Version);
                writer.Byte((byte)m.Purpose);
                writer.UInt128(m.Project.Value);
                writer.UInt128(m.Timeline.Value);
                writer.UInt64(m.Generation);
                break;
            case SafekeeperGreetingReply m:
                writer.Member(m.Member);
                writer.Byte(m.TimelineExists ? (byte)1 : (byte)0);
                writer.UInt64(m.Term);
                break;
            case SafekeeperVoteRequest m:
                writer.UInt64(m.Term);
                writer.UInt128(m.ProposerId);
                writer.UInt64(m.Generation);
                writer.Members(m.Members);
                break;
            case SafekeeperVoteResponse m:
                writer.Member(m.Member);
                writer.UInt64(m.Term);
                writer.UInt64(m.RequestTerm);
                writer.Byte((byte)m.Refusal);
                writer.Lsn(m.FlushLsn);
                writer.Lsn(m.CommitLsn);
                writer.Lsn(m.LocalStartLsn);
                writer.History(m.History);
                writer.UInt64(m.Generation);
                writer.Members(m.KnownMembers);
                break;
            case SafekeeperElected m:
                writer.UInt64(m.Term);
                writer.UInt128(m.ProposerId);
                writer.Lsn(m.StartStreamingAt);
                writer.Lsn(m.BaseLsn);
                writer.History(m.History);
                writer.Lsn(m.CatchUpLsn);
                writer.UInt32(m.Round);
                writer.UInt64(m.Generation);
                writer.Members(m.Members);
                break;
            case SafekeeperReadRequest m:
                writer.UInt64(m.Term);
                writer.UInt128(m.ProposerId);
                writer.Lsn(m.BeginLsn);
                writer.UInt32((uint)m.MaxBytes);
                break;
            case SafekeeperStreamRequest m:
                writer.Lsn(m.StartLsn);
                break;
            case SafekeeperStreamFeedback m:
                writer.Lsn(m.IngestedLsn);
                writer.Lsn(m.RemoteConsistentLsn);
                break;
            case SafekeeperStatus m:
                writer.Member(m.Member);
                writer.Byte((byte)((m.Exists ? 1 : 0) | (m.MayVote ? 2 : 0)));
                writer.UInt64(m.Term);
                writer.UInt64(m.LastLogTerm);
                writer.Lsn(m.TimelineStartLsn);
                writer.Lsn(m.LocalStartLsn);
                writer.Lsn(m.FlushLsn);
                writer.Lsn(m.CommitLsn);
                writer.Lsn(m.UploadedLsn);
                writer.Lsn(m.RemoteConsistentLsn);
                writer.Lsn(m.IngestedLsn);
                break;
            case SafekeeperCreateTimeline m:
                writer.Lsn(m.StartLsn);
                writer.UInt64(m.Incarnation);
                break;
            case SafekeeperError m:
                writer.Byte((byte)m.Error);
                writer.Text(m.Text);
                break;
            case SafekeeperStatusRequest or SafekeeperDeleteTimeline or SafekeeperDone:
                break;
            default:
                Invariant.Fail($"message {message.Kind} has no encoding");
                break;
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Decodes a frame; false on anything that is not exactly one message within all bounds. Never throws.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> frame, out SafekeeperMessage message)
    {
        var reader = new Reader(frame);
        SafekeeperMessage? decoded = Decode(ref reader);
        message = decoded ?? Undecodable;
        return decoded is not null && reader.AtEnd;
    }

    private static readonly SafekeeperMessage Undecodable = new SafekeeperError(SafekeeperErrorKind.Protocol, "undecodable message");

    private static SafekeeperMessage? Decode(ref Reader reader)
    {
        SafekeeperMessage message;
        switch ((SafekeeperMessageKind)reader.Byte())
        {
            case SafekeeperMessageKind.Greeting:
                message = new SafekeeperGreeting(
                    reader.UInt16(), (SafekeeperPurpose)reader.Enum(1, 3), new ProjectId(reader.UInt128()), new TimelineId(reader.UInt128()), reader.UInt64());
                break;
            case SafekeeperMessageKind.GreetingReply:
                message = new SafekeeperGreetingReply(reader.Member(), reader.Enum(0, 1) == 1, reader.UInt64());
                break;
            case SafekeeperMessageKind.VoteRequest:
                message = new SafekeeperVoteRequest(reader.UInt64(), reader.UInt128(), reader.UInt64(), reader.Members());
                break;
            case SafekeeperMessageKind.VoteResponse:
                message = new SafekeeperVoteResponse(
                    reader.Member(), reader.UInt64(), reader.UInt64(), (SafekeeperVoteRefusal)reader.Enum(0, 3), reader.Lsn(), reader.Lsn(), reader.Lsn(),
                    reader.History(), reader.UInt64(), reader.Members());
                break;
            case SafekeeperMessageKind.Elected:
                message = new SafekeeperElected(
                    reader.UInt64(), reader.UInt128(), reader.Lsn(), reader.Lsn(), reader.History(), reader.Lsn(), reader.UInt32(), reader.UInt64(),
                    reader.Members());
                break;
            case SafekeeperMessageKind.ReadRequest:
                message = new SafekeeperReadRequest(reader.UInt64(), reader.UInt128(), reader.Lsn(), reader.Bounded(SafekeeperProtocol.MaxWalBytes));
                break;
            case SafekeeperMessageKind.StreamRequest:
                message = new SafekeeperStreamRequest(reader.Lsn());
                break;
            case SafekeeperMessageKind.StreamFeedback:
                message = new SafekeeperStreamFeedback(reader.Lsn(), reader.Lsn());
                break;
            case SafekeeperMessageKind.StatusRequest:
                message = new SafekeeperStatusRequest();
                break;
            case SafekeeperMessageKind.Status:
                SafekeeperMember member = reader.Member();
                byte flags = reader.Enum(0, 3);
                message = new SafekeeperStatus(
                    member, (flags & 1) != 0, (flags & 2) != 0, reader.UInt64(), reader.UInt64(), reader.Lsn(), reader.Lsn(), reader.Lsn(), reader.Lsn(),
                    reader.Lsn(), reader.Lsn(), reader.Lsn());
                break;
            case SafekeeperMessageKind.CreateTimeline:
                message = new SafekeeperCreateTimeline(reader.Lsn(), reader.UInt64());
                break;
            case SafekeeperMessageKind.DeleteTimeline:
                message = new SafekeeperDeleteTimeline();
                break;
            case SafekeeperMessageKind.Done:
                message = new SafekeeperDone();
                break;
            case SafekeeperMessageKind.Error:
                message = new SafekeeperError((SafekeeperErrorKind)reader.Enum(1, 6), reader.Text());
                break;
            default:
                return null;
        }
        return reader.Failed ? null : message;
    }

    private readonly ref struct Writer(ArrayBufferWriter<byte> buffer)
    {
        public void Byte(byte value)
        {
            buffer.GetSpan(1)[0] = value;
            buffer.Advance(1);
        }

        public void UInt16(ushort value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(buffer.GetSpan(2), value);
            buffer.Advance(2);
        }

        public void UInt32(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(buffer.GetSpan(4), value);
            buffer.Advance(4);
        }

        public void UInt64(ulong value)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(buffer.GetSpan(8), value);
            buffer.Advance(8);
        }

        public void UInt128(UInt128 value)
        {
            BinaryPrimitives.WriteUInt128BigEndian(buffer.GetSpan(16), value);
            buffer.Advance(16);
        }

        public void Lsn(Lsn value) => UInt64(value.Value);

        public void Member(SafekeeperMember member)
        {
            UInt32(member.Id);
            UInt64(member.Incarnation);
        }

        public void Members(SafekeeperMember[] members)
        {
            Invariant.Check(members.Length <= SafekeeperProtocol.MaxMembers);
            Byte((byte)members.Length);
            foreach (SafekeeperMember member in members)
                Member(member);
        }

        public void History(TermHistory history)
        {
            Invariant.Check(history.Switches.Length <= SafekeeperProtocol.MaxTermHistory);
            UInt16((ushort)history.Switches.Length);
            foreach (TermSwitch entry in history.Switches)
            {
                UInt64(entry.Term);
                Lsn(entry.StartLsn);
            }
        }

        public void Text(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            int length = Math.Min(bytes.Length, SafekeeperProtocol.MaxTextBytes);
            UInt16((ushort)length);
            buffer.Write(bytes.AsSpan(0, length));
        }
    }

    /// <summary>Reads fields; after the first that does not fit it returns zeroes and <see cref="Failed"/> is set.</summary>
    private ref struct Reader(ReadOnlySpan<byte> frame)
    {
        private ReadOnlySpan<byte> _rest = frame;

        public bool Failed { get; private set; }

        public readonly bool AtEnd => _rest.IsEmpty;

        private ReadOnlySpan<byte> Take(int count)
        {
            if (_rest.Length < count)
            {
                Failed = true;
                return default;
            }
            ReadOnlySpan<byte> taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }

        public byte Byte() => Take(1) is { Length: 1 } b ? b[0] : (byte)0;

        public byte Enum(byte min, byte max)
        {
            byte value = Byte();
            if (value < min || value > max)
                Failed = true;
            return value;
        }

        public ushort UInt16() => Take(2) is { Length: 2 } b ? BinaryPrimitives.ReadUInt16LittleEndian(b) : (ushort)0;

        public uint UInt32() => Take(4) is { Length: 4 } b ? BinaryPrimitives.ReadUInt32LittleEndian(b) : 0;

        public ulong UInt64() => Take(8) is { Length: 8 } b ? BinaryPrimitives.ReadUInt64LittleEndian(b) : 0;

        public UInt128 UInt128() => Take(16) is { Length: 16 } b ? BinaryPrimitives.ReadUInt128BigEndian(b) : 0;

        public Lsn Lsn() => new(UInt64());

        public int Bounded(int max)
        {
            uint value = UInt32();
            if (value > (uint)max)
                Failed = true;
            return Failed ? 0 : (int)value;
        }

        public SafekeeperMember Member() => new(UInt32(), UInt64());

        public SafekeeperMember[] Members()
        {
            int count = Byte();
            if (count > SafekeeperProtocol.MaxMembers)
                Failed = true;
            if (Failed)
                return [];
            var members = new SafekeeperMember[count];
            for (int i = 0; i < count; i++)
                members[i] = Member();
            return members;
        }

        public TermHistory History()
        {
            int count = UInt16();
            if (count > SafekeeperProtocol.MaxTermHistory || _rest.Length < count * 16)
                Failed = true;
            if (Failed)
                return TermHistory.Empty;
            var switches = new TermSwitch[count];
            for (int i = 0; i < count; i++)
                switches[i] = new TermSwitch(UInt64(), Lsn());
            if (!TermHistory.TryCreate(switches, out TermHistory history))
                Failed = true;
            return history;
        }

        public string Text()
        {
            int length = UInt16();
            if (length > SafekeeperProtocol.MaxTextBytes)
                Failed = true;
            return Failed ? "" : Encoding.UTF8.GetString(Take(length));
        }
    }
}
