using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints INSERT, UPDATE, DELETE, MERGE and COPY.</summary>
internal static class DataModificationDeparser
{
    /// <summary>Writes INSERT.</summary>
    public static void WriteInsert(SqlWriter w, InsertStatement insert)
    {
        QueryDeparser.WriteWith(w, insert.With);
        w.Word("INSERT INTO").Relation(insert.Relation);
        if (insert.Alias is not null)
        {
            w.Word("AS").Id(insert.Alias);
        }

        if (!insert.Columns.IsEmpty)
        {
            w.Parenthesized(insert.Columns, WriteTarget);
        }

        WriteOverriding(w, insert.Overriding);
        if (insert.Source is null)
        {
            w.Word("DEFAULT VALUES");
        }
        else
        {
            QueryDeparser.Write(w, insert.Source);
        }

        if (insert.OnConflict is not null)
        {
            WriteOnConflict(w, insert.OnConflict);
        }

        WriteReturning(w, insert.Returning);
    }

    /// <summary>Writes UPDATE.</summary>
    public static void WriteUpdate(SqlWriter w, UpdateStatement update)
    {
        QueryDeparser.WriteWith(w, update.With);
        w.Word("UPDATE").Relation(update.Relation);
        WriteAlias(w, update.Alias);
        w.Word("SET").List(update.Assignments, WriteAssignment);
        QueryDeparser.WriteFrom(w, "FROM", update.From);
        QueryDeparser.WriteWhere(w, update.Where);
        WriteReturning(w, update.Returning);
    }

    /// <summary>Writes DELETE.</summary>
    public static void WriteDelete(SqlWriter w, DeleteStatement delete)
    {
        QueryDeparser.WriteWith(w, delete.With);
        w.Word("DELETE FROM").Relation(delete.Relation);
        WriteAlias(w, delete.Alias);
        QueryDeparser.WriteFrom(w, "USING", delete.Using);
        QueryDeparser.WriteWhere(w, delete.Where);
        WriteReturning(w, delete.Returning);
    }

    /// <summary>Writes MERGE.</summary>
    public static void WriteMerge(SqlWriter w, MergeStatement merge)
    {
        QueryDeparser.WriteWith(w, merge.With);
        w.Word("MERGE INTO").Relation(merge.Relation);
        WriteAlias(w, merge.Alias);
        w.Word("USING");
        QueryDeparser.WriteFromItem(w, merge.Source);
        w.Word("ON");
        ExpressionDeparser.Write(w, merge.On);
        foreach (MergeWhen when in merge.Whens)
        {
            w.Word(when.IsMatched ? "WHEN MATCHED" : "WHEN NOT MATCHED");
            if (when.Condition is not null)
            {
                w.Word("AND");
                ExpressionDeparser.Write(w, when.Condition);
            }

            w.Word("THEN");
            WriteMergeAction(w, when);
        }
    }

    /// <summary>Writes COPY.</summary>
    public static void WriteCopy(SqlWriter w, CopyStatement copy)
    {
        w.Word("COPY");
        if (copy.Query is not null)
        {
            w.Word("(");
            StatementDeparser.Write(w, copy.Query);
            w.Raw(")");
        }
        else
        {
            w.Relation(copy.Relation!).Columns(copy.Columns);
        }

        w.Word(copy.IsFrom ? "FROM" : "TO").WordIf(copy.IsProgram, "PROGRAM");
        if (copy.FileName is null)
        {
            w.Word(copy.IsFrom ? "STDIN" : "STDOUT");
        }
        else
        {
            w.String(copy.FileName);
        }

        if (!copy.Options.IsEmpty)
        {
            w.Word("WITH").Parenthesized(copy.Options, WriteCopyOption);
        }

        QueryDeparser.WriteWhere(w, copy.Where);
    }

    private static void WriteCopyOption(SqlWriter w, DefinitionElement option)
    {
        w.Id(option.Name);
        switch (option.Value)
        {
            case null:
                break;
            case NameList names:
                w.Columns(names.Names);
                break;
            case StarSelection:
                w.Word("*");
                break;
            default:
                ExpressionDeparser.Write(w, (Expression)option.Value);
                break;
        }
    }

    private static void WriteAlias(SqlWriter w, string? alias)
    {
        if (alias is not null)
        {
            w.Word("AS").Id(alias);
        }
    }

    private static void WriteTarget(SqlWriter w, AssignmentTarget target)
    {
        w.Id(target.Column);
        ExpressionDeparser.WriteElements(w, target.Indirection);
    }

    private static void WriteAssignment(SqlWriter w, Assignment assignment)
    {
        if (assignment.IsRow)
        {
            w.Parenthesized(assignment.Targets, WriteTarget);
        }
        else
        {
            WriteTarget(w, assignment.Targets[0]);
        }

        w.Word("=");
        ExpressionDeparser.Write(w, assignment.Value);
    }

    private static void WriteOverriding(SqlWriter w, OverridingKind overriding)
    {
        w.WordIf(overriding == OverridingKind.UserValue, "OVERRIDING USER VALUE");
        w.WordIf(overriding == OverridingKind.SystemValue, "OVERRIDING SYSTEM VALUE");
    }

    private static void WriteReturning(SqlWriter w, SyntaxList<TargetItem> targets)
    {
        if (!targets.IsEmpty)
        {
            w.Word("RETURNING").List(targets, QueryDeparser.WriteTarget);
        }
    }

    private static void WriteOnConflict(SqlWriter w, OnConflictClause conflict)
    {
        w.Word("ON CONFLICT");
        if (!conflict.Elements.IsEmpty)
        {
            w.Parenthesized(conflict.Elements, TableDeparser.WriteIndexElement);
            QueryDeparser.WriteWhere(w, conflict.ElementsWhere);
        }
        else if (conflict.ConstraintName is not null)
        {
            w.Word("ON CONSTRAINT").Id(conflict.ConstraintName);
        }

        if (!conflict.IsUpdate)
        {
            w.Word("DO NOTHING");
            return;
        }

        w.Word("DO UPDATE SET").List(conflict.Assignments, WriteAssignment);
        QueryDeparser.WriteWhere(w, conflict.Where);
    }

    private static void WriteMergeAction(SqlWriter w, MergeWhen when)
    {
        switch (when.Action)
        {
            case MergeAction.DoNothing:
                w.Word("DO NOTHING");
                break;
            case MergeAction.Delete:
                w.Word("DELETE");
                break;
            case MergeAction.Update:
                w.Word("UPDATE SET").List(when.Assignments, WriteAssignment);
                break;
            default:
                w.Word("INSERT");
                if (when.Values.IsEmpty)
                {
                    w.Word("DEFAULT VALUES");
                    break;
                }

                if (!when.Columns.IsEmpty)
                {
                    w.Parenthesized(when.Columns, WriteTarget);
                }

                WriteOverriding(w, when.Overriding);
                w.Word("VALUES").Parenthesized(when.Values, ExpressionDeparser.Write);
                break;
        }
    }
}
