using Strata.Platform;

namespace Strata.Tests.Doors;

#if STRATA_TEST_S3
/// <summary>
/// The contract against a real S3 server. Compiled in with <c>-p:DefineConstants=STRATA_TEST_S3</c> (see docs/operations.md), with its URL in STRATA_TEST_S3 and the credentials in
/// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: a machine without a server has no such tests, rather than green ones.
/// </summary>
public sealed class S3ObjectStoreTests : ObjectStoreContract
{
    private static int s_prefix;

    protected override async Task<IObjectStore> OpenAsync()
    {
        string url = Environment.GetEnvironmentVariable("STRATA_TEST_S3") ?? throw new InvalidOperationException("STRATA_TEST_S3 is not set");
        string prefix = $"contract-{Environment.ProcessId}-{Interlocked.Increment(ref s_prefix)}";
        S3Options options = new(url, "strata-contract", prefix, "us-east-1",
            Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID"), Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY"));
        return await S3ObjectStore.OpenAsync(options);
    }
}
#endif
