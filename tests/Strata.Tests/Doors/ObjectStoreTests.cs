using Strata.Platform;
using Xunit;

namespace Strata.Tests.Doors;

public sealed class MemoryObjectStoreTests : ObjectStoreContract
{
    protected override Task<IObjectStore> OpenAsync() => Task.FromResult<IObjectStore>(new MemoryObjectStore());
}

public sealed class LocalObjectStoreTests : ObjectStoreContract
{
    private readonly string _directory = Directory.CreateTempSubdirectory("strata-objects-").FullName;

    protected override Task<IObjectStore> OpenAsync() => Task.FromResult<IObjectStore>(new LocalObjectStore(_directory));

    public override Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }
}

public sealed class FaultyObjectStoreTests
{
    [Fact]
    public async Task A_put_that_fails_before_has_no_effect_and_one_that_fails_after_has()
    {
        MemoryObjectStore inner = new();
        ObjectFault fault = ObjectFault.FailBefore;
        FaultyObjectStore store = new(inner, (_, _) => fault);
        await Assert.ThrowsAsync<ObjectStoreException>(async () => await store.PutAsync("a", new byte[1]));
        Assert.Null(await inner.GetAsync("a"));
        fault = ObjectFault.FailAfter;
        await Assert.ThrowsAsync<ObjectStoreException>(async () => await store.PutAsync("a", new byte[1]));
        Assert.NotNull(await inner.GetAsync("a"));
    }
}
