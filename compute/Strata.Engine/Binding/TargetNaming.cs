using Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>The name of a result column without AS: PostgreSQL's FigureColname.</summary>
internal static class TargetNaming
{
    private const string Unnamed = "?column?";

    /// <summary>The name.</summary>
    public static string NameOf(Expression value) => Find(value, out string? name) > 0 ? name! : Unnamed;

    /// <summary>Strength 2: a real name; 1: a weak one, which an outer cast may not replace but its own type name gives; 0: none.</summary>
    private static int Find(Expression value, out string? name)
    {
        name = null;
        switch (value)
        {
            case ColumnReference { IsStar: false } column:
                name = column.Names[column.Names.Count - 1];
                return 2;
            case IndirectionExpression indirection:
                for (int i = indirection.Elements.Count - 1; i >= 0; i--)
                {
                    if (indirection.Elements[i] is FieldSelection field)
                    {
                        name = field.Name;
                        return 2;
                    }
                }

                return Find(indirection.Operand, out name);
            case FunctionCall call:
                name = call.Syntax == CallSyntax.Plain ? call.Name.Name : CallName(call);
                return 2;
            case NullIfExpression:
                name = "nullif";
                return 2;
            case CastExpression cast:
                int strength = Find(cast.Operand, out name);
                if (strength <= 1)
                {
                    name = cast.Type.Name;
                    return 1;
                }

                return strength;
            case CollateExpression collate:
                return Find(collate.Operand, out name);
            case GroupingExpression:
                name = "grouping";
                return 2;
            case ExistsExpression:
                name = "exists";
                return 2;
            case ArraySubquery:
                name = "array";
                return 2;
            case ScalarSubquery scalar:
                // The subquery is analyzed before its column is asked for a name, and has one by then, whatever it is.
                name = NameIn(scalar.Query);
                return 2;
            case CaseExpression choice:
                int inner = choice.Else is null ? 0 : Find(choice.Else, out name);
                if (inner <= 1)
                {
                    name = "case";
                    return 1;
                }

                return inner;
            case ArrayExpression:
                name = "array";
                return 2;
            case RowExpression:
                name = "row";
                return 2;
            case CoalesceExpression:
                name = "coalesce";
                return 2;
            case XmlExpression xml:
                name = NameOf(xml.Kind);
                return 2;
            case MinMaxExpression minMax:
                name = minMax.IsGreatest ? "greatest" : "least";
                return 2;
            case SqlValueFunction function:
                name = NameOf(function.Kind);
                return 2;
            default:
                return 0;
        }
    }

    private static string NameIn(SelectStatement query)
    {
        while (query.Body is SetOperationBody set)
            query = set.Left;
        if (query.Body is not SelectBody body || body.Targets.Count == 0)
            return query.Body is ValuesBody ? "column1" : Unnamed;
        TargetItem first = body.Targets[0];
        return first.Alias ?? NameOf(first.Value);
    }

    private static string CallName(FunctionCall call) => call.Syntax switch
    {
        CallSyntax.AtTimeZone => "timezone",
        CallSyntax.Extract => "extract",
        CallSyntax.Overlaps => "overlaps",
        CallSyntax.Position => "position",
        CallSyntax.TrimBoth => "btrim",
        CallSyntax.TrimLeading => "ltrim",
        CallSyntax.TrimTrailing => "rtrim",
        CallSyntax.Overlay => "overlay",
        CallSyntax.Normalize => "normalize",
        CallSyntax.IsNormalized => "is_normalized",
        CallSyntax.CollationFor => "pg_collation_for",
        _ => call.Name.Name,
    };

    private static string NameOf(XmlExpressionKind kind) => kind switch
    {
        XmlExpressionKind.Concat => "xmlconcat",
        XmlExpressionKind.Element => "xmlelement",
        XmlExpressionKind.Forest => "xmlforest",
        XmlExpressionKind.Parse => "xmlparse",
        XmlExpressionKind.ProcessingInstruction => "xmlpi",
        XmlExpressionKind.Root => "xmlroot",
        _ => "xmlserialize",
    };

    private static string NameOf(SqlValueFunctionKind kind) => kind switch
    {
        SqlValueFunctionKind.CurrentDate => "current_date",
        SqlValueFunctionKind.CurrentTime => "current_time",
        SqlValueFunctionKind.CurrentTimestamp => "current_timestamp",
        SqlValueFunctionKind.LocalTime => "localtime",
        SqlValueFunctionKind.LocalTimestamp => "localtimestamp",
        SqlValueFunctionKind.CurrentRole => "current_role",
        SqlValueFunctionKind.CurrentUser => "current_user",
        SqlValueFunctionKind.User => "user",
        SqlValueFunctionKind.SessionUser => "session_user",
        SqlValueFunctionKind.CurrentCatalog => "current_catalog",
        _ => "current_schema",
    };
}
