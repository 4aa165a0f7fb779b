using System.Net;
using Strata.Format.Control;
using Xunit;

namespace Strata.Tests.Format;

public sealed class AccessRuleTests
{
    [Theory]
    [InlineData("host all all 10.0.0.0/8 md5", "10.1.2.3", true)]
    [InlineData("host all all 10.0.0.0/8 md5", "11.1.2.3", false)]
    [InlineData("host all all 10.20.30.40/8 md5", "10.1.2.3", true)]
    [InlineData("host all all 10.0.0.0 255.0.0.0 md5", "10.1.2.3", true)]
    [InlineData("host all all ::1/128 md5", "::1", true)]
    [InlineData("host all all 127.0.0.1/32 md5", "::ffff:127.0.0.1", true)]
    [InlineData("host all all all md5", "2001:db8::1", true)]
    public void Matches_addresses_of_a_network(string line, string address, bool expected)
    {
        Assert.Null(AccessRule.Parse(line, out AccessRule? rule));
        Assert.Equal(expected, rule!.Matches(isSecure: false, "app", "bob", IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("hostssl all all all md5", false, "app", "bob", false)]
    [InlineData("hostssl all all all md5", true, "app", "bob", true)]
    [InlineData("hostnossl all all all md5", true, "app", "bob", false)]
    [InlineData("host app,other all all md5", false, "other", "bob", true)]
    [InlineData("host app all all md5", false, "other", "bob", false)]
    [InlineData("host sameuser all all md5", false, "bob", "bob", true)]
    [InlineData("host sameuser all all md5", false, "app", "bob", false)]
    [InlineData("host all \"bob\" all md5 # comment", false, "app", "bob", true)]
    [InlineData("host all alice all md5", false, "app", "bob", false)]
    public void Matches_encryption_database_and_user(string line, bool isSecure, string database, string user, bool expected)
    {
        Assert.Null(AccessRule.Parse(line, out AccessRule? rule));
        Assert.Equal(expected, rule!.Matches(isSecure, database, user, IPAddress.Loopback));
    }

    [Theory]
    [InlineData("local all all md5")]
    [InlineData("host all all all")]
    [InlineData("host all all nowhere md5")]
    [InlineData("host all all 10.0.0.0/40 md5")]
    [InlineData("host all all all ldap")]
    [InlineData("host all +group all md5")]
    [InlineData("host all all all cert")]
    [InlineData("host all all all md5 clientcert=verify-ca")]
    [InlineData("hostssl all all all md5 clientcert=1")]
    [InlineData("hostssl all all all cert clientcert=verify-ca")]
    [InlineData("hostssl all all all cert map=users")]
    [InlineData("hostssl all all all md5 color=red")]
    [InlineData("host all \"bob all md5 x")]
    public void Says_what_is_wrong(string line)
    {
        Assert.NotNull(AccessRule.Parse(line, out AccessRule? rule));
        Assert.Null(rule);
    }

    [Theory]
    [InlineData("hostssl all all all cert", AccessMethod.Certificate, ClientCertificateCheck.Name)]
    [InlineData("hostssl all all all cert clientcert=verify-full clientname=CN", AccessMethod.Certificate, ClientCertificateCheck.Name)]
    [InlineData("hostssl all all 0.0.0.0 0.0.0.0 scram-sha-256 clientcert=verify-ca", AccessMethod.Scram, ClientCertificateCheck.Authority)]
    [InlineData("hostssl all all all trust clientcert=verify-full", AccessMethod.Trust, ClientCertificateCheck.Name)]
    [InlineData("hostssl all all all md5", AccessMethod.Password, ClientCertificateCheck.None)]
    public void Says_what_certificates_are_asked_for(string line, AccessMethod method, ClientCertificateCheck check)
    {
        Assert.Null(AccessRule.Parse(line, out AccessRule? rule));
        Assert.Equal((method, check), (rule!.Method, rule.Certificate));
    }

    [Fact]
    public void A_comment_is_no_rule()
    {
        Assert.Null(AccessRule.Parse("  # host all all all trust", out AccessRule? rule));
        Assert.Null(rule);
    }
}
