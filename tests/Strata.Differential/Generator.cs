using System.Globalization;
using Strata.Platform;

namespace Strata.Differential;

/// <summary>Random expressions of a wanted type from PostgreSQL's catalog.</summary>
internal sealed class Generator(Registry registry, IRandom random, HashSet<string> quarantine)
{
    private static readonly string[] s_types = [.. Values.Types];

    public IRandom Random => random;

    public T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    public bool OneIn(int n) => random.Next(n) == 0;

    public string AnyType() => Pick(s_types);

    /// <summary>A call of a random function, operator or cast: every one has the same chance.</summary>
    public Node AnyCall(int depth)
    {
        while (true)
        {
            Maker maker = Pick(registry.All);
            if (maker.Form != 'a' && !quarantine.Contains(maker.Key))
                return Call(maker, depth);
        }
    }

    public Node AnyAggregate(Func<string, Node> argument)
    {
        while (true)
        {
            Maker maker = Pick(registry.All);
            if (maker.Form == 'a' && !quarantine.Contains(maker.Key))
                return Aggregate(maker, argument);
        }
    }

    private static Node Aggregate(Maker maker, Func<string, Node> argument) => (maker.Arguments.Length == 0
        ? Node.Of(":" + maker.Result, maker.Name + "(*)")
        : Node.Of(":" + maker.Result, [maker.Name + "(", .. Separate(maker.Arguments.Select(argument)), ")"])).Tagged(maker.Key);

    public Node Expression(string type, int depth)
    {
        if (depth <= 0 || OneIn(3))
            return Node.Value(":" + type, Values.Constant(type, random));
        if (OneIn(10))
            return Special(type, depth - 1);
        IReadOnlyList<Maker> makers = registry.Making(type);
        for (int tries = 0; makers.Count > 0 && tries < 8; tries++)
        {
            Maker maker = Pick(makers);
            if (maker.Form is not ('a' or 's') && !quarantine.Contains(maker.Key))
                return Call(maker, depth);
        }

        return Node.Value(":" + type, Values.Constant(type, random));
    }

    private Node Special(string type, int depth)
    {
        Node Same() => Expression(type, depth);
        Node Condition() => Expression("boolean", depth);
        return random.Next(type == "boolean" ? 9 : 4) switch
        {
            0 => Node.Of(":" + type, "CASE WHEN ", Condition(), " THEN ", Same(), " ELSE ", Same(), " END"),
            1 => Node.Of(":" + type, "COALESCE(", Same(), ", ", Same(), ")"),
            2 => Node.Of(":" + type, "(SELECT ", Same(), ")"),
            3 => Node.Of(":" + type, "(ARRAY[", Same(), ", ", Same(), "])[", Expression("integer", depth), "]"),
            4 => Node.Of(":boolean", "(", Condition(), Pick<string>([" AND ", " OR "]), Condition(), ")"),
            5 => Node.Of(":boolean", "(NOT ", Condition(), ")"),
            6 => Node.Of(":boolean", "(", Expression(AnyType(), depth), Pick<string>([" IS NULL", " IS NOT NULL"]), ")"),
            7 => Node.Of(":boolean", "(", Condition(), Pick<string>([" IS TRUE", " IS NOT FALSE", " IS UNKNOWN"]), ")"),
            _ => Node.Of(":boolean", "(", Expression("integer", depth), " IN (", Expression("integer", depth), ", ", Expression("integer", depth), "))"),
        };
    }

    private static IEnumerable<object> Separate(IEnumerable<Node> nodes)
    {
        bool first = true;
        foreach (Node node in nodes)
        {
            if (!first)
                yield return ", ";
            first = false;
            yield return node;
        }
    }

    private Node Call(Maker maker, int depth)
    {
        Node[] arguments = [.. maker.Arguments.Select(type => Expression(type, depth - 1))];
        string kind = ":" + maker.Result;
        Node call = maker.Form switch
        {
            'o' => Node.Of(kind, "(", arguments[0], $" {maker.Name} ", arguments[1], ")"),
            'l' => Node.Of(kind, $"({maker.Name} ", arguments[0], ")"),
            'c' => Node.Of(kind, "(", arguments[0], $")::{maker.Name}"),
            _ => Node.Of(kind, [string.Create(CultureInfo.InvariantCulture, $"{Quoted(maker.Name)}("), .. Separate(arguments), ")"]),
        };
        return call.Tagged(maker.Key);
    }

    /// <summary>Names that the grammar has taken are called with their schema.</summary>
    private static string Quoted(string name) => $"pg_catalog.\"{name}\"";
}
