namespace Strata.Engine.Types;

/// <summary>pg_type.typtype.</summary>
public enum TypeKind : byte
{
    Base = (byte)'b',
    Composite = (byte)'c',
    Domain = (byte)'d',
    Enum = (byte)'e',
    Multirange = (byte)'m',
    Pseudo = (byte)'p',
    Range = (byte)'r',
}

/// <summary>pg_type.typcategory: steers overload resolution.</summary>
public enum TypeCategory : byte
{
    None = 0,
    Array = (byte)'A',
    Boolean = (byte)'B',
    Composite = (byte)'C',
    DateTime = (byte)'D',
    Enum = (byte)'E',
    Geometric = (byte)'G',
    Network = (byte)'I',
    Numeric = (byte)'N',
    Pseudo = (byte)'P',
    Range = (byte)'R',
    String = (byte)'S',
    Timespan = (byte)'T',
    User = (byte)'U',
    BitString = (byte)'V',
    Unknown = (byte)'X',
    Internal = (byte)'Z',
}
