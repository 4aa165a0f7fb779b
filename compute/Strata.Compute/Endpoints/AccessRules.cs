using System.Net;
using Strata.Format.Control;

namespace Strata.Compute.Endpoints;

/// <summary>Who may connect to an endpoint, and how they prove it: the first rule that speaks of a connection counts. Immutable.</summary>
public sealed class AccessRules
{
    private readonly AccessRule[] _rules;

    private AccessRules(AccessRule[] rules) => _rules = rules;

    /// <summary>Everybody with a password.</summary>
    public static AccessRules Default { get; } = Parse(["host all all all md5"]);

    /// <summary>The rules of an endpoint's settings. A line that can't be read is taken as one that lets nobody in: it may have been meant to keep somebody out.</summary>
    public static AccessRules Parse(IReadOnlyList<string>? lines)
    {
        if (lines is null || lines.Count == 0)
            return Default;
        List<AccessRule> rules = [];
        foreach (string line in lines)
        {
            if (AccessRule.Parse(line, out AccessRule? rule) is not null)
                AccessRule.Parse("host all all all reject", out rule);
            if (rule is not null)
                rules.Add(rule);
        }

        return new AccessRules([.. rules]);
    }

    /// <summary>The rule that says how a client must authenticate; null when none speaks of it, which keeps it out.</summary>
    public AccessRule? Find(bool isSecure, string database, string user, IPAddress address)
    {
        foreach (AccessRule rule in _rules)
        {
            if (rule.Matches(isSecure, database, user, address))
                return rule;
        }

        return null;
    }
}
