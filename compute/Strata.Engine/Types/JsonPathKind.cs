namespace Strata.Engine.Types;

/// <summary>Kinds of nodes of a jsonpath.</summary>
internal enum JsonPathKind : byte
{
    Null,
    Boolean,
    Number,
    String,
    Variable,
    Root,
    Current,
    Last,
    Key,
    AnyKey,
    AnyArray,
    Subscripts,

    /// <summary>.** with its levels.</summary>
    AnyLevels,
    Filter,
    And,
    Or,
    Not,
    IsUnknown,
    Exists,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    StartsWith,
    LikeRegex,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Plus,
    Minus,

    /// <summary>.type(), .size(), … by name.</summary>
    Method,
}
