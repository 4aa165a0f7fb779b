namespace Strata.Engine.Types;

/// <summary>Kinds of jsonpath tokens.</summary>
internal enum JsonPathTokenKind : byte
{
    End,
    String,
    Identifier,
    Variable,
    Number,
    Integer,

    /// <summary>Punctuation; the text says which.</summary>
    Symbol,
}

/// <summary>A jsonpath token.</summary>
/// <param name="Text">The value, escapes resolved.</param>
/// <param name="Source">As written, for messages.</param>
internal readonly record struct JsonPathToken(JsonPathTokenKind Kind, string Text, string Source);
