using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Deparsing;

/// <summary>INSERT, UPDATE and DELETE of definitions, laid out as PostgreSQL's ruleutils do. Part of a <see cref="QueryWriter"/>.</summary>
internal sealed class ModificationWriter(QueryWriter queries, FromWriter from, DefinitionNames names, PrintBuffer text)
{
    private ExpressionWriter Expressions => queries.Expressions;

    /// <summary>Writes the statement after its WITH clause. Throws 0A000 for what can't be printed.</summary>
    public void Write(ModificationRecord record)
    {
        RelationInfo? table = record.Target is null ? null : names.View.FindRelation(record.Target.RelationOid);
        if (table is null)
            throw new SqlException(SqlState.FeatureNotSupported, "a change through a view cannot be printed");
        if (text.IsIndented)
        {
            text.Append(' ');
            text.IndentLevel += PrintBuffer.ClauseIndent;
        }

        switch (record.Syntax)
        {
            case InsertStatement insert:
                WriteInsert(record, insert, table);
                break;
            case UpdateStatement update:
                text.Append("UPDATE ").Append(update.Relation.IncludeDescendants ? "" : "ONLY ").Append(names.Relation(table.Oid));
                WriteAlias(update.Alias, " ");
                text.Append(" SET ");
                WriteAssignments(record);
                from.Write(record.Level.From);
                WriteWhere(record.Level.Where);
                break;
            case DeleteStatement delete:
                text.Append("DELETE FROM ").Append(delete.Relation.IncludeDescendants ? "" : "ONLY ").Append(names.Relation(table.Oid));
                WriteAlias(delete.Alias, " ");
                from.Write(record.Level.From, " USING ");
                WriteWhere(record.Level.Where);
                break;
            default:
                throw new SqlException(SqlState.FeatureNotSupported, "MERGE cannot be printed");
        }
    }

    private void WriteInsert(ModificationRecord record, InsertStatement insert, RelationInfo table)
    {
        foreach (AssignmentTarget target in insert.Columns)
            RejectParts(target);
        text.Append("INSERT INTO ").Append(names.Relation(table.Oid)).Append(' ');
        if (insert.Alias is not null)
            text.Append("AS ").Append(TypeNames.QuoteIdentifier(insert.Alias)).Append(' ');
        if (insert.Source is not null)
            queries.WriteNames("(", record.Columns.Select(column => NameOf(table, column)), ") ");
        text.Append(insert.Overriding switch { OverridingKind.SystemValue => "OVERRIDING SYSTEM VALUE ", OverridingKind.UserValue => "OVERRIDING USER VALUE ", _ => "" });
        if (record.Source is { } source)
        {
            queries.WriteNested(source, areNamesSeen: false);
        }
        else if (record.Rows.Count > 1)
        {
            queries.WriteValues(record.Rows);
        }
        else if (record.Rows.Count == 1)
        {
            text.Keyword("VALUES (", -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 2);
            queries.WriteRow(record.Rows[0], ", ");
            text.Append(')');
        }
        else
        {
            text.Append("DEFAULT VALUES");
        }

        if (insert.OnConflict is { } conflict)
            WriteConflict(record, conflict, table);
    }

    private void WriteConflict(ModificationRecord record, OnConflictClause conflict, RelationInfo table)
    {
        text.Append(" ON CONFLICT");
        if (conflict.ConstraintName is { } constraint)
        {
            text.Append(" ON CONSTRAINT ").Append(TypeNames.QuoteIdentifier(constraint));
        }
        else if (conflict.Elements.Count > 0)
        {
            foreach (IndexElement element in conflict.Elements)
                if (element.Column is null || conflict.ElementsWhere is not null)
                    throw new SqlException(SqlState.FeatureNotSupported, "ON CONFLICT over expressions cannot be printed");
            queries.WriteNames("(", conflict.Elements.Select(element => NameOf(table, table.FindColumn(element.Column!)!)), ")");
        }

        if (!conflict.IsUpdate)
        {
            text.Append(" DO NOTHING");
            return;
        }

        text.Append(" DO UPDATE SET ");
        WriteAssignments(record);
        WriteWhere(record.ConflictWhere);
    }

    private void WriteAssignments(ModificationRecord record)
    {
        RelationInfo table = names.View.FindRelation(record.Target!.RelationOid)!;
        foreach (Assignment assignment in record.Syntax is UpdateStatement update ? update.Assignments : ((InsertStatement)record.Syntax).OnConflict!.Assignments)
            foreach (AssignmentTarget target in assignment.Targets)
                RejectParts(target);
        for (int i = 0; i < record.Assignments.Count; i++)
        {
            AssignmentRecord assignment = record.Assignments[i];
            text.Append(i > 0 ? ", " : "");
            if (assignment.Query is { } query)
            {
                queries.WriteNames("(", assignment.Columns.Select(column => NameOf(table, column)), ") = (");
                queries.WriteNested(query, areNamesSeen: false);
                text.Append(')');
                continue;
            }

            text.Append(TypeNames.QuoteIdentifier(NameOf(table, assignment.Columns[0]))).Append(" = ");
            if (assignment.Value is null)
                text.Append("DEFAULT");
            else
                Expressions.Write(assignment.Value, showImplicit: false);
        }
    }

    private void WriteWhere(Expressions.Expression? where)
    {
        if (where is null)
            return;
        text.Keyword(" WHERE ", -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 1);
        Expressions.Write(where, showImplicit: false);
    }

    private void WriteAlias(string? alias, string before)
    {
        if (alias is not null)
            text.Append(before).Append(TypeNames.QuoteIdentifier(alias));
    }

    // The name that the column has now.
    private static string NameOf(RelationInfo table, ColumnInfo column) => table.Columns[column.Number - 1].Name;

    private static void RejectParts(AssignmentTarget target)
    {
        if (target.Indirection.Count > 0)
            throw new SqlException(SqlState.FeatureNotSupported, "an assignment to a part of a column cannot be printed");
    }
}
