namespace Strata.Compute.Wal;

/// <summary>
/// Chooses the safekeepers that commits are sent to at once: as few as make a majority, those that answer fastest. For the ticker's thread, but for <see cref="SendToAll"/>.
/// </summary>
/// <remarks>
/// The choice costs no safety: a commit counts when a majority has it, whoever they are. It costs little time when one of the chosen hangs: the next tick sends everything to all
/// the others, and then chooses anew. A link that is lost makes all the others eager until then.
/// </remarks>
internal sealed class EagerLinks(PeerLink[] links, int majority, TimeProvider time)
{
    /// <summary>A lazy link takes the place of an eager one only when it answers this many times faster: both would else change places all the time.</summary>
    private const int AdvantageMin = 3;

    private readonly long _overdueTicksMin = time.TimestampFrequency / 100;

    /// <summary>An eager link leaves something unanswered for much longer than usual: commits may be waiting for it. Any thread.</summary>
    public bool IsAnyOverdue
    {
        get
        {
            foreach (PeerLink link in links)
            {
                if (link.IsEager && !IsWell(link))
                    return true;
            }
            return false;
        }
    }

    /// <summary>All links are eager until the next <see cref="Choose"/>. Any thread.</summary>
    public void SendToAll()
    {
        foreach (PeerLink link in links)
            link.IsEager = true;
    }

    /// <summary>Chooses by how links did of late.</summary>
    public void Choose()
    {
        if (majority >= links.Length)
            return;
        int well = 0, eager = 0;
        foreach (PeerLink link in links)
        {
            if (!IsWell(link))
                continue;
            well++;
            if (link.IsEager)
                eager++;
        }
        if (well < majority)
        {
            SendToAll();
            return;
        }
        // Links change meanwhile: one that was well when it was counted may not be any more.
        for (; eager < majority && Fastest(eager: false) is { } next; eager++)
            next.IsEager = true;
        for (; eager > majority && Slowest(eager: true) is { } last; eager--)
            last.IsEager = false;
        foreach (PeerLink link in links)
        {
            if (link.IsEager && !IsWell(link))
                link.IsEager = false;
        }
        if (Fastest(eager: false) is { AnswerTicks: > 0 } better && Slowest(eager: true) is { } worse && better.AnswerTicks * AdvantageMin < worse.AnswerTicks)
        {
            better.IsEager = true;
            worse.IsEager = false;
        }
    }

    /// <summary>It has this log, votes, and leaves nothing unanswered for much longer than usual.</summary>
    private bool IsWell(PeerLink link) => link.IsCounted && link.OverdueTicks <= Math.Max(_overdueTicksMin, link.AnswerTicks * 8);

    private PeerLink? Fastest(bool eager)
    {
        PeerLink? best = null;
        foreach (PeerLink link in links)
        {
            if (link.IsEager == eager && IsWell(link) && (best is null || link.AnswerTicks < best.AnswerTicks))
                best = link;
        }
        return best;
    }

    private PeerLink? Slowest(bool eager)
    {
        PeerLink? worst = null;
        foreach (PeerLink link in links)
        {
            if (link.IsEager == eager && IsWell(link) && (worst is null || link.AnswerTicks >= worst.AnswerTicks))
                worst = link;
        }
        return worst;
    }
}
