using System.Collections.Frozen;
using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions.Routines;

/// <summary>
/// DO, as far as it needs no procedural language: blocks of SQL statements with exception handlers, IF and RAISE, which is what migrations are made of (create this unless it exists). Variables, loops and the rest of PL/pgSQL raise
/// 0A000. A block with handlers is a subtransaction: what it did is undone before a handler runs.
/// </summary>
internal sealed class AnonymousBlock(SessionContext context)
{
    private const string Savepoint = "anonymous block";

    // Words that begin statements of PL/pgSQL and none of SQL.
    private static readonly FrozenSet<string> s_procedural = new[]
    {
        "declare", "loop", "while", "for", "foreach", "exit", "continue", "return", "case", "get", "open", "assert", "<<",
    }.ToFrozenSet();

    private abstract record Step;

    private sealed record SqlStep(string Text) : Step;

    private sealed record DynamicStep(string Expression) : Step;

    private sealed record RaiseStep(RaiseStatement Statement) : Step;

    private sealed record ConditionStep(List<(string Condition, List<Step> Steps)> Branches, List<Step> Otherwise) : Step;

    private sealed record BlockStep(List<Step> Steps, List<(List<string> States, List<Step> Steps)> Handlers) : Step;

    private static ulong s_version;

    // What the innermost running handler got.
    private SqlException? _handled;

    /// <summary>Runs a DO. Throws 0A000 for another language and for what would need one, 42601, and what its statements raise.</summary>
    public UtilityResult Execute(DoStatement statement)
    {
        string? body = null, language = null;
        foreach (DefinitionElement option in statement.Options)
        {
            if (option.Name == "as")
                body = ((StringLiteral)option.Value!).Value;
            else if (option.Name == "language")
                language = Ddl.DefinitionValues.Text(option);
        }

        if (body is null)
            throw new SqlException(SqlState.SyntaxError, "no inline code specified");
        if (language is not (null or "plpgsql"))
            throw BuiltinNames.Find("pg_language", "lanname", language) is null
                ? new SqlException(SqlState.UndefinedObject, $"language \"{language}\" does not exist")
                : new SqlException(SqlState.FeatureNotSupported, $"language \"{language}\" does not support inline code execution");
        var scanner = new BlockScanner(body);
        scanner.Expect("begin");
        BlockStep block = ParseBlock(scanner);
        scanner.Accept(';');
        if (!scanner.IsAtEnd)
            throw scanner.Unexpected();
        Run(block);
        return new UtilityResult("DO");
    }

    private static BlockStep ParseBlock(BlockScanner scanner)
    {
        List<Step> steps = ParseSteps(scanner);
        var handlers = new List<(List<string>, List<Step>)>();
        if (scanner.Accept("exception"))
        {
            while (scanner.Accept("when"))
            {
                var states = new List<string>();
                do
                {
                    states.Add(ParseCondition(scanner));
                }
                while (scanner.Accept("or"));
                scanner.Expect("then");
                handlers.Add((states, ParseSteps(scanner)));
            }
        }

        scanner.Expect("end");
        return new BlockStep(steps, handlers);
    }

    private static string ParseCondition(BlockScanner scanner)
    {
        string name = scanner.Peek();
        scanner.Expect(name);
        if (name == "others")
            return "";
        if (name == "sqlstate")
            return scanner.Until("then").Trim().Trim('\'');
        return BlockConditions.StateOf(name);
    }

    private static List<Step> ParseSteps(BlockScanner scanner)
    {
        DepthGuard.Check();
        var steps = new List<Step>();
        while (scanner.Peek() is not ("end" or "exception" or "when" or "elsif" or "elseif" or "else"))
        {
            string word = scanner.Peek();
            if (scanner.IsAtEnd)
                throw scanner.Unexpected();
            if (word.Length == 0 && !scanner.Accept('('))
                throw Unsupported();
            if (s_procedural.Contains(word))
                throw Unsupported();
            if (scanner.Accept("begin"))
            {
                steps.Add(ParseBlock(scanner));
                scanner.Expect(';');
            }
            else if (scanner.Accept("if"))
            {
                steps.Add(ParseIf(scanner));
            }
            else if (scanner.Accept("raise"))
            {
                steps.Add(new RaiseStep(new RaiseStatement(scanner)));
            }
            else if (scanner.Accept("null"))
            {
                scanner.Expect(';');
            }
            else if (scanner.Accept("perform"))
            {
                steps.Add(new SqlStep("SELECT " + scanner.Until(null)));
            }
            else if (scanner.Accept("execute"))
            {
                steps.Add(new DynamicStep(scanner.Until(null)));
            }
            else
            {
                string text = scanner.Until(null);
                if (text.Contains(":=", StringComparison.Ordinal) && word is not ("select" or "call" or "insert" or "update"))
                    throw Unsupported();
                steps.Add(new SqlStep(text));
            }
        }

        return steps;
    }

