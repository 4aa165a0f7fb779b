using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Strata.Platform;

namespace Strata.Differential;

/// <summary>
/// Random SQL from rules. A rule is a line "name:" with its alternatives on the lines after it, indented by two spaces; each has the same chance. In an alternative
/// &lt;name&gt; stands for a rule, &lt;name*&gt; for a list of up to three, [? … ?] for what may be left out, ;; for the end of a statement of a script, ε for nothing.
/// &lt;name§ab&gt; passes the aliases a and b on, &lt;name§&gt; those that were passed, &lt;name§+c&gt; these and c, &lt;name§1&gt; one of them; a § in the text is one of the aliases.
/// &lt;v_type&gt; is a constant of a type and &lt;e_type&gt; an expression from PostgreSQL's catalog, both of any type without a name.
/// </summary>
internal sealed partial class Grammar
{
    /// <summary>Before the name of a family in <see cref="Families"/>.</summary>
    public const string FamilyPrefix = "family.";

    private const int ListMax = 3;
    private const char Aliases = '§';
    private const string Extension = ".grammar";

    private static readonly Dictionary<string, string> s_typeNames = new(StringComparer.Ordinal)
    {
        ["timestamp"] = "timestamp without time zone",
        ["timestamptz"] = "timestamp with time zone",
        ["time"] = "time without time zone",
        ["timetz"] = "time with time zone",
        ["bitvarying"] = "bit varying",
    };

    private readonly Dictionary<string, List<Alternative>> _rules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _depths = new(StringComparer.Ordinal);
    private readonly Generator _generator;

    /// <summary>A piece of an alternative: text, a rule, or what may be left out.</summary>
    private abstract record Piece;

    private sealed record Text(string Value) : Piece;

    private sealed record Reference(string Name, string? Parameter, bool IsList) : Piece;

    private sealed record Option(List<Piece> Pieces) : Piece;

    private sealed record Alternative(List<Piece> Pieces, int Number)
    {
        public int Depth { get; set; }
    }

    public Grammar(Generator generator, params string[] files)
    {
        _generator = generator;
        foreach (string file in files)
            Read(Resource(file + Extension));
        foreach (string name in _rules.Keys)
            _depths[name] = int.MaxValue / 2;
        while (Deepen())
        {
        }
    }

    private IRandom Random => _generator.Random;

    /// <summary>A file that is built into this program.</summary>
    public static string Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new FileNotFoundException(name);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Names of the families: files of scripts about one subject each.</summary>
    public static IReadOnlyList<string> Families { get; } = [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(static name => name.StartsWith(FamilyPrefix, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal))
        .Select(static name => name[..^Extension.Length]).Order(StringComparer.Ordinal)];

    /// <summary>One random statement or piece.</summary>
    public Node Expand(string rule, int depth) => Expand(rule, "", depth);

    /// <summary>A script: its statements are the items of a list.</summary>
    public Node Script(string rule, int depth)
    {
        var statements = new List<Node>();
        var parts = new List<object>();
        foreach (object part in Dissolve(Expand(rule, depth)))
        {
            if (part is not string text)
            {
                parts.Add(part);
                continue;
            }

            string[] cut = text.Split(";;");
            for (int i = 0; i < cut.Length; i++)
            {
                if (i > 0)
                {
                    statements.Add(Node.Of("statement", [.. parts]));
                    parts.Clear();
                }

                if (cut[i].Length > 0)
                    parts.Add(cut[i]);
            }
        }

        statements.Add(Node.Of("statement", [.. parts]));
        return Node.List(";;", statements);
    }

    private static IEnumerable<object> Dissolve(Node node)
    {
        foreach (object part in node.Parts)
        {
            if (part is Node child && child.ToString().Contains(";;", StringComparison.Ordinal))
            {
                foreach (object inner in Dissolve(child))
                    yield return inner;
            }
            else
            {
                yield return part;
            }
        }
    }

