using Strata.Platform;
using Xunit;

namespace Strata.Tests.Doors;

public sealed class MemoryFileSystemTests
{
    [Fact]
    public void A_crash_keeps_what_was_synced()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            MemoryFileSystem files = new();
            using (IFile file = files.Open("d/a", FileOpenMode.CreateNew))
            {
                file.Write(0, new byte[] { 1, 2, 3 });
                file.SyncData();
                files.SyncDirectory("d");
            }
            MemoryFileSystem after = files.CrashClone(new SeededRandom(seed));
            using IFile found = after.Open("d/a", FileOpenMode.Read);
            byte[] bytes = new byte[3];
            Assert.Equal(3, found.Read(0, bytes));
            Assert.Equal([1, 2, 3], bytes);
        }
    }

    [Fact]
    public void A_crash_may_lose_or_keep_each_sector_that_was_not_synced()
    {
        const int Sectors = 8;
        HashSet<string> outcomes = [];
        for (ulong seed = 0; seed < 200; seed++)
        {
            MemoryFileSystem files = new();
            using IFile file = files.Open("a", FileOpenMode.CreateNew);
            file.SetLength(Sectors * MemoryFileSystem.SectorBytes);
            file.SyncData();
            files.SyncDirectory("");
            file.Write(0, Enumerable.Repeat((byte)1, Sectors * MemoryFileSystem.SectorBytes).ToArray());
            using IFile found = files.CrashClone(new SeededRandom(seed)).Open("a", FileOpenMode.Read);
            byte[] bytes = new byte[Sectors * MemoryFileSystem.SectorBytes];
            found.Read(0, bytes);
            outcomes.Add(string.Concat(Enumerable.Range(0, Sectors).Select(sector => bytes[sector * MemoryFileSystem.SectorBytes])));
            for (int sector = 0; sector < Sectors; sector++)
                Assert.Single(bytes.AsSpan(sector * MemoryFileSystem.SectorBytes, MemoryFileSystem.SectorBytes).ToArray().Distinct());
        }
        Assert.True(outcomes.Count > 50, $"only {outcomes.Count} different crashes");
    }

    [Fact]
    public void A_name_whose_directory_was_not_synced_may_vanish()
    {
        int kept = 0;
        for (ulong seed = 0; seed < 100; seed++)
        {
            MemoryFileSystem files = new();
            using (IFile file = files.Open("d/a", FileOpenMode.CreateNew))
                file.SyncData();
            kept += files.CrashClone(new SeededRandom(seed)).Exists("d/a") ? 1 : 0;
        }
        Assert.InRange(kept, 20, 80);
    }

    [Fact]
    public void A_rename_is_durable_with_its_directory()
    {
        MemoryFileSystem files = new();
        using (IFile file = files.Open("d/new", FileOpenMode.CreateNew))
            file.SyncData();
        files.Rename("d/new", "d/final");
        files.SyncDirectory("d");
        MemoryFileSystem after = files.CrashClone(new SeededRandom(1));
        Assert.True(after.Exists("d/final"));
        Assert.False(after.Exists("d/new"));
    }

    [Fact]
    public void A_full_disk_refuses_to_grow_and_keeps_what_it_has()
    {
        MemoryFileSystem files = new(capacityBytes: 100);
        using IFile file = files.Open("a", FileOpenMode.CreateNew);
        file.Write(0, new byte[90]);
        Assert.Throws<IOException>(() => file.Write(90, new byte[20]));
        Assert.Equal(90, file.Length);
        files.Delete("a");
        Assert.Equal(100, files.FreeBytes);
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("/a")]
    [InlineData("a/../../b")]
    public void Paths_stay_below_the_root(string path) =>
        Assert.Throws<ArgumentException>(() => new MemoryFileSystem().Open(path, FileOpenMode.OpenOrCreate));
}
