namespace Strata.Engine.Types;

/// <summary>Quotes the texts of parts of rows and ranges, as PostgreSQL does it.</summary>
internal static class PartQuoting
{
    /// <summary>Puts what was written since <paramref name="start"/> into quotes if it is empty or holds white space, a quote, a backslash or one of the delimiters.</summary>
    public static void Quote(ByteBuffer buffer, int start, ReadOnlySpan<byte> delimiters)
    {
        ReadOnlySpan<byte> text = buffer.Written[start..];
        bool quote = text.IsEmpty;
        foreach (byte c in text)
            quote |= c is (byte)'"' or (byte)'\\' || TypeErrors.IsSpace(c) || delimiters.Contains(c);
        if (!quote)
            return;
        byte[] content = text.ToArray();
        buffer.Length = start;
        buffer.Write('"');
        foreach (byte c in content)
        {
            if (c is (byte)'"' or (byte)'\\')
                buffer.Write(c);
            buffer.Write(c);
        }

        buffer.Write('"');
    }
}
