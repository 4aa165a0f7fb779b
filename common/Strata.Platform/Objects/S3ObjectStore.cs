using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Strata.Platform;

/// <summary>Where an S3 bucket is and how to sign for it.</summary>
/// <param name="ServiceUrl">Endpoint such as <c>http://127.0.0.1:9000</c>; null for AWS itself.</param>
/// <param name="Bucket">The bucket; created when absent.</param>
/// <param name="Prefix">Put before every key, "" for none; no trailing '/'.</param>
/// <param name="Region">Region name; any for other servers.</param>
/// <param name="AccessKey">Access key; null takes the SDK's credential chain.</param>
/// <param name="SecretKey">Secret of the access key.</param>
public sealed record S3Options(string? ServiceUrl, string Bucket, string Prefix, string Region, string? AccessKey, string? SecretKey);

/// <summary>
/// Objects in an S3 bucket, through AWSSDK.S3. Conditional puts use If-None-Match and If-Match. Thread-safe.
/// </summary>
/// <remarks>
/// The server may answer a lost race with 409, 412 or 500; since a 500 can also follow a put that took effect, a failed conditional put
/// is settled by reading the object again and comparing.
/// </remarks>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    private const int PartBytes = 16 << 20;

    private readonly AmazonS3Client _client;
    private readonly S3Options _options;
    private readonly string _prefix;

    private S3ObjectStore(S3Options options, AmazonS3Client client)
    {
        _options = options;
        _client = client;
        _prefix = options.Prefix.Length == 0 ? "" : options.Prefix + "/";
    }

    /// <summary>Connects, and creates the bucket when it does not exist.</summary>
    public static async Task<S3ObjectStore> OpenAsync(S3Options options, CancellationToken cancellation = default)
    {
        AmazonS3Config config = new()
        {
            ForcePathStyle = true,
            AuthenticationRegion = options.Region,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            MaxErrorRetry = 2,
            Timeout = TimeSpan.FromSeconds(30),
        };
        if (options.ServiceUrl is { } url)
            config.ServiceURL = url;
        else
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        AmazonS3Client client = options.AccessKey is null
            ? new AmazonS3Client(config)
            : new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
        S3ObjectStore store = new(options, client);
        await store.GuardAsync("", async () =>
        {
            try
            {
                await client.PutBucketAsync(new PutBucketRequest { BucketName = options.Bucket }, cancellation);
            }
            catch (AmazonS3Exception error) when (error.ErrorCode is "BucketAlreadyOwnedByYou" or "BucketAlreadyExists")
            {
                // Somebody, usually an earlier start, has created it: that is what we want.
            }
            return true;
        });
        return store;
    }

    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> bytes, PutCondition condition = default, CancellationToken cancellation = default)
    {
        ObjectKeys.Validate(key);
        return condition is { IfAbsent: false, IfMatch: null }
            ? GuardAsync(key, () => PutOnceAsync(key, bytes, condition, cancellation))
            : PutConditionalAsync(key, bytes, condition, cancellation);
    }

    public ValueTask<string> PutLargeAsync(string key, Stream source, CancellationToken cancellation = default)
    {
        ObjectKeys.Validate(key);
        return GuardAsync(key, () => PutPartsAsync(key, source, cancellation));
    }

    public ValueTask<ObjectData?> GetAsync(string key, CancellationToken cancellation = default)
    {
        ObjectKeys.Validate(key);
        return GuardAsync(key, async () =>
        {
            try
            {
                using GetObjectResponse response = await _client.GetObjectAsync(_options.Bucket, _prefix + key, cancellation);
                byte[] bytes = new byte[response.ContentLength];
                await response.ResponseStream.ReadExactlyAsync(bytes, cancellation);
                return new ObjectData(bytes, Unquoted(response.ETag));
            }
            catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
        });
    }

    public ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        ObjectKeys.Validate(key);
        return destination.IsEmpty ? new(0) : GuardAsync(key, async () =>
        {
            try
            {
                GetObjectRequest request = new()
                {
                    BucketName = _options.Bucket,
                    Key = _prefix + key,
                    ByteRange = new ByteRange(offset, offset + destination.Length - 1),
                };
                using GetObjectResponse response = await _client.GetObjectAsync(request, cancellation);
                return await response.ResponseStream.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, cancellation);
            }
            catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return 0;
            }
        });
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ListObjectsV2Request request = new() { BucketName = _options.Bucket, Prefix = _prefix + prefix };
        do
        {
            ListObjectsV2Response page = await GuardAsync(prefix, async () => await _client.ListObjectsV2Async(request, cancellation));
            foreach (S3Object found in page.S3Objects ?? [])
                yield return new ObjectInfo(found.Key[_prefix.Length..], found.Size ?? 0);
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    public async ValueTask DeleteAsync(string key, CancellationToken cancellation = default)
    {
        ObjectKeys.Validate(key);
        await GuardAsync(key, async () => await _client.DeleteObjectAsync(_options.Bucket, _prefix + key, cancellation));
    }

    public void Dispose() => _client.Dispose();

    private async ValueTask<string> PutConditionalAsync(string key, ReadOnlyMemory<byte> bytes, PutCondition condition, CancellationToken cancellation)
    {
        try
        {
            return await GuardAsync(key, () => PutOnceAsync(key, bytes, condition, cancellation));
        }
        catch (ObjectStoreException error) when (error.Kind is ObjectStoreErrorKind.Unavailable)
        {
            ObjectData? now = await GetAsync(key, cancellation);
            if (now is null || now.ETag == condition.IfMatch)
                throw; // Nothing was written: the caller may try again.
            if (now.Bytes.AsSpan().SequenceEqual(bytes.Span))
                return now.ETag;
            throw new ObjectStoreException(ObjectStoreErrorKind.ConditionFailed, $"condition on \"{key}\" does not hold", error);
        }
    }

    private async Task<string> PutOnceAsync(string key, ReadOnlyMemory<byte> bytes, PutCondition condition, CancellationToken cancellation)
    {
        using MemoryStream body = new(bytes.ToArray(), writable: false);
        PutObjectRequest request = new()
        {
            BucketName = _options.Bucket,
            Key = _prefix + key,
            InputStream = body,
            UseChunkEncoding = false,
            IfNoneMatch = condition.IfAbsent ? "*" : null,
            IfMatch = condition.IfMatch,
        };
        return Unquoted((await _client.PutObjectAsync(request, cancellation)).ETag);
    }

    private async Task<string> PutPartsAsync(string key, Stream source, CancellationToken cancellation)
    {
        byte[] buffer = new byte[PartBytes];
        int first = await source.ReadAtLeastAsync(buffer, PartBytes, throwOnEndOfStream: false, cancellation);
        if (first < PartBytes)
            return await PutOnceAsync(key, buffer.AsMemory(0, first), default, cancellation);

        InitiateMultipartUploadResponse upload = await _client.InitiateMultipartUploadAsync(_options.Bucket, _prefix + key, cancellation);
        try
        {
            List<PartETag> parts = [];
            for (int count = first; count > 0; count = await source.ReadAtLeastAsync(buffer, PartBytes, throwOnEndOfStream: false, cancellation))
            {
                using MemoryStream body = new(buffer, 0, count, writable: false);
                UploadPartResponse part = await _client.UploadPartAsync(new UploadPartRequest
                {
                    BucketName = _options.Bucket,
                    Key = _prefix + key,
                    UploadId = upload.UploadId,
                    PartNumber = parts.Count + 1,
                    PartSize = count,
                    InputStream = body,
                    UseChunkEncoding = false,
                }, cancellation);
                parts.Add(new PartETag(parts.Count + 1, part.ETag));
            }
            CompleteMultipartUploadResponse done = await _client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
            {
                BucketName = _options.Bucket,
                Key = _prefix + key,
                UploadId = upload.UploadId,
                PartETags = parts,
            }, cancellation);
            return Unquoted(done.ETag);
        }
        catch
        {
            await _client.AbortMultipartUploadAsync(_options.Bucket, _prefix + key, upload.UploadId, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Some servers want the ETag of If-Match without its quotes, and none minds.</summary>
    private static string Unquoted(string etag) => etag.Trim('"');

    /// <summary>Turns the SDK's errors into the one exception of object stores.</summary>
    private async ValueTask<T> GuardAsync<T>(string key, Func<Task<T>> body)
    {
        try
        {
            return await body();
        }
        catch (AmazonS3Exception error)
        {
            ObjectStoreErrorKind kind = error.StatusCode switch
            {
                HttpStatusCode.NotFound => ObjectStoreErrorKind.NotFound,
                HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict => ObjectStoreErrorKind.ConditionFailed,
                HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.InsufficientStorage or HttpStatusCode.MethodNotAllowed =>
                    ObjectStoreErrorKind.Refused,
                _ => ObjectStoreErrorKind.Unavailable,
            };
            throw new ObjectStoreException(kind, $"s3 \"{_options.Bucket}/{_prefix}{key}\": {error.Message}", error);
        }
        catch (Exception error) when (error is AmazonClientException or HttpRequestException or IOException or TimeoutException or TaskCanceledException { InnerException: TimeoutException })
        {
            throw new ObjectStoreException(ObjectStoreErrorKind.Unavailable, $"s3 \"{_options.Bucket}/{_prefix}{key}\": {error.Message}", error);
        }
    }
}
