using System.Buffers.Binary;
using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;
using Strata.Safekeeper.Consensus;

namespace Strata.Safekeeper.Storage;

/// <summary>
/// The durable <see cref="AcceptorState"/> of a timeline, in its file <c>control</c> (see <see cref="SealedFile"/>). Content, little-endian:
/// <code>
/// project 16, timeline 16 (big-endian)
/// timeline start u64, local start u64, term u64, voted for 16, generation u64, pending truncation u64,
/// commit u64, uploaded u64, remote consistent u64, flags u8 (1 may vote)
/// members: count u8, (id u32, incarnation u64)…
/// history: count u16, (term u64, start u64)…
/// </code>
/// </summary>
internal sealed class ControlFile(IFileSystem directory)
{
    private const string Name = "control";
    private const uint Magic = 0x4C544353; // "SCTL"
    private const uint FormatVersion = 1;
    private const int FixedBytes = 16 + 16 + 8 * 3 + 16 + 8 * 5 + 1;

    /// <summary>Makes a state durable.</summary>
    public void Save(AcceptorState state)
    {
        byte[] bytes = new byte[FixedBytes + 1 + 12 * state.Members.Length + 2 + 16 * state.History.Switches.Length];
        Span<byte> rest = bytes;
        BinaryPrimitives.WriteUInt128BigEndian(Take(ref rest, 16), state.Project.Value);
        BinaryPrimitives.WriteUInt128BigEndian(Take(ref rest, 16), state.Timeline.Value);
        Put(ref rest, state.TimelineStartLsn.Value);
        Put(ref rest, state.LocalStartLsn.Value);
        Put(ref rest, state.Term);
        BinaryPrimitives.WriteUInt128BigEndian(Take(ref rest, 16), state.VotedFor);
        Put(ref rest, state.Generation);
        Put(ref rest, state.PendingTruncation.Value);
        Put(ref rest, state.CommitLsn.Value);
        Put(ref rest, state.UploadedLsn.Value);
        Put(ref rest, state.RemoteConsistentLsn.Value);
        Take(ref rest, 1)[0] = state.MayVote ? (byte)1 : (byte)0;
        Take(ref rest, 1)[0] = (byte)state.Members.Length;
        foreach (SafekeeperMember member in state.Members)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(Take(ref rest, 4), member.Id);
            Put(ref rest, member.Incarnation);
        }
        BinaryPrimitives.WriteUInt16LittleEndian(Take(ref rest, 2), (ushort)state.History.Switches.Length);
        foreach (TermSwitch entry in state.History.Switches)
        {
            Put(ref rest, entry.Term);
            Put(ref rest, entry.StartLsn.Value);
        }
        SealedFile.Write(directory, Name, Magic, FormatVersion, bytes);
    }

    /// <summary>The durable state, or null when there is none. Throws <see cref="SafekeeperStorageException"/> when it is damaged.</summary>
    public AcceptorState? Load()
    {
        byte[]? bytes = SealedFile.Read(directory, Name, Magic, FormatVersion, out _);
        if (bytes is null)
            return null;
        ReadOnlySpan<byte> rest = bytes;
        if (rest.Length < FixedBytes + 3)
            throw new SafekeeperStorageException("the control file is too short");
        var project = new ProjectId(BinaryPrimitives.ReadUInt128BigEndian(Take(ref rest, 16)));
        var timeline = new TimelineId(BinaryPrimitives.ReadUInt128BigEndian(Take(ref rest, 16)));
        var timelineStart = new Lsn(Get(ref rest));
        var localStart = new Lsn(Get(ref rest));
        var state = new AcceptorState(project, timeline, timelineStart, localStart)
        {
            Term = Get(ref rest),
            VotedFor = BinaryPrimitives.ReadUInt128BigEndian(Take(ref rest, 16)),
            Generation = Get(ref rest),
            PendingTruncation = new Lsn(Get(ref rest)),
            CommitLsn = new Lsn(Get(ref rest)),
            UploadedLsn = new Lsn(Get(ref rest)),
            RemoteConsistentLsn = new Lsn(Get(ref rest)),
            MayVote = Take(ref rest, 1)[0] == 1,
        };
        var members = new SafekeeperMember[Take(ref rest, 1)[0]];
        CheckLength(rest, members.Length * 12 + 2);
        for (int i = 0; i < members.Length; i++)
            members[i] = new SafekeeperMember(BinaryPrimitives.ReadUInt32LittleEndian(Take(ref rest, 4)), Get(ref rest));
        var switches = new TermSwitch[BinaryPrimitives.ReadUInt16LittleEndian(Take(ref rest, 2))];
        CheckLength(rest, switches.Length * 16);
        for (int i = 0; i < switches.Length; i++)
            switches[i] = new TermSwitch(Get(ref rest), new Lsn(Get(ref rest)));
        if (!rest.IsEmpty || !TermHistory.TryCreate(switches, out TermHistory history))
            throw new SafekeeperStorageException("the control file's term history is not in order");
        return state with { Members = members, History = history };
    }

    private static void CheckLength(ReadOnlySpan<byte> rest, int bytes)
    {
        if (rest.Length < bytes)
            throw new SafekeeperStorageException("the control file is too short");
    }

    private static Span<byte> Take(ref Span<byte> rest, int count)
    {
        Span<byte> taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int count)
    {
        ReadOnlySpan<byte> taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private static void Put(ref Span<byte> rest, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(ref rest, 8), value);

    private static ulong Get(ref ReadOnlySpan<byte> rest) => BinaryPrimitives.ReadUInt64LittleEndian(Take(ref rest, 8));
}
