using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints functions, procedures, aggregates, languages and DO.</summary>
internal static class RoutineDeparser
{
    /// <summary>Writes the statement if it is one of these.</summary>
    public static bool TryWrite(SqlWriter w, Statement statement)
    {
        switch (statement)
        {
            case CreateFunctionStatement create:
                WriteCreate(w, create);
                break;
            case AlterFunctionStatement alter:
                w.Word("ALTER").Word(ObjectDeparser.KindText(alter.Kind));
                ObjectDeparser.WriteFunction(w, alter.Function);
                WriteOptions(w, alter.Options);
                break;
            case ReturnStatement @return:
                w.Word("RETURN");
                ExpressionDeparser.Write(w, @return.Value);
                break;
            case DefineStatement define:
                WriteDefine(w, define);
                break;
            case DoStatement @do:
                w.Word("DO");
                foreach (DefinitionElement option in @do.Options)
                {
                    w.WordIf(option.Name == "language", "LANGUAGE");
                    w.String(((StringLiteral)option.Value!).Value);
                }

                break;
            case CreateLanguageStatement language:
                WriteLanguage(w, language);
                break;
            default:
                return false;
        }

        return true;
    }

    private static void WriteCreate(SqlWriter w, CreateFunctionStatement create)
    {
        w.Word("CREATE").WordIf(create.OrReplace, "OR REPLACE").Word(create.IsProcedure ? "PROCEDURE" : "FUNCTION").Name(create.Name).Raw("(");
        bool isFirst = true;
        bool returnsTable = false;
        foreach (FunctionParameter parameter in create.Parameters)
        {
            if (parameter.Mode == ParameterMode.Table)
            {
                returnsTable = true;
                continue;
            }

            w.Raw(isFirst ? "" : ",");
            ObjectDeparser.WriteParameter(w, parameter);
            isFirst = false;
        }

        w.Raw(")");
        if (returnsTable)
        {
            WriteReturnsTable(w, create.Parameters);
        }
        else if (create.ReturnType is not null)
        {
            w.Word("RETURNS");
            TypeDeparser.Write(w, create.ReturnType);
        }

        WriteOptions(w, create.Options);
        if (create.Body is not null)
        {
            WriteBody(w, create.Body);
        }
    }

    private static void WriteReturnsTable(SqlWriter w, SyntaxList<FunctionParameter> parameters)
    {
        w.Word("RETURNS TABLE (");
        bool isFirst = true;
        foreach (FunctionParameter parameter in parameters)
        {
            if (parameter.Mode == ParameterMode.Table)
            {
                w.Raw(isFirst ? "" : ",");
                w.Id(parameter.Name!);
                TypeDeparser.Write(w, parameter.Type);
                isFirst = false;
            }
        }

        w.Raw(")");
    }

    private static void WriteBody(SqlWriter w, RoutineBody body)
    {
        if (body.Return is not null)
        {
            w.Word("RETURN");
            ExpressionDeparser.Write(w, body.Return);
            return;
        }

        w.Word("BEGIN ATOMIC");
        foreach (Statement statement in body.Statements)
        {
            StatementDeparser.Write(w, statement);
            w.Raw(";");
        }

        w.Word("END");
    }

    private static void WriteOptions(SqlWriter w, SyntaxList<DefinitionElement> options)
    {
        foreach (DefinitionElement option in options)
        {
            WriteOption(w, option);
        }
    }

    private static void WriteOption(SqlWriter w, DefinitionElement option)
    {
        bool isTrue = option.Value is BooleanLiteral { Value: true };
        switch (option.Name)
        {
            case "as":
                w.Word("AS").List(((ValueList)option.Value!).Values, static (writer, value) => writer.String(((StringLiteral)value).Value));
                break;
            case "language":
                w.Word("LANGUAGE").Id(((StringLiteral)option.Value!).Value);
                break;
            case "transform":
                w.Word("TRANSFORM").List(((ValueList)option.Value!).Values, static (writer, value) =>
                {
                    writer.Word("FOR TYPE");
                    TypeDeparser.Write(writer, (TypeName)value);
                });
                break;
            case "window":
                w.Word("WINDOW");
                break;
            case "strict":
                w.Word(isTrue ? "STRICT" : "CALLED ON NULL INPUT");
                break;
            case "volatility":
                w.Word(((StringLiteral)option.Value!).Value.ToUpperInvariant());
                break;
            case "security":
                w.Word(isTrue ? "SECURITY DEFINER" : "SECURITY INVOKER");
                break;
            case "leakproof":
                w.Word(isTrue ? "LEAKPROOF" : "NOT LEAKPROOF");
                break;
            case "support":
                w.Word("SUPPORT").Name((QualifiedName)option.Value!);
                break;
            case "parallel":
                w.Word("PARALLEL").Id(((StringLiteral)option.Value!).Value);
                break;
            case "set":
                UtilityDeparser.WriteSet(w, (SetStatement)option.Value!, isLocal: false);
                break;
            default:
                w.Word(option.Name.ToUpperInvariant());
                ExpressionDeparser.Write(w, (Expression)option.Value!);
                break;
        }
    }

    private static void WriteDefine(SqlWriter w, DefineStatement define)
    {
        w.Word("CREATE").WordIf(define.OrReplace, "OR REPLACE").Word(ObjectDeparser.KindText(define.Kind)).WordIf(define.IfNotExists, "IF NOT EXISTS");
        if (define.Kind == ObjectKind.Operator)
        {
            ExpressionDeparser.WriteBareOperator(w, new OperatorName(define.Name.Parts, true, -1));
        }
        else
        {
            w.Name(define.Name);
        }

        if (define.Arguments is not null)
        {
            ObjectDeparser.WriteAggregateArguments(w, define.Arguments);
        }

        if (define.From is not null)
        {
            w.Word("FROM").Name(define.From);
        }
        else if (define.HasDefinition)
        {
            OptionDeparser.WriteParenthesized(w, define.Definition);
        }
    }

    private static void WriteLanguage(SqlWriter w, CreateLanguageStatement language)
    {
        w.Word("CREATE").WordIf(language.OrReplace, "OR REPLACE").WordIf(language.IsTrusted, "TRUSTED").Word("LANGUAGE").Id(language.Name);
        if (language.Handler is not null)
        {
            w.Word("HANDLER").Name(language.Handler);
        }

        if (language.Inline is not null)
        {
            w.Word("INLINE").Name(language.Inline);
        }

        if (language.Validator is not null)
        {
            w.Word("VALIDATOR").Name(language.Validator);
        }
    }
}
