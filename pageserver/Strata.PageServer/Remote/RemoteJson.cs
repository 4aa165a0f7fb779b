using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Format;
using Strata.PageServer.Layers;
using Strata.Platform;

namespace Strata.PageServer.Remote;

/// <summary>JSON bodies of the small objects. Unknown members are ignored, so that an older server reads what a newer one wrote with more in it.</summary>
internal static class RemoteJson
{
    public static byte[] Encode(TimelineIndex index, IRandom random)
    {
        var json = new IndexJson
        {
            Consistent = index.ConsistentLsn.Value,
            HistoryStart = index.HistoryStart.Value,
            Layers = [.. index.Layers.Select(ToJson)],
            BranchPoints = [.. index.BranchPoints.Select(static point => point.Value)],
            Leases = [.. index.Leases.Select(static lease => new LeaseJson
            {
                Holder = lease.Holder, At = lease.At.Value, Expires = lease.ExpiresAt.ToUnixTimeMilliseconds(),
            })],
        };
        return StoredUnit.Wrap(JsonSerializer.SerializeToUtf8Bytes(json, RemoteJsonContext.Default.IndexJson), random);
    }

    public static TimelineIndex DecodeIndex(byte[] unit, string name)
    {
        IndexJson json = Parse(unit, name, RemoteJsonContext.Default.IndexJson);
        return new TimelineIndex(
            new Lsn(json.Consistent),
            new Lsn(json.HistoryStart),
            [.. json.Layers.Select(FromJson)],
            [.. json.Leases.Select(static lease => new Lease(
                lease.Holder, new Lsn(lease.At), DateTimeOffset.FromUnixTimeMilliseconds(lease.Expires)))],
            [.. json.BranchPoints.Select(static point => new Lsn(point))]);
    }

    public static byte[] Encode(BranchObject branch, IRandom random)
    {
        var json = new BranchJson { Ancestor = branch.Ancestor.ToString(), AncestorLsn = branch.AncestorLsn.Value, Base = branch.Base };
        return StoredUnit.Wrap(JsonSerializer.SerializeToUtf8Bytes(json, RemoteJsonContext.Default.BranchJson), random);
    }

    public static BranchObject DecodeBranch(byte[] unit, string name)
    {
        BranchJson json = Parse(unit, name, RemoteJsonContext.Default.BranchJson);
        if (!TimelineId.TryParse(json.Ancestor, out TimelineId ancestor))
            throw new CorruptPageException($"object {name} names no timeline");
        return new BranchObject(ancestor, new Lsn(json.AncestorLsn), json.Base);
    }

    public static byte[] Encode(AttachObject attach, IRandom random)
    {
        var json = new AttachJson { Generation = attach.Generation, Node = attach.Node };
        return StoredUnit.Wrap(JsonSerializer.SerializeToUtf8Bytes(json, RemoteJsonContext.Default.AttachJson), random);
    }

    public static AttachObject DecodeAttach(byte[] unit, string name)
    {
        AttachJson json = Parse(unit, name, RemoteJsonContext.Default.AttachJson);
        return new AttachObject(json.Generation, json.Node);
    }

    private static T Parse<T>(byte[] unit, string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        ReadOnlyMemory<byte> body = StoredUnit.Unwrap(unit, name);
        try
        {
            return JsonSerializer.Deserialize(body.Span, type) ?? throw new CorruptPageException($"object {name} is empty");
        }
        catch (JsonException error)
        {
            throw new CorruptPageException($"object {name} is not the JSON it should be", error);
        }
    }

    private static LayerJson ToJson(LayerDescriptor layer) => new()
    {
        Name = layer.Name,
        Level = layer.Level,
        First = layer.FirstLsn.Value,
        Last = layer.LastLsn.Value,
        MinKey = ToHex(layer.MinKey),
        MaxKey = ToHex(layer.MaxKey),
        Size = layer.SizeBytes,
        Checksum = layer.Checksum,
        FirstTime = layer.FirstTime,
        LastTime = layer.LastTime,
        Tombstones = layer.Tombstones.Length == 0 ? null : [.. layer.Tombstones.Select(static t => new TombstoneJson
        {
            Database = t.Database, Storage = t.Storage, Fork = (byte)t.Fork, From = t.FromBlock, Scope = (byte)t.Scope, At = t.At.Value,
        })],
    };

    private static LayerDescriptor FromJson(LayerJson json) => new(
        json.Name,
        json.Level,
        new Lsn(json.First),
        new Lsn(json.Last),
        FromHex(json.MinKey),
        FromHex(json.MaxKey),
        json.Size,
        json.Checksum,
        json.FirstTime,
        json.LastTime,
        json.Tombstones is null ? [] : [.. json.Tombstones.Select(static t => new RangeTombstone(
            (TombstoneScope)t.Scope, t.Database, t.Storage, (Fork)t.Fork, t.From, new Lsn(t.At)))]);

    private static string ToHex(PageKey key)
    {
        Span<byte> bytes = stackalloc byte[PageKey.SizeBytes];
        key.Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static PageKey FromHex(string hex)
    {
        Span<byte> bytes = stackalloc byte[PageKey.SizeBytes];
        if (Convert.FromHexString(hex, bytes, out int consumed, out int written) != System.Buffers.OperationStatus.Done ||
            written != bytes.Length || consumed != hex.Length)
            throw new CorruptPageException(string.Create(CultureInfo.InvariantCulture, $"page key '{hex}' in an index"));
        return PageKey.Read(bytes);
    }
}

internal sealed class IndexJson
{
    public ulong Consistent { get; set; }
    public ulong HistoryStart { get; set; }
    public List<LayerJson> Layers { get; set; } = [];
    public List<LeaseJson> Leases { get; set; } = [];
    public List<ulong> BranchPoints { get; set; } = [];
}

internal sealed class LayerJson
{
    public string Name { get; set; } = "";
    public int Level { get; set; }
    public ulong First { get; set; }
    public ulong Last { get; set; }
    public string MinKey { get; set; } = "";
    public string MaxKey { get; set; } = "";
    public long Size { get; set; }
    public uint Checksum { get; set; }
    public long FirstTime { get; set; }
    public long LastTime { get; set; }
    public List<TombstoneJson>? Tombstones { get; set; }
}

internal sealed class TombstoneJson
{
    public uint Database { get; set; }
    public ulong Storage { get; set; }
    public byte Fork { get; set; }
    public uint From { get; set; }
    public byte Scope { get; set; }
    public ulong At { get; set; }
}

internal sealed class LeaseJson
{
    public string Holder { get; set; } = "";
    public ulong At { get; set; }
    public long Expires { get; set; }
}

internal sealed class BranchJson
{
    public string Ancestor { get; set; } = "";
    public ulong AncestorLsn { get; set; }
    public string Base { get; set; } = "";
}

internal sealed class AttachJson
{
    public ulong Generation { get; set; }
    public string Node { get; set; } = "";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IndexJson))]
[JsonSerializable(typeof(BranchJson))]
[JsonSerializable(typeof(AttachJson))]
internal sealed partial class RemoteJsonContext : JsonSerializerContext;
