using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Strata.Compute.Protocol;

namespace Strata.Host;

/// <summary>The certificate of the PostgreSQL port: from PEM files, or one that signs itself and is kept in the data directory.</summary>
public static class TlsCertificates
{
    private const int ValidYears = 10;

    // Extended key usage "TLS client" (RFC 5280 §4.2.1.12).
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>
    /// Reads a certificate (with its chain behind it) and its key; with authorities clients are asked for certificates that these have signed. Who has none may go on, who shows another one may not. Throws
    /// <see cref="HostException"/> when the files can't be used.
    /// </summary>
    public static SslServerAuthenticationOptions Load(string certificatePath, string keyPath, string? authoritiesPath = null)
    {
        SslServerAuthenticationOptions options = Load(certificatePath, keyPath);
        if (authoritiesPath is not null)
            AskForCertificates(options, authoritiesPath);
        return options;
    }

    private static void AskForCertificates(SslServerAuthenticationOptions options, string authoritiesPath)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(authoritiesPath);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new HostException($"cannot use the authorities \"{authoritiesPath}\": {error.Message}", error);
        }

        if (policy.CustomTrustStore.Count == 0)
            throw new HostException($"\"{authoritiesPath}\" has no certificates of authorities");
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = policy;
        // A resumed session would bring no certificate to look at.
        options.AllowTlsResume = false;
        options.RemoteCertificateValidationCallback = static (_, _, _, errors) => errors is SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateNotAvailable;
    }

    private static SslServerAuthenticationOptions Load(string certificatePath, string keyPath)
    {
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            X509Certificate2Collection chain = [];
            chain.ImportFromPemFile(certificatePath);
            return new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
                ApplicationProtocols = [ClientTransport.PostgresProtocol],
            };
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new HostException($"cannot use the certificate \"{certificatePath}\" with the key \"{keyPath}\": {error.Message}", error);
        }
    }

    /// <summary>A certificate that signs itself, made at the first use: <c>server.crt</c> and <c>server.key</c> (readable by the owner only) in a directory. Clients can encrypt with it, and trust it only when they are given it.</summary>
    public static SslServerAuthenticationOptions LoadOrCreate(string directory, string host, TimeProvider time, string? authoritiesPath = null)
    {
        string certificatePath = Path.Combine(directory, "server.crt"), keyPath = Path.Combine(directory, "server.key");
        if (!File.Exists(certificatePath) || !File.Exists(keyPath))
            Create(directory, certificatePath, keyPath, host, time.GetUtcNow());
        return Load(certificatePath, keyPath, authoritiesPath);
    }

    private static void Create(string directory, string certificatePath, string keyPath, string host, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=strata", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        if (IPAddress.TryParse(host, out IPAddress? address) && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any))
            names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(ValidYears));
        Directory.CreateDirectory(directory);
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (StreamWriter writer = new(keyPath, options))
            writer.Write(key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
    }
}
