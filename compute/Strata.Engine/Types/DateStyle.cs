namespace Strata.Engine.Types;

/// <summary>Output form of dates and times: DateStyle's first part.</summary>
public enum DateStyle : byte
{
    Iso,
    Sql,
    German,
    Postgres,
}
