namespace Strata.Engine.Functions;

/// <summary>What the run of a jsonpath found; as a condition: false, true, unknown.</summary>
internal enum JsonPathResult : byte
{
    Nothing,
    Found,

    /// <summary>An error that the caller wants suppressed.</summary>
    Error,
}
