namespace Strata.Engine.Types;

/// <summary>Order of day, month and year in ambiguous dates, from DateStyle.</summary>
public enum DateOrder : byte
{
    Mdy,
    Dmy,
    Ymd,
}

/// <summary>The session settings that text input and output of types depend on. Immutable.</summary>
public sealed record TypeSettings
{
    public static readonly TypeSettings Default = new();

    /// <summary>DateStyle's form of output.</summary>
    public DateStyle DateStyle { get; init; } = DateStyle.Iso;

    public IntervalStyle IntervalStyle { get; init; } = IntervalStyle.Postgres;

    /// <summary>DateStyle's order part.</summary>
    public DateOrder DateOrder { get; init; } = DateOrder.Mdy;

    public TimeZoneRules TimeZone { get; init; } = TimeZoneRules.Utc;

    /// <summary>At least 1: shortest exact digits; 0 and below: fewer digits.</summary>
    public int ExtraFloatDigits { get; init; } = 1;

    /// <summary>bytea_output: hex or escape.</summary>
    public bool ByteaEscape { get; init; }

    /// <summary>xmloption: text becomes xml only when it is a whole document.</summary>
    public bool XmlIsDocument { get; init; }

    /// <summary>xmlbinary: hexadecimal digits instead of base64.</summary>
    public bool XmlBinaryIsHex { get; init; }
}
