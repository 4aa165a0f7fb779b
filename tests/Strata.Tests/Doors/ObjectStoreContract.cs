using System.Text;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Doors;

/// <summary>What every object store must do; each implementation runs all of it.</summary>
public abstract class ObjectStoreContract : IAsyncLifetime
{
    private IObjectStore _store = null!;

    /// <summary>An empty store.</summary>
    protected abstract Task<IObjectStore> OpenAsync();

    public async Task InitializeAsync() => _store = await OpenAsync();

    public virtual Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Get_returns_what_was_put()
    {
        string etag = await _store.PutAsync("a/b", Bytes("hello"));
        ObjectData? found = await _store.GetAsync("a/b");
        Assert.Equal("hello", Text(found!.Bytes));
        Assert.Equal(etag, found.ETag);
    }

    [Fact]
    public async Task Get_of_an_absent_object_is_null() => Assert.Null(await _store.GetAsync("none"));

    [Fact]
    public async Task A_key_may_be_the_prefix_of_another()
    {
        await _store.PutAsync("a", Bytes("1"));
        await _store.PutAsync("a/b", Bytes("2"));
        await _store.PutAsync("a/b/c", Bytes("3"));
        Assert.Equal("1", Text((await _store.GetAsync("a"))!.Bytes));
        Assert.Equal("2", Text((await _store.GetAsync("a/b"))!.Bytes));
    }

    [Fact]
    public async Task Put_if_absent_happens_once()
    {
        await _store.PutAsync("x", Bytes("first"), PutCondition.Absent);
        ObjectStoreException error = await Assert.ThrowsAsync<ObjectStoreException>(async () => await _store.PutAsync("x", Bytes("second"), PutCondition.Absent));
        Assert.Equal(ObjectStoreErrorKind.ConditionFailed, error.Kind);
        Assert.Equal("first", Text((await _store.GetAsync("x"))!.Bytes));
    }

    [Fact]
    public async Task Put_if_match_replaces_only_that_version()
    {
        string first = await _store.PutAsync("x", Bytes("1"));
        string second = await _store.PutAsync("x", Bytes("2"), PutCondition.Match(first));
        Assert.NotEqual(first, second);
        ObjectStoreException error = await Assert.ThrowsAsync<ObjectStoreException>(async () => await _store.PutAsync("x", Bytes("3"), PutCondition.Match(first)));
        Assert.Equal(ObjectStoreErrorKind.ConditionFailed, error.Kind);
        Assert.Equal("2", Text((await _store.GetAsync("x"))!.Bytes));
    }

    [Fact]
    public async Task Of_racing_compare_and_swaps_one_wins()
    {
        const int Writers = 8;
        string etag = await _store.PutAsync("race", Bytes("start"));
        string?[] results = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            try
            {
                return await _store.PutAsync("race", Bytes($"writer {writer}"), PutCondition.Match(etag));
            }
            catch (ObjectStoreException error) when (error.Kind == ObjectStoreErrorKind.ConditionFailed)
            {
                return null;
            }
        }));
        Assert.Single(results, static result => result is not null);
    }

    [Fact]
    public async Task Read_returns_a_range_and_less_only_at_the_end()
    {
        await _store.PutAsync("r", Bytes("0123456789"));
        byte[] buffer = new byte[4];
        Assert.Equal(4, await _store.ReadAsync("r", 3, buffer));
        Assert.Equal("3456", Text(buffer));
        Assert.Equal(2, await _store.ReadAsync("r", 8, buffer));
        Assert.Equal("89", Text(buffer.AsSpan(0, 2)));
        Assert.Equal(0, await _store.ReadAsync("r", 10, buffer));
    }

    [Fact]
    public async Task Read_of_an_absent_object_says_so()
    {
        ObjectStoreException error = await Assert.ThrowsAsync<ObjectStoreException>(async () => await _store.ReadAsync("none", 0, new byte[1]));
        Assert.Equal(ObjectStoreErrorKind.NotFound, error.Kind);
    }

    [Fact]
    public async Task List_is_ordered_and_keeps_to_its_prefix()
    {
        foreach (string key in (string[])["p/b", "p/a", "p/a/z", "p/a.b", "q/a", "pp"])
            await _store.PutAsync(key, Bytes(key));
        List<ObjectInfo> found = [];
        await foreach (ObjectInfo info in _store.ListAsync("p/"))
            found.Add(info);
        Assert.Equal(["p/a", "p/a.b", "p/a/z", "p/b"], found.Select(static info => info.Key));
        Assert.All(found, static info => Assert.Equal(info.Key.Length, info.SizeBytes));
    }

    [Fact]
    public async Task Delete_is_idempotent()
    {
        await _store.PutAsync("d", Bytes("x"));
        await _store.DeleteAsync("d");
        await _store.DeleteAsync("d");
        Assert.Null(await _store.GetAsync("d"));
    }

    [Fact]
    public async Task A_large_object_is_put_from_a_stream()
    {
        byte[] large = new byte[(17 << 20) + 3];
        new SeededRandom(7).Fill(large);
        await _store.PutLargeAsync("large", new MemoryStream(large));
        ObjectData? found = await _store.GetAsync("large");
        Assert.True(large.AsSpan().SequenceEqual(found!.Bytes));
    }

    [Fact]
    public async Task An_empty_object_is_an_object()
    {
        await _store.PutAsync("empty", ReadOnlyMemory<byte>.Empty);
        Assert.Empty((await _store.GetAsync("empty"))!.Bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    public async Task Malformed_keys_are_refused(string key) =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await _store.PutAsync(key, Bytes("x")));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
