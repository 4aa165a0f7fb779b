using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints object kinds and references.</summary>
internal static class ObjectDeparser
{
    /// <summary>The words of a kind.</summary>
    public static string KindText(ObjectKind kind) => kind switch
    {
        ObjectKind.AccessMethod => "ACCESS METHOD",
        ObjectKind.TableConstraint or ObjectKind.DomainConstraint => "CONSTRAINT",
        ObjectKind.EventTrigger => "EVENT TRIGGER",
        ObjectKind.ForeignDataWrapper => "FOREIGN DATA WRAPPER",
        ObjectKind.ForeignServer => "SERVER",
        ObjectKind.ForeignTable => "FOREIGN TABLE",
        ObjectKind.LargeObject => "LARGE OBJECT",
        ObjectKind.MaterializedView => "MATERIALIZED VIEW",
        ObjectKind.OperatorClass => "OPERATOR CLASS",
        ObjectKind.OperatorFamily => "OPERATOR FAMILY",
        ObjectKind.TextSearchConfiguration => "TEXT SEARCH CONFIGURATION",
        ObjectKind.TextSearchDictionary => "TEXT SEARCH DICTIONARY",
        ObjectKind.TextSearchParser => "TEXT SEARCH PARSER",
        ObjectKind.TextSearchTemplate => "TEXT SEARCH TEMPLATE",
        ObjectKind.UserMapping => "USER MAPPING",
        _ => kind.ToString().ToUpperInvariant(),
    };

    /// <summary>Writes a reference after a space.</summary>
    public static void Write(SqlWriter w, ObjectReference reference)
    {
        switch (reference)
        {
            case NamedObject named:
                w.Name(named.Name);
                break;
            case DependentObject dependent:
                w.Id(dependent.Name).Word("ON").Name(dependent.Owner);
                break;
            case DomainConstraintObject constraint:
                w.Id(constraint.Name).Word("ON DOMAIN").Space().Names(constraint.Domain.Names);
                break;
            case TypeObject type:
                TypeDeparser.Write(w, type.Type);
                break;
            case FunctionObject function:
                WriteFunction(w, function);
                break;
            case AggregateObject aggregate:
                w.Name(aggregate.Name);
                WriteAggregateArguments(w, aggregate.Arguments);
                break;
            case OperatorObject op:
                WriteOperator(w, op);
                break;
            case OperatorClassObject @class:
                w.Name(@class.Name).Word("USING").Id(@class.AccessMethod);
                break;
            case CastObject cast:
                WriteCast(w, cast.Source, cast.Target);
                break;
            case TransformObject transform:
                w.Word("FOR");
                TypeDeparser.Write(w, transform.Type);
                w.Word("LANGUAGE").Id(transform.Language);
                break;
            case LargeObjectReference large:
                ExpressionDeparser.Write(w, large.Oid);
                break;
            case UserMappingObject mapping:
                w.Word("FOR").Role(mapping.User).Word("SERVER").Id(mapping.Server);
                break;
        }
    }

    /// <summary>Writes <c>(source AS target)</c>.</summary>
    public static void WriteCast(SqlWriter w, TypeName source, TypeName target)
    {
        w.Word("(");
        TypeDeparser.Write(w, source);
        w.Word("AS");
        TypeDeparser.Write(w, target);
        w.Raw(")");
    }

    /// <summary>Writes a function with its argument types.</summary>
    public static void WriteFunction(SqlWriter w, FunctionObject function)
    {
        w.Name(function.Name);
        if (function.HasArguments)
        {
            w.Raw("(").List(function.Arguments, WriteParameter).Raw(")");
        }
    }

    /// <summary>Writes a parameter.</summary>
    public static void WriteParameter(SqlWriter w, FunctionParameter parameter)
    {
        w.WordIf(parameter.Mode == ParameterMode.In, "IN").WordIf(parameter.Mode == ParameterMode.Out, "OUT");
        w.WordIf(parameter.Mode == ParameterMode.InOut, "INOUT").WordIf(parameter.Mode == ParameterMode.Variadic, "VARIADIC");
        if (parameter.Name is not null)
        {
            w.Id(parameter.Name);
        }

        TypeDeparser.Write(w, parameter.Type);
        if (parameter.Default is not null)
        {
            w.Word("DEFAULT");
            ExpressionDeparser.Write(w, parameter.Default);
        }
    }

    /// <summary>Writes an aggregate's arguments.</summary>
    public static void WriteAggregateArguments(SqlWriter w, AggregateArguments arguments)
    {
        SyntaxList<FunctionParameter> parameters = arguments.Parameters;
        w.Raw("(");
        if (arguments.DirectCount < 0)
        {
            w.Raw(parameters.IsEmpty ? "*" : "").List(parameters, WriteParameter).Raw(")");
            return;
        }

        for (int i = 0; i < arguments.DirectCount; i++)
        {
            w.Raw(i > 0 ? "," : "");
            WriteParameter(w, parameters[i]);
        }

        w.Word("ORDER BY");

        // A variadic direct argument is also the aggregated one.
        int first = arguments.DirectCount == parameters.Count ? arguments.DirectCount - 1 : arguments.DirectCount;
        for (int i = first; i < parameters.Count; i++)
        {
            w.Raw(i > first ? "," : "");
            WriteParameter(w, parameters[i]);
        }

        w.Raw(")");
    }

    /// <summary>Writes an operator with its operand types.</summary>
    public static void WriteOperator(SqlWriter w, OperatorObject op)
    {
        ExpressionDeparser.WriteBareOperator(w, op.Name);
        w.Word("(");
        WriteOperand(w, op.Left);
        w.Raw(",");
        WriteOperand(w, op.Right);
        w.Raw(")");
    }

    private static void WriteOperand(SqlWriter w, TypeName? type)
    {
        if (type is null)
        {
            w.Word("NONE");
        }
        else
        {
            TypeDeparser.Write(w, type);
        }
    }
}
