using System.Buffers.Binary;
using Strata.Format;
using Strata.Platform;

namespace Strata.Safekeeper.Storage;

/// <summary>
/// A small file that is replaced as a whole: a reader finds the old content or the new one, never a mixture.
/// <code>
/// 0   4  magic
/// 4   4  format version
/// 8   4  length of the content
/// 12  4  CRC32C over bytes 0..12 and the content
/// 16     content
/// </code>
/// </summary>
internal static class SealedFile
{
    private const int HeaderBytes = 16;
    private const int ContentBytesMax = 1 << 20;

    /// <summary>Writes a new file, syncs it, renames it over the old one and syncs the directory: durable when it returns.</summary>
    public static void Write(IFileSystem files, string name, uint magic, uint version, ReadOnlySpan<byte> content)
    {
        Invariant.Check(content.Length <= ContentBytesMax);
        byte[] bytes = new byte[HeaderBytes + content.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), content.Length);
        content.CopyTo(bytes.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Checksum(bytes));

        string temporary = name + ".new";
        files.Delete(temporary);
        using (IFile file = files.Open(temporary, FileOpenMode.CreateNew))
        {
            file.Write(0, bytes);
            file.SyncData();
        }
        files.Rename(temporary, name);
        files.SyncDirectory("");
    }

    /// <summary>The content and its version, or null when there is no such file. Throws <see cref="SafekeeperStorageException"/> when it is damaged.</summary>
    public static byte[]? Read(IFileSystem files, string name, uint magic, uint newestVersion, out uint version)
    {
        version = 0;
        if (!files.Exists(name))
            return null;
        byte[] bytes;
        using (IFile file = files.Open(name, FileOpenMode.Read))
        {
            if (file.Length is < HeaderBytes or > HeaderBytes + ContentBytesMax)
                throw new SafekeeperStorageException($"file {name} has {file.Length} bytes, which can't be");
            bytes = new byte[file.Length];
            if (file.Read(0, bytes) != bytes.Length)
                throw new SafekeeperStorageException($"file {name} could not be read to its end");
        }
        version = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4));
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != magic ||
            BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)) != bytes.Length - HeaderBytes ||
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12)) != Checksum(bytes))
        {
            throw new SafekeeperStorageException($"file {name} is damaged: its header or checksum is wrong");
        }
        if (version > newestVersion)
            throw new SafekeeperStorageException($"file {name} has format version {version}; this build knows up to {newestVersion}");
        return bytes[HeaderBytes..];
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes) =>
        Crc32C.Finish(Crc32C.Update(Crc32C.Update(Crc32C.Seed, bytes[..12]), bytes[HeaderBytes..]));
}
