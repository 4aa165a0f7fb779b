using Strata.Format;
using Strata.PageServer.Layers;
using Xunit;

namespace Strata.Tests.PageServer;

public sealed class LayerMapTests
{
    [Fact]
    public void Newer_tombstones_come_before_older_ones_and_leave_older_maps_as_they_were()
    {
        var key = new PageKey(1, 7, Fork.Main, 5);
        LayerMap empty = LayerMap.Create([], []);
        LayerMap first = empty.WithTombstones([Drop(7, 10), Drop(8, 10)]);
        LayerMap second = first.WithTombstones([new RangeTombstone(TombstoneScope.Fork, 1, 7, Fork.Main, 5, new Lsn(20))]);
        LayerMap third = second.WithTombstones([new RangeTombstone(TombstoneScope.Database, 1, 0, Fork.Main, 0, new Lsn(30))]);

        Assert.Equal(Lsn.Zero, empty.FindTombstone(key, new Lsn(100)));
        Assert.Equal(new Lsn(10), first.FindTombstone(key, new Lsn(100)));
        Assert.Equal(new Lsn(20), second.FindTombstone(key, new Lsn(100)));
        Assert.Equal(new Lsn(10), second.FindTombstone(key, new Lsn(19)));
        Assert.Equal(new Lsn(10), second.FindTombstone(key with { Block = 4 }, new Lsn(100)));
        Assert.Equal(new Lsn(30), third.FindTombstone(key with { Storage = 9 }, new Lsn(30)));
        Assert.Equal(Lsn.Zero, third.FindTombstone(key with { Storage = 9 }, new Lsn(29)));
        Assert.Equal(4, third.Tombstones.Count());
    }

    private static RangeTombstone Drop(ulong storage, ulong at) => new(TombstoneScope.Storage, 1, storage, Fork.Main, 0, new Lsn(at));
}
