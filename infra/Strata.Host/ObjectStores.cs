using System.Web;
using Strata.Platform;

namespace Strata.Host;

/// <summary>
/// Opens the object store that a URL names: <c>file:///DIR</c> (or a plain path), or <c>s3://BUCKET/PREFIX?endpoint=URL&amp;region=R</c> with credentials in
/// <c>AWS_ACCESS_KEY_ID</c> and <c>AWS_SECRET_ACCESS_KEY</c>.
/// </summary>
public static class ObjectStores
{
    /// <summary>Throws <see cref="HostException"/> on a malformed URL or a store that can't be opened.</summary>
    public static async Task<IObjectStore> OpenAsync(string url, CancellationToken cancellation)
    {
        try
        {
            if (!url.Contains("://", StringComparison.Ordinal))
                return new LocalObjectStore(url);
            Uri parsed = new(url);
            return parsed.Scheme switch
            {
                "file" => new LocalObjectStore(parsed.LocalPath),
                "s3" => await S3ObjectStore.OpenAsync(S3(parsed), cancellation),
                _ => throw new HostException($"object store \"{url}\": the scheme must be file or s3"),
            };
        }
        catch (Exception error) when (error is UriFormatException or IOException or UnauthorizedAccessException or ObjectStoreException)
        {
            throw new HostException($"object store \"{url}\": {error.Message}", error);
        }
    }

    private static S3Options S3(Uri url)
    {
        System.Collections.Specialized.NameValueCollection query = HttpUtility.ParseQueryString(url.Query);
        return new S3Options(
            query["endpoint"],
            url.Host,
            url.AbsolutePath.Trim('/'),
            query["region"] ?? Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1",
            Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID"),
            Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY"));
    }
}
