using System.Globalization;
using Strata.Platform;

namespace Strata.Differential;

/// <summary>Makes the statements of one round, of all kinds, over the tables of that round.</summary>
internal sealed class SubjectMaker
{
    private readonly Generator _generator;
    private readonly DriverOptions _options;
    private readonly Schema _schema;
    private readonly QueryGenerator _queries;
    private readonly DmlGenerator _changes;
    private readonly Grammar _grammarQueries;
    private readonly Grammar _grammarScalars;
    private readonly Grammar _grammarChanges;
    private readonly Grammar[] _families;
    private readonly Mutation _mutation;

    public SubjectMaker(Generator generator, DriverOptions options)
    {
        _generator = generator;
        _options = options;
        _schema = new Schema(Random);
        _queries = new QueryGenerator(generator, _schema);
        _changes = new DmlGenerator(Random, _schema);
        _grammarQueries = new Grammar(generator, "expressions", "queries");
        _grammarScalars = new Grammar(generator, "scalars");
        _grammarChanges = new Grammar(generator, "changes");
        _families = [.. Grammar.Families.Select(file => new Grammar(generator, file))];
        _mutation = new Mutation(Random);
        GrammarSetup = GrammarTables.Script(new Grammar(generator, "rows"));
        Setup = "DROP TABLE IF EXISTS t0, t1, t2, t3, t4\n" + _schema.Script + GrammarSetup;
    }

    /// <summary>Statements that make all tables, one a line.</summary>
    public string Setup { get; }

    private string GrammarSetup { get; }

    private IRandom Random => _generator.Random;

    public Subject Next()
    {
        string kind = _options.Kinds[Random.Next(_options.Kinds.Count)];
        int depth = 4 + Random.Next(5);
        return kind switch
        {
            "call" => new Subject(Scalar(), kind, "", false, false),
            "tables" => new Subject(_queries.Query(), kind, _schema.Script, false, false),
            "rows" => new Subject(Changed(), kind, _schema.Script, true, false),
            "query" => new Subject(_grammarQueries.Expand("query", depth), kind, GrammarSetup, false, false),
            "scalar" => new Subject(_grammarScalars.Expand("scalar", depth), kind, GrammarSetup, false, false),
            "script" => new Subject(_grammarChanges.Script("script", depth), kind, GrammarSetup, true, false, Random.Next(2) == 0),
            "family" => Family(Random.Next(_families.Length), depth),
            "mistake" => new Subject(_mutation.Of(_grammarQueries.Expand("query", depth).ToString().TrimStart('!')), kind, GrammarSetup, false, true),
            _ when Grammar.Families.ToList().IndexOf(Grammar.FamilyPrefix + kind) is >= 0 and var family => Family(family, depth),
            _ => throw new ArgumentException($"no kind of statement {kind}"),
        };
    }

    private Subject Family(int family, int depth) =>
        new(_families[family].Script("script", depth), Grammar.Families[family][Grammar.FamilyPrefix.Length..], GrammarSetup, true, false, Random.Next(2) == 0);

    private Node Changed()
    {
        (Node statement, Table table) = _changes.Statement();
        return Node.List(";;", [statement, Node.Of("statement", $"!SELECT * FROM {table.Name} ORDER BY id")]);
    }

    private Node Scalar()
    {
        switch (Random.Next(12))
        {
            case 2:
                return new RegexGenerator(Random).Statement();
            case 0:
                return Aggregate();
            case 1:
                return Node.Of("select", "SELECT * FROM ", _generator.AnyCall(2), " AS f");
            default:
                return Node.Of("select", "SELECT ", _generator.AnyCall(1 + Random.Next(3)), " AS x");
        }
    }

    /// <summary>An aggregate over a few rows of constants.</summary>
    private Node Aggregate()
    {
        Node[] rows = [.. Enumerable.Range(0, 1 + Random.Next(4)).Select(static _ => Node.Of("row"))];
        var columns = new List<string>();
        Node aggregate = _generator.AnyAggregate(type =>
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"a{columns.Count}");
            columns.Add(name);
            for (int i = 0; i < rows.Length; i++)
            {
                List<object> parts = [.. rows[i].Parts, columns.Count > 1 ? ", " : "", Node.Value(":" + type, Values.Constant(type, Random) + "::" + type)];
                rows[i].Exchange(parts);
            }

            return Node.Value("column", name);
        });
        return columns.Count == 0 ? Node.Of("select", "SELECT ", aggregate)
            : Node.Of("select", "SELECT ", aggregate, " FROM (VALUES ", Node.List(", ", rows.Select(static row => Node.Of("row", "(", row, ")"))), $") AS v({string.Join(", ", columns)})");
    }
}
