using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;

namespace Strata.Safekeeper.Storage;

/// <summary>
/// Who a directory belongs to. The file <c>identity</c> (see <see cref="SealedFile"/>: id u32, incarnation u64, directory id 16) says which safekeeper this is and in which life; the
/// object <c>safekeepers/ID</c> says the same in the project's store. A directory without the file is a new life: its incarnation is one above the
/// registered one, so everybody learns that what the earlier life promised is void.
/// </summary>
internal static class SafekeeperIdentity
{
    private const string Name = "identity";
    private const uint Magic = 0x44494B53; // "SKID"
    private const uint FormatVersion = 1;
    private const int ContentBytes = 4 + 8 + 16;
    private const int RegistrationAttemptsMax = 10;

    /// <summary>Reads the identity of a directory, or null when it has none. <see cref="SafekeeperStorageException"/> when it is another safekeeper's.</summary>
    public static SafekeeperMember? Read(IFileSystem files, uint id)
    {
        byte[]? content = SealedFile.Read(files, Name, Magic, FormatVersion, out _);
        if (content is null)
            return null;
        if (content.Length != ContentBytes)
            throw new SafekeeperStorageException("the identity file has a wrong length");
        uint owner = BinaryPrimitives.ReadUInt32LittleEndian(content);
        if (owner != id)
            throw new SafekeeperStorageException($"the directory belongs to safekeeper {owner}, not {id}");
        return new SafekeeperMember(owner, BinaryPrimitives.ReadUInt64LittleEndian(content.AsSpan(4)));
    }

    /// <summary>
    /// Registers a new life in the object store and then writes the identity file. A crash between the two costs an incarnation number, no more.
    /// Throws <see cref="ObjectStoreException"/> when the store does not answer.
    /// </summary>
    public static SafekeeperMember Register(IFileSystem files, IObjectStore store, IRandom random, uint id)
    {
        Span<byte> directoryId = stackalloc byte[16];
        random.Fill(directoryId);
        string key = $"safekeepers/{id.ToString(CultureInfo.InvariantCulture)}";
        ulong incarnation = Claim(store, key, Convert.ToHexStringLower(directoryId));
        byte[] content = new byte[ContentBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(content, id);
        BinaryPrimitives.WriteUInt64LittleEndian(content.AsSpan(4), incarnation);
        directoryId.CopyTo(content.AsSpan(12));
        SealedFile.Write(files, Name, Magic, FormatVersion, content);
        return new SafekeeperMember(id, incarnation);
    }

    /// <summary>Takes the next incarnation by compare-and-swap. The object's text: <c>INCARNATION DIRECTORY-ID</c>.</summary>
    private static ulong Claim(IObjectStore store, string key, string directoryId)
    {
        for (int attempt = 0; attempt < RegistrationAttemptsMax; attempt++)
        {
            ObjectData? current = store.GetAsync(key).AsTask().GetAwaiter().GetResult();
            ulong incarnation = current is null ? 1 : Parse(current.Bytes) + 1;
            byte[] text = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{incarnation} {directoryId}\n"));
            try
            {
                PutCondition condition = current is null ? PutCondition.Absent : PutCondition.Match(current.ETag);
                store.PutAsync(key, text, condition).AsTask().GetAwaiter().GetResult();
                return incarnation;
            }
            catch (ObjectStoreException error) when (error.Kind == ObjectStoreErrorKind.ConditionFailed)
            {
                // Another directory claimed the same id at the same moment: take the next number.
            }
        }
        throw new ObjectStoreException(ObjectStoreErrorKind.Unavailable, $"object {key} keeps changing: do two safekeepers share an id?");
    }

    private static ulong Parse(byte[] text)
    {
        string line = Encoding.ASCII.GetString(text);
        int space = line.IndexOf(' ');
        if (space > 0 && ulong.TryParse(line.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out ulong incarnation))
            return incarnation;
        throw new SafekeeperStorageException("the registration object of the safekeeper is damaged");
    }
}