    private void Read(string text)
    {
        List<Alternative>? current = null;
        foreach (string line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line[0] != ' ')
                _rules.Add(line.TrimEnd(':'), current = []);
            else
                current!.Add(new Alternative(Parse(line[2..] == "ε" ? "" : line[2..]), current.Count));
        }
    }

    [GeneratedRegex(@"<(?<name>[a-z][a-z0-9_\[\]]*)(?<param>§[a-z0-9+]*)?(?<list>\*)?>|\[\?|\?\]")]
    private static partial Regex Mark();

    private static List<Piece> Parse(string line)
    {
        var open = new Stack<List<Piece>>();
        var pieces = new List<Piece>();
        int at = 0;
        foreach (Match match in Mark().Matches(line))
        {
            if (match.Index > at)
                pieces.Add(new Text(line[at..match.Index]));
            at = match.Index + match.Length;
            if (match.Value == "[?")
            {
                open.Push(pieces);
                pieces = [];
            }
            else if (match.Value == "?]")
            {
                var option = new Option(pieces);
                pieces = open.Pop();
                pieces.Add(option);
            }
            else
            {
                pieces.Add(new Reference(match.Groups["name"].Value, match.Groups["param"].Success ? match.Groups["param"].Value[1..] : null, match.Groups["list"].Success));
            }
        }

        if (at < line.Length)
            pieces.Add(new Text(line[at..]));
        return pieces;
    }

    private static bool IsBuiltIn(string name) => name.StartsWith("v_", StringComparison.Ordinal) || name.StartsWith("e_", StringComparison.Ordinal);

    /// <summary>One step to the least depth of each rule; false when all are known.</summary>
    private bool Deepen()
    {
        bool changed = false;
        foreach ((string name, List<Alternative> alternatives) in _rules)
        {
            foreach (Alternative alternative in alternatives)
            {
                alternative.Depth = alternative.Pieces.OfType<Reference>().Select(DepthOf).DefaultIfEmpty(-1).Max() + 1;
                if (alternative.Depth >= _depths[name])
                    continue;
                _depths[name] = alternative.Depth;
                changed = true;
            }
        }

        return changed;
    }

    private int DepthOf(Reference reference) => _rules.ContainsKey(reference.Name) ? _depths[reference.Name]
        : IsBuiltIn(reference.Name) ? 0 : throw new KeyNotFoundException($"grammar: no rule {reference.Name}");

    private Node Expand(string rule, string aliases, int depth)
    {
        if (!_rules.TryGetValue(rule, out List<Alternative>? alternatives))
            return Constant(rule);
        List<Alternative> possible = alternatives.FindAll(alternative => alternative.Depth <= depth);
        if (possible.Count == 0)
            possible = alternatives.FindAll(alternative => alternative.Depth == _depths[rule]);
        Alternative chosen = possible[Random.Next(possible.Count)];
        Alternative? plain = alternatives.Find(static alternative => alternative.Pieces is [Text { Value: not "" }]);
        string? simplest = plain is null || aliases.Length > 1 ? null : ((Text)plain.Pieces[0]).Value.Replace("§", aliases, StringComparison.Ordinal);
        return Node.Rule(rule + Aliases + aliases, simplest, Expand(chosen.Pieces, aliases, depth));
    }

    private List<object> Expand(List<Piece> pieces, string aliases, int depth)
    {
        var parts = new List<object>();
        foreach (Piece piece in pieces)
        {
            switch (piece)
            {
                case Text text:
                    parts.Add(WithAliases(text.Value, aliases));
                    break;
                case Option option when Random.Next(2) == 0 && option.Pieces.OfType<Reference>().All(reference => DepthOf(reference) < depth):
                    parts.Add(Node.Optional([.. Expand(option.Pieces, aliases, depth)]));
                    break;
                case Reference { IsList: true } list:
                    parts.Add(Node.List(", ", Enumerable.Range(0, 1 + Random.Next(ListMax)).Select(_ => Expand(list.Name, Passed(list, aliases), depth - 1)).ToList()));
                    break;
                case Reference reference:
                    parts.Add(Expand(reference.Name, Passed(reference, aliases), depth - 1));
                    break;
            }
        }

        return parts;
    }

    private string Passed(Reference reference, string aliases) => reference.Parameter switch
    {
        null or "" => reference.Parameter is null ? "" : aliases,
        "1" => aliases[Random.Next(aliases.Length)].ToString(),
        ['+', .. var more] => aliases + more,
        var given => given,
    };

    private string WithAliases(string text, string aliases) =>
        aliases.Length == 0 ? text : string.Concat(text.Select(c => c == Aliases ? aliases[Random.Next(aliases.Length)] : c));

    private Node Constant(string name)
    {
        string type = name.Length == 2 ? _generator.AnyType() : s_typeNames.GetValueOrDefault(name[2..], name[2..]);
        return name[0] == 'v' ? Node.Value("value", Values.Constant(type, Random)) : _generator.Expression(type, 2);
    }
}
