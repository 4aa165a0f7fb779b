using System.Buffers.Text;
using System.Text;

namespace Strata.Engine.Sessions;

/// <summary>Command tags as bytes, without allocation for those with a row count.</summary>
internal static class CommandTags
{
    private const int MaxBytes = 64;

    /// <summary>Reports completion with a row count, as <c>SELECT 5</c>.</summary>
    public static void Complete(ISessionOutput output, string verb, long rows)
    {
        Span<byte> tag = stackalloc byte[MaxBytes];
        int length = Encoding.ASCII.GetBytes(verb, tag);
        tag[length++] = (byte)' ';
        Utf8Formatter.TryFormat(rows, tag[length..], out int digits);
        output.CommandComplete(tag[..(length + digits)]);
    }

    /// <summary>Reports completion with a plain tag.</summary>
    public static void Complete(ISessionOutput output, string tag)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        output.CommandComplete(bytes[..Encoding.ASCII.GetBytes(tag, bytes)]);
    }
}
