using System.Net;
using System.Text;

namespace Strata.Format.Control;

/// <summary>
/// One line of PostgreSQL's <c>pg_hba.conf</c>: <c>TYPE DATABASE USER ADDRESS METHOD</c>. Types <c>host</c>, <c>hostssl</c> and <c>hostnossl</c>; databases <c>all</c>, <c>sameuser</c> or names; users
/// <c>all</c> or names; addresses <c>all</c>, an IP address with its mask or prefix length; methods <c>trust</c>, <c>reject</c>, <c>scram-sha-256</c>, <c>md5</c>, <c>password</c>, <c>cert</c>; option of
/// <c>hostssl</c>: <c>clientcert=verify-ca</c> or <c>verify-full</c>. Immutable.
/// </summary>
public sealed class AccessRule
{
    private readonly bool? _secure;
    private readonly HashSet<string>? _databases;
    private readonly bool _sameUser;
    private readonly HashSet<string>? _users;
    private readonly IPNetwork? _network;

    private AccessRule(bool? secure, HashSet<string>? databases, bool sameUser, HashSet<string>? users, IPNetwork? network, AccessMethod method, ClientCertificateCheck certificate)
    {
        _secure = secure;
        _databases = databases;
        _sameUser = sameUser;
        _users = users;
        _network = network;
        Method = method;
        Certificate = certificate;
    }

    public AccessMethod Method { get; }

    /// <summary>What the client must show beside what the method asks for; with <see cref="AccessMethod.Certificate"/> always <see cref="ClientCertificateCheck.Name"/>.</summary>
    public ClientCertificateCheck Certificate { get; }

    /// <summary>True when the rule speaks of such a connection.</summary>
    public bool Matches(bool isSecure, string database, string user, IPAddress address)
    {
        if (_secure is { } secure && secure != isSecure)
            return false;
        if (_databases is not null && !_databases.Contains(database) && !(_sameUser && database == user))
            return false;
        if (_users is not null && !_users.Contains(user))
            return false;
        if (_network is not { } network)
            return true;
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == network.BaseAddress.AddressFamily && network.Contains(plain);
    }

    /// <summary>Reads a rule. Returns what is wrong with it, or null; a comment or an empty line gives no rule.</summary>
    public static string? Parse(string line, out AccessRule? rule)
    {
        rule = null;
        if (Words(line) is not { } words)
            return "a quotation mark is not closed";
        if (words.Count == 0)
            return null;
        if (words.Count < 5)
            return "expected TYPE DATABASE USER ADDRESS METHOD";
        bool? secure;
        switch (words[0])
        {
            case "host": secure = null; break;
            case "hostssl": secure = true; break;
            case "hostnossl": secure = false; break;
            default: return $"unknown connection type \"{words[0]}\"";
        }

        HashSet<string>? databases = Names(words[1]), users = Names(words[2]);
        if (users?.FirstOrDefault(static name => name.StartsWith('+') || name.StartsWith('/')) is { } pattern)
            return $"user \"{pattern}\": groups and patterns are not supported";
        int at = 4;
        IPNetwork? network = null;
        if (words[3] != "all")
        {
            string text = words[3];
            if (IPAddress.TryParse(text, out IPAddress? address))
            {
                if (!IPAddress.TryParse(words[4], out IPAddress? mask) || mask.AddressFamily != address.AddressFamily)
                    return $"address \"{text}\" has no mask";
                int bits = mask.GetAddressBytes().Sum(static b => int.PopCount(b));
                text = $"{text}/{bits}";
                at = 5;
            }

            if (!TryParseNetwork(text, out IPNetwork parsed))
                return $"invalid address \"{words[3]}\": names of hosts are not supported";
            network = parsed;
        }

        if (at >= words.Count)
            return "expected a method";
        AccessMethod? method = words[at] switch
        {
            "trust" => AccessMethod.Trust,
            "reject" => AccessMethod.Reject,
            "scram-sha-256" => AccessMethod.Scram,
            "md5" => AccessMethod.Password,
            "password" => AccessMethod.CleartextPassword,
            "cert" => AccessMethod.Certificate,
            _ => null,
        };
        if (method is not { } known)
            return $"unknown authentication method \"{words[at]}\"";
        if (known == AccessMethod.Certificate && secure != true)
            return "cert authentication is only supported on hostssl connections";
        ClientCertificateCheck certificate = known == AccessMethod.Certificate ? ClientCertificateCheck.Name : ClientCertificateCheck.None;
        for (int i = at + 1; i < words.Count; i++)
            if (ParseOption(words[i], secure == true, known, ref certificate) is { } error)
                return error;
        rule = new AccessRule(secure, databases, databases?.Contains("sameuser") ?? false, users, network, known, certificate);
        return null;
    }

    private static string? ParseOption(string word, bool isSecure, AccessMethod method, ref ClientCertificateCheck certificate)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? word : word[..equals], value = equals < 0 ? "" : word[(equals + 1)..];
        switch (name)
        {
            case "clientcert" when !isSecure:
                return "clientcert can only be configured for \"hostssl\" rows";
            case "clientcert" when value == "verify-full":
                certificate = ClientCertificateCheck.Name;
                return null;
            case "clientcert" when value == "verify-ca" && method == AccessMethod.Certificate:
                return "clientcert only accepts \"verify-full\" when using \"cert\" authentication";
            case "clientcert" when value == "verify-ca":
                certificate = ClientCertificateCheck.Authority;
                return null;
            case "clientcert":
                return $"invalid value for clientcert: \"{value}\"";
            case "clientname" when value == "CN":
                return null;
            case "clientname" or "map":
                return $"authentication option \"{word}\" is not supported";
            default:
                return $"unrecognized authentication option name: \"{name}\"";
        }
    }

    // The address may have bits set beyond the prefix, as PostgreSQL allows.
    private static bool TryParseNetwork(string text, out IPNetwork network)
    {
        network = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IPAddress.TryParse(text.AsSpan(0, slash), out IPAddress? address) || !int.TryParse(text.AsSpan(slash + 1), out int prefix))
            return false;
        byte[] bytes = address.GetAddressBytes();
        if (prefix < 0 || prefix > bytes.Length * 8)
            return false;
        for (int i = 0; i < bytes.Length; i++)
        {
            int bits = Math.Clamp(prefix - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF00 >> bits);
        }

        network = new IPNetwork(new IPAddress(bytes), prefix);
        return true;
    }

    private static HashSet<string>? Names(string word) => word == "all" ? null : [.. word.Split(',', StringSplitOptions.RemoveEmptyEntries)];

    // Words separated by white space, '"' around names with spaces, '#' before a comment. Null when a quotation mark is not closed.
    private static List<string>? Words(string line)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool inside = false, quoted = false;
        foreach (char c in line)
        {
            if (c == '"')
            {
                quoted = !quoted;
                inside = true;
            }
            else if (quoted || !(char.IsWhiteSpace(c) || c == '#'))
            {
                word.Append(c);
                inside = true;
            }
            else
            {
                if (inside)
                    words.Add(word.ToString());
                word.Clear();
                inside = false;
                if (c == '#')
                    return words;
            }
        }

        if (inside)
            words.Add(word.ToString());
        return quoted ? null : words;
    }
}
