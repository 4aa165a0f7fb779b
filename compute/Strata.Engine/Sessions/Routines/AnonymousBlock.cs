using System.Collections.Frozen;
using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions.Routines;

/// <summary>
/// DO, as far as it needs no procedural language: blocks of SQL statements with exception handlers and IF, which is what migrations are made of (create this unless it exists). Variables, loops and the rest of PL/pgSQL raise
/// 0A000. A block with handlers is a subtransaction: what it did is undone before a handler runs.
/// </summary>
internal sealed class AnonymousBlock(SessionContext context)
{
    private const string Savepoint = "anonymous block";

    // Words that begin statements of PL/pgSQL and none of SQL.
    private static readonly FrozenSet<string> s_procedural = new[]
    {
        "declare", "loop", "while", "for", "foreach", "exit", "continue", "return", "case", "get", "open", "assert", "raise", "<<",
    }.ToFrozenSet();

    private static readonly FrozenDictionary<string, string> s_conditions = new Dictionary<string, string>
    {
        ["duplicate_object"] = "42710",
        ["duplicate_table"] = "42P07",
        ["duplicate_column"] = "42701",
        ["duplicate_schema"] = "42P06",
        ["duplicate_function"] = "42723",
        ["duplicate_database"] = "42P04",
        ["duplicate_alias"] = "42712",
        ["duplicate_cursor"] = "42P03",
        ["duplicate_prepared_statement"] = "42P05",
        ["unique_violation"] = "23505",
        ["foreign_key_violation"] = "23503",
        ["check_violation"] = "23514",
        ["not_null_violation"] = "23502",
        ["exclusion_violation"] = "23P01",
        ["undefined_table"] = "42P01",
        ["undefined_object"] = "42704",
        ["undefined_column"] = "42703",
        ["undefined_function"] = "42883",
        ["undefined_parameter"] = "42P02",
        ["invalid_schema_name"] = "3F000",
        ["invalid_catalog_name"] = "3D000",
        ["insufficient_privilege"] = "42501",
        ["invalid_table_definition"] = "42P16",
        ["wrong_object_type"] = "42809",
        ["invalid_column_reference"] = "42P10",
        ["feature_not_supported"] = "0A000",
        ["syntax_error"] = "42601",
        ["datatype_mismatch"] = "42804",
        ["division_by_zero"] = "22012",
        ["invalid_text_representation"] = "22P02",
        ["numeric_value_out_of_range"] = "22003",
        ["string_data_right_truncation"] = "22001",
        ["dependent_objects_still_exist"] = "2BP01",
        ["object_not_in_prerequisite_state"] = "55000",
        ["object_in_use"] = "55006",
        ["lock_not_available"] = "55P03",
        ["serialization_failure"] = "40001",
        ["deadlock_detected"] = "40P01",
        ["invalid_parameter_value"] = "22023",
        ["raise_exception"] = "P0001",
        ["no_data_found"] = "P0002",
        ["too_many_rows"] = "P0003",
        ["ambiguous_function"] = "42725",
        ["invalid_object_definition"] = "42P17",
    }.ToFrozenDictionary();

    private abstract record Step;

    private sealed record SqlStep(string Text) : Step;

    private sealed record DynamicStep(string Expression) : Step;

    private sealed record ConditionStep(List<(string Condition, List<Step> Steps)> Branches, List<Step> Otherwise) : Step;

    private sealed record BlockStep(List<Step> Steps, List<(List<string> States, List<Step> Steps)> Handlers) : Step;

    private static ulong s_version;

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
        return s_conditions.TryGetValue(name, out string? state) ? state : throw new SqlException(SqlState.UndefinedObject, $"unrecognized exception condition \"{name}\"");
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
        new(SqlState.FeatureNotSupported, "DO is supported for SQL statements, IF and exception handlers only") { Hint = "Write the block without variables, loops and messages." };

    private void Run(List<Step> steps)
    {
        foreach (Step step in steps)
            switch (step)
            {
                case SqlStep sql:
                    RunSql(sql.Text);
                    break;
                case DynamicStep dynamic:
                    RunSql(Evaluate($"SELECT ({dynamic.Expression})::pg_catalog.text") ?? throw new SqlException(SqlState.NullValueNotAllowed, "query string argument of EXECUTE is null"));
                    break;
                case ConditionStep condition:
                    Run(condition.Branches.FirstOrDefault(branch => Evaluate($"SELECT ({branch.Condition})::pg_catalog.bool::pg_catalog.text") == "true") is { Steps: { } taken } ? taken : condition.Otherwise);
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
            Run(HandlerFor(block, error)!);
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

    private string? Evaluate(string query)
    {
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
