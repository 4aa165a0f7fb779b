using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Strata.Compute.Protocol;

/// <summary>The channel binding <c>tls-server-end-point</c> (RFC 5929 §4.1): the certificate's hash by its signature's hash function, SHA-256 in place of MD5 and SHA-1.</summary>
public static class CertificateHashes
{
    private const string Sha384Rsa = "1.2.840.113549.1.1.12";
    private const string Sha512Rsa = "1.2.840.113549.1.1.13";
    private const string Sha384Ecdsa = "1.2.840.10045.4.3.3";
    private const string Sha512Ecdsa = "1.2.840.10045.4.3.4";

    public static byte[] EndPoint(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        Sha384Rsa or Sha384Ecdsa => SHA384.HashData(certificate.RawDataMemory.Span),
        Sha512Rsa or Sha512Ecdsa => SHA512.HashData(certificate.RawDataMemory.Span),
        _ => SHA256.HashData(certificate.RawDataMemory.Span),
    };
}
