namespace Strata.Sql;

/// <summary>SQLSTATE codes that reading SQL text can raise.</summary>
internal static class SqlStates
{
    public const string SyntaxError = "42601";
    public const string NameTooLong = "42622";
    public const string FeatureNotSupported = "0A000";
    public const string StatementTooComplex = "54001";
    public const string InvalidEscapeSequence = "22025";
    public const string NonstandardEscape = "22P06";
    public const string CharacterNotInRepertoire = "22021";
    public const string InvalidParameterValue = "22023";
    public const string ReservedName = "42939";
    public const string InvalidTableDefinition = "42P16";
    public const string DuplicateObject = "42710";
    public const string WindowingError = "42P20";
}
