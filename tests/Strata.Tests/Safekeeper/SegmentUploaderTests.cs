using Strata.Format.Messages;
using Strata.Safekeeper.Uploads;
using Xunit;

namespace Strata.Tests.Safekeeper;

public class SegmentUploaderTests
{
    /// <summary>Every safekeeper lists itself first and the others as it met them.</summary>
    [Fact]
    public void Every_segment_is_the_turn_of_exactly_one_safekeeper()
    {
        SafekeeperMember one = new(1, 1), two = new(2, 4), seven = new(7, 1);
        SafekeeperMember[][] views = [[one, two, seven], [two, one, seven], [seven, one, two]];
        for (ulong segment = 0; segment < 9; segment++)
        {
            int[] turns = [.. views.Select(members => SegmentUploader.TurnsAway(segment, members, members[0].Id)).Order()];
            Assert.Equal([0, 1, 2], turns);
        }
    }

    [Fact]
    public void Without_other_members_every_segment_is_its_own_turn()
    {
        Assert.Equal(0, SegmentUploader.TurnsAway(5, [new SafekeeperMember(3, 1)], 3));
        Assert.Equal(0, SegmentUploader.TurnsAway(5, [], 3));
    }
}
