namespace Strata.Engine.Execution.Entries;

/// <summary>What an entry says about a column's value: the byte after the column's number. The order is that of the index.</summary>
internal enum EntryCategory : byte
{
    /// <summary>A part of the value, or its place; bytes of the operator class follow.</summary>
    Part = 0,

    /// <summary>The value has no parts: an empty array, range, document.</summary>
    Empty = 1,

    /// <summary>A null among the parts.</summary>
    NullPart = 2,

    /// <summary>The value has no place (a coordinate is NaN): every search looks at it.</summary>
    Anywhere = 3,

    /// <summary>The value is null.</summary>
    Null = 4,
}
