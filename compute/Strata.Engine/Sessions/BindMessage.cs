namespace Strata.Engine.Sessions;

/// <summary>The contents of a Bind message that matter to a session. Only valid during the call.</summary>
public readonly ref struct BindMessage
{
    /// <summary>Format codes of the parameters: none (all text), one for all, or one each.</summary>
    public ReadOnlySpan<short> ParameterFormats { get; init; }

    /// <summary>Number of parameter values.</summary>
    public int ParameterCount { get; init; }

    /// <summary>The values as on the wire: for each its length (int32, big-endian, -1 for null) and its bytes.</summary>
    public ReadOnlySpan<byte> ParameterValues { get; init; }

    /// <summary>Format codes of the result columns: none (all text), one for all, or one each.</summary>
    public ReadOnlySpan<short> ResultFormats { get; init; }
}