    private static ConditionStep ParseIf(BlockScanner scanner)
    {
        var branches = new List<(string, List<Step>)>();
        do
        {
            string condition = scanner.Until("then");
            scanner.Expect("then");
            branches.Add((condition, ParseSteps(scanner)));
        }
        while (scanner.Accept("elsif") || scanner.Accept("elseif"));
        List<Step> otherwise = scanner.Accept("else") ? ParseSteps(scanner) : [];
        scanner.Expect("end");
        scanner.Expect("if");
        scanner.Expect(';');
        return new ConditionStep(branches, otherwise);
    }

    private static SqlException Unsupported() =>
        new(SqlState.FeatureNotSupported, "DO is supported for SQL statements, IF, RAISE and exception handlers only") { Hint = "Write the block without variables and loops." };

    private void Run(List<Step> steps)
    {
        foreach (Step step in steps)
            switch (step)
            {
                case SqlStep sql:
                    RunSql(sql.Text);
                    break;
                case DynamicStep dynamic:
                    RunSql(Evaluate(dynamic.Expression) ?? throw new SqlException(SqlState.NullValueNotAllowed, "query string argument of EXECUTE is null"));
                    break;
                case ConditionStep condition:
                    Run(condition.Branches.FirstOrDefault(branch => Evaluate($"({branch.Condition})::pg_catalog.bool") == "t") is { Steps: { } taken } ? taken : condition.Otherwise);
                    break;
                case RaiseStep { Statement: { IsRepeat: true } repeat }:
                    throw _handled ?? repeat.NoHandler();
                case RaiseStep raise:
                    raise.Statement.Run(context, Evaluate);
                    break;
                case BlockStep block:
                    Run(block);
                    break;
            }
    }

    private void Run(BlockStep block)
    {
        if (block.Handlers.Count == 0)
        {
            Run(block.Steps);
            return;
        }

        TransactionBlock transactions = context.Transactions;
        transactions.DefineSavepoint(Savepoint);
        try
        {
            Run(block.Steps);
            transactions.ReleaseSavepoint(Savepoint);
        }
        catch (SqlException error) when (!error.IsFatal && HandlerFor(block, error) is not null)
        {
            transactions.UndoSavepoint(Savepoint);
            SqlException? outer = _handled;
            _handled = error;
            Run(HandlerFor(block, error)!);
            _handled = outer;
        }
    }

    // OTHERS is everything but what must stop the statement.
    private static List<Step>? HandlerFor(BlockStep block, SqlException error)
    {
        foreach ((List<string> states, List<Step> steps) in block.Handlers)
            if (states.Contains(error.State.Code) || (states.Contains("") && error.State != SqlState.QueryCanceled))
                return steps;
        return null;
    }

    private void RunSql(string text)
    {
        context.RoutineRunner.CallProcedure(RoutineOf(text, TypeOid.Void).Function, [])?.Dispose();
        context.Transactions.Current.AdvanceCommand();
    }

    // The text of an expression's value, as its type's output function writes it. In a handler the expression may name the error.
    private string? Evaluate(string expression)
    {
        string error = _handled is { } handled
            ? $" FROM (SELECT {TextFunctions.QuoteLiteral(handled.Message)}, {TextFunctions.QuoteLiteral(handled.State.Code)}) AS handled(sqlerrm, sqlstate)" : "";
        string query = $"SELECT CASE WHEN value IS DISTINCT FROM NULL THEN pg_catalog.concat(value) END FROM (SELECT {expression}{error} OFFSET 0) AS given(value)";
        using Execution.RowStore? rows = context.RoutineRunner.CallProcedure(RoutineOf(query, TypeOid.Text).Function, []);
        if (rows is null || rows.Count == 0)
            return null;
        Vector value = rows.ChunkOf(0)[0];
        return value.IsNull(0) ? null : System.Text.Encoding.UTF8.GetString(value.GetBytes(0));
    }

    // Each is a routine of its own, so that no plan of another is taken for it.
    private RoutineInfo RoutineOf(string text, uint result) => new()
    {
        Oid = 0,
        Version = Interlocked.Increment(ref s_version),
        Name = "inline_code_block",
        SchemaOid = CatalogOids.CatalogSchema,
        OwnerOid = context.CurrentUserOid,
        LanguageOid = RoutineInfo.SqlLanguage,
        Kind = FunctionKind.Procedure,
        ReturnType = result,
        Source = text,
    };
}
