using System.Net.Http;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Npgsql;

namespace Strata.SystemTests;

/// <summary>Encryption and certificates of clients.</summary>
public sealed class TlsTests(TlsTests.Server server) : IClassFixture<TlsTests.Server>
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private static readonly X509Certificate2 s_authority = MakeAuthority("authority");

    /// <summary>An instance that trusts the authority, with a rule for each way to ask for a certificate.</summary>
    public sealed class Server : IDisposable
    {
        public Server()
        {
            string file = Path.Combine(Directory.CreateTempSubdirectory("strata-ca-").FullName, "ca.crt");
            File.WriteAllText(file, s_authority.ExportCertificatePem());
            Instance = new StrataInstance("--tls", "--tls-ca", file).Start();
            try
            {
                Configure();
            }
            catch
            {
                Instance.Dispose();
                throw;
            }
        }

        private void Configure()
        {
            Instance.Execute("CREATE ROLE carol LOGIN PASSWORD 'secret'");
            string id = (string)Instance.Api(HttpMethod.Get, "/v1/projects/default/endpoints")!.AsArray()[0]!["id"]!;
            Instance.Api(HttpMethod.Put, $"/v1/projects/default/endpoints/{id}/settings", new JsonObject
            {
                ["access_rules"] = new JsonArray("host all postgres all md5", "hostssl by_name carol all cert", "hostssl with_password carol all scram-sha-256 clientcert=verify-full", "hostssl any_name carol all scram-sha-256 clientcert=verify-ca"),
            });
            foreach (string database in new[] { "by_name", "with_password", "any_name" })
                Instance.Execute("CREATE DATABASE " + database);
        }

        public StrataInstance Instance { get; }

        public void Dispose() => Instance.Dispose();
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
    }

    private static X509Certificate2 Certificate(string name, X509Certificate2 authority)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClientAuthentication)], critical: false));
        using X509Certificate2 signed = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(30), [1, 2, 3, 4]);
        return signed.CopyWithPrivateKey(key);
    }

    private string? Connect(string database, X509Certificate2? certificate, string? password = null, SslMode mode = SslMode.Require)
    {
        NpgsqlDataSourceBuilder builder = new(server.Instance.ConnectionString);
        builder.ConnectionStringBuilder.Username = "carol";
        builder.ConnectionStringBuilder.Password = password;
        builder.ConnectionStringBuilder.Database = database;
        builder.ConnectionStringBuilder.SslMode = mode;
        if (certificate is not null)
            builder.UseSslClientAuthenticationOptionsCallback(options => options.ClientCertificates = [certificate]);
        using NpgsqlDataSource source = builder.Build();
        try
        {
            using NpgsqlConnection connection = source.OpenConnection();
            using NpgsqlCommand command = new("SELECT current_user || ' ' || ssl || coalesce(client_dn, '') FROM pg_stat_ssl WHERE pid = pg_backend_pid()", connection);
            Assert.Equal($"carol true/CN={certificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false)}", command.ExecuteScalar());
            return null;
        }
        catch (PostgresException error)
        {
            return $"{error.SqlState} {error.MessageText}";
        }
        catch (NpgsqlException)
        {
            return "no connection";
        }
    }

    [Fact]
    public void A_certificate_of_the_role_is_enough_where_the_rule_says_so()
    {
        Assert.Null(Connect("by_name", Certificate("carol", s_authority)));
        Assert.Equal("28000 certificate authentication failed for user \"carol\"", Connect("by_name", Certificate("dave", s_authority)));
        Assert.Equal("28000 connection requires a valid client certificate", Connect("by_name", certificate: null));
        Assert.StartsWith("28000 no pg_hba.conf entry for host", Connect("by_name", Certificate("carol", s_authority), mode: SslMode.Disable));
    }

    [Fact]
    public void A_password_may_be_asked_for_beside_it()
    {
        Assert.Null(Connect("with_password", Certificate("carol", s_authority), "secret"));
        Assert.Equal("28P01 password authentication failed for user \"carol\"", Connect("with_password", Certificate("carol", s_authority), "wrong"));
        Assert.Equal("28P01 password authentication failed for user \"carol\"", Connect("with_password", Certificate("dave", s_authority), "secret"));
        Assert.Null(Connect("any_name", Certificate("dave", s_authority), "secret"));
        Assert.Equal("28000 connection requires a valid client certificate", Connect("any_name", certificate: null, "secret"));
    }

    [Fact]
    public void A_certificate_that_nobody_trusts_ends_the_handshake()
    {
        using X509Certificate2 other = MakeAuthority("other");
        Assert.Equal("no connection", Connect("any_name", Certificate("carol", other), "secret"));
        Assert.Equal("no connection", Connect("by_name", Certificate("carol", other)));
    }

    [Fact]
    public void Who_needs_no_certificate_is_not_kept_out()
    {
        NpgsqlConnectionStringBuilder builder = new(server.Instance.ConnectionString) { SslMode = SslMode.Require };
        using NpgsqlConnection connection = new(builder.ConnectionString);
        connection.Open();
        using NpgsqlCommand command = new("SELECT 1", connection);
        Assert.Equal(1, command.ExecuteScalar());
    }
}
