using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Formatting;

/// <summary>What templates of to_char and the like may take. Stateless.</summary>
internal static class TemplateLimits
{
    // PostgreSQL makes a node of 16 bytes for each byte of the template and one more, in one allocation.
    private const int NodeBytes = 16;
    private const int AllocationMaxBytes = 0x3FFF_FFFF;

    /// <summary>What one character of a template takes at most once it is parsed, its growing list included.</summary>
    private const int ParsedBytes = 128;

    /// <summary>Templates longer than this are charged to the statement's memory while they are parsed and used.</summary>
    private const int ChargedMinBytes = 1 << 16;

    /// <summary>Throws PostgreSQL's error for a template that is too long for it.</summary>
    public static void Check(int templateBytes)
    {
        long needed = (templateBytes + 1L) * NodeBytes;
        if (needed > AllocationMaxBytes)
            throw new SqlException(SqlState.InternalError, $"invalid memory alloc request size {needed}");
    }

    /// <summary>Takes the memory of a long template until the result is disposed of. Throws 53200.</summary>
    public static Charge Take(int templateBytes, MemoryAccount? account)
    {
        if (templateBytes < ChargedMinBytes || account is null)
            return default;
        long bytes = (long)templateBytes * ParsedBytes;
        account.Charge(bytes);
        return new Charge(account, bytes);
    }

    /// <summary>True when a parsed template may be kept at its call site.</summary>
    public static bool MayKeep(int templateBytes) => templateBytes < ChargedMinBytes;

    /// <summary>Memory that is taken.</summary>
    public readonly struct Charge(MemoryAccount account, long bytes) : IDisposable
    {
        public void Dispose()
        {
            if (bytes > 0)
                account.Release(bytes);
        }
    }
}
