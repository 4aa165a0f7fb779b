namespace Strata.Format.Control;

/// <summary>What is asked of a client's certificate: <c>clientcert</c> of <c>pg_hba.conf</c>.</summary>
public enum ClientCertificateCheck
{
    /// <summary>It need not have one.</summary>
    None,

    /// <summary>One that is signed by an authority that the server trusts.</summary>
    Authority,

    /// <summary>Such a one whose common name is the role's.</summary>
    Name,
}
