using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints triggers, event triggers, rules and policies.</summary>
internal static class TriggerDeparser
{
    /// <summary>Writes the statement if it is one of these.</summary>
    public static bool TryWrite(SqlWriter w, Statement statement)
    {
        switch (statement)
        {
            case CreateTriggerStatement trigger:
                WriteTrigger(w, trigger);
                break;
            case CreateEventTriggerStatement trigger:
                WriteEventTrigger(w, trigger);
                break;
            case AlterEventTriggerStatement alter:
                w.Word("ALTER EVENT TRIGGER").Id(alter.Name).Word(AlterTableDeparser.ModeText(alter.Mode));
                break;
            case CreateRuleStatement rule:
                WriteRule(w, rule);
                break;
            case CreatePolicyStatement policy:
                w.Word("CREATE POLICY").Id(policy.Name).Word("ON").Relation(policy.Relation).WordIf(!policy.IsPermissive, "AS RESTRICTIVE");
                w.Word("FOR").Word(policy.Command.ToString().ToUpperInvariant()).Word("TO").Roles(policy.Roles);
                WriteChecks(w, policy.Using, policy.WithCheck);
                break;
            case AlterPolicyStatement policy:
                w.Word("ALTER POLICY").Id(policy.Name).Word("ON").Relation(policy.Relation);
                if (!policy.Roles.IsEmpty)
                {
                    w.Word("TO").Roles(policy.Roles);
                }

                WriteChecks(w, policy.Using, policy.WithCheck);
                break;
            default:
                return false;
        }

        return true;
    }

    private static void WriteChecks(SqlWriter w, Expression? rowCheck, Expression? newRowCheck)
    {
        if (rowCheck is not null)
        {
            w.Word("USING");
            ExpressionDeparser.WriteInParentheses(w, rowCheck);
        }

        if (newRowCheck is not null)
        {
            w.Word("WITH CHECK");
            ExpressionDeparser.WriteInParentheses(w, newRowCheck);
        }
    }

    private static void WriteTrigger(SqlWriter w, CreateTriggerStatement trigger)
    {
        w.Word("CREATE").WordIf(trigger.OrReplace, "OR REPLACE").WordIf(trigger.IsConstraint, "CONSTRAINT").Word("TRIGGER").Id(trigger.Name);
        w.Word(trigger.Timing switch
        {
            TriggerTiming.Before => "BEFORE",
            TriggerTiming.After => "AFTER",
            _ => "INSTEAD OF",
        });
        bool isFirst = true;
        foreach (TriggerEvents value in Enum.GetValues<TriggerEvents>())
        {
            if (value == TriggerEvents.None || (trigger.Events & value) == 0)
            {
                continue;
            }

            w.WordIf(!isFirst, "OR").Word(value.ToString().ToUpperInvariant());
            isFirst = false;
            if (value == TriggerEvents.Update && !trigger.Columns.IsEmpty)
            {
                w.Word("OF").NameList(trigger.Columns);
            }
        }

        w.Word("ON").Relation(trigger.Relation);
        if (trigger.ReferencedTable is not null)
        {
            w.Word("FROM").Relation(trigger.ReferencedTable);
        }

        w.WordIf(trigger.IsDeferrable, "DEFERRABLE").WordIf(trigger.IsInitiallyDeferred, "INITIALLY DEFERRED");
        w.WordIf(!trigger.Transitions.IsEmpty, "REFERENCING");
        foreach (TriggerTransition transition in trigger.Transitions)
        {
            w.Word(transition.IsNew ? "NEW" : "OLD").Word(transition.IsTable ? "TABLE" : "ROW").Word("AS").Id(transition.Name);
        }

        w.Word(trigger.IsForEachRow ? "FOR EACH ROW" : "FOR EACH STATEMENT");
        if (trigger.When is not null)
        {
            w.Word("WHEN");
            ExpressionDeparser.WriteInParentheses(w, trigger.When);
        }

        w.Word("EXECUTE FUNCTION").Name(trigger.Function).Raw("(");
        w.List(trigger.Arguments, static (writer, argument) => writer.String(argument)).Raw(")");
    }

    private static void WriteEventTrigger(SqlWriter w, CreateEventTriggerStatement trigger)
    {
        w.Word("CREATE EVENT TRIGGER").Id(trigger.Name).Word("ON").Id(trigger.Event);
        for (int i = 0; i < trigger.Filters.Count; i++)
        {
            EventTriggerFilter filter = trigger.Filters[i];
            w.Word(i == 0 ? "WHEN" : "AND").Id(filter.Variable).Word("IN");
            w.Parenthesized(filter.Values, static (writer, value) => writer.String(value));
        }

        w.Word("EXECUTE FUNCTION").Name(trigger.Function).Raw("()");
    }

    private static void WriteRule(SqlWriter w, CreateRuleStatement rule)
    {
        w.Word("CREATE").WordIf(rule.OrReplace, "OR REPLACE").Word("RULE").Id(rule.Name).Word("AS ON");
        w.Word(rule.Event.ToString().ToUpperInvariant()).Word("TO").Relation(rule.Relation);
        QueryDeparser.WriteWhere(w, rule.Where);
        w.Word("DO").WordIf(rule.IsInstead, "INSTEAD");
        switch (rule.Actions.Count)
        {
            case 0:
                w.Word("NOTHING");
                break;
            case 1:
                StatementDeparser.Write(w, rule.Actions[0]);
                break;
            default:
                w.Word("(");
                for (int i = 0; i < rule.Actions.Count; i++)
                {
                    w.Raw(i > 0 ? ";" : "");
                    StatementDeparser.Write(w, rule.Actions[i]);
                }

                w.Raw(")");
                break;
        }
    }
}
