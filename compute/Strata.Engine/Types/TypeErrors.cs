using System.Text;

namespace Strata.Engine.Types;

/// <summary>Errors that input functions of several types share.</summary>
internal static class TypeErrors
{
    public static SqlException InvalidSyntax(string type, ReadOnlySpan<byte> text) =>
        new(SqlState.InvalidTextRepresentation, $"invalid input syntax for type {type}: \"{Encoding.UTF8.GetString(text)}\"");

    public static SqlException OutOfRange(string type, ReadOnlySpan<byte> text) =>
        new(SqlState.NumericValueOutOfRange, $"value \"{Encoding.UTF8.GetString(text)}\" is out of range for type {type}");

    public static SqlException OutOfRange(string type) => new(SqlState.NumericValueOutOfRange, $"{type} out of range");

    public static SqlException InvalidBinary(string type) =>
        new(SqlState.InvalidBinaryRepresentation, $"incorrect binary data format for type {type}");

    /// <summary>ASCII white space, as isspace() in the C locale.</summary>
    public static bool IsSpace(byte c) => c is (byte)' ' or (>= 9 and <= 13);

    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0 && IsSpace(text[0]))
            text = text[1..];
        while (text.Length > 0 && IsSpace(text[^1]))
            text = text[..^1];
        return text;
    }
}
