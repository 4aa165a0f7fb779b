namespace Strata.Engine.Sessions;

/// <summary>How a client's connection is encrypted, and its certificate: what <c>pg_stat_ssl</c> shows.</summary>
/// <param name="Version">Protocol, such as <c>TLSv1.3</c>.</param>
/// <param name="Cipher">Name of the cipher suite.</param>
/// <param name="Bits">Length of its key.</param>
public sealed record ClientEncryption(string Version, string Cipher, int Bits)
{
    /// <summary>The certificate's subject as <c>/CN=name</c>; null without one.</summary>
    public string? ClientName { get; init; }

    /// <summary>The certificate's serial number, decimal.</summary>
    public string? ClientSerial { get; init; }

    /// <summary>Who signed the certificate, in the same form.</summary>
    public string? IssuerName { get; init; }
}
