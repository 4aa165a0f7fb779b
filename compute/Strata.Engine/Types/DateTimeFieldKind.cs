namespace Strata.Engine.Types;

/// <summary>Shape of a part of a date/time text, told from its characters only.</summary>
internal enum DateTimeFieldKind : byte
{
    /// <summary>Digits, perhaps with one decimal point.</summary>
    Number,

    /// <summary>Parts joined by - / or .; also a zone name such as europe/berlin.</summary>
    Date,

    /// <summary>Digits with colons.</summary>
    Time,

    /// <summary>A sign and digits: a zone's offset, or a signed number of an interval.</summary>
    Signed,

    Word,

    /// <summary>A sign and a word: -infinity.</summary>
    SignedWord,
}
