using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints definitions of tables, indexes, views and sequences, with columns and constraints.</summary>
internal static class TableDeparser
{
    /// <summary>Writes CREATE TABLE.</summary>
    public static void WriteCreateTable(SqlWriter w, CreateTableStatement table)
    {
        w.Word("CREATE");
        WritePersistence(w, table.Relation.Persistence);
        w.WordIf(table.ForeignServer is not null, "FOREIGN").Word("TABLE").WordIf(table.IfNotExists, "IF NOT EXISTS").Relation(table.Relation);
        if (table.OfType is not null)
        {
            w.Word("OF").Space().Names(table.OfType.Names);
        }

        if (table.PartitionOf is not null)
        {
            w.Word("PARTITION OF").Relation(table.PartitionOf);
        }

        if (!table.Elements.IsEmpty || (table.OfType is null && table.PartitionOf is null))
        {
            w.Parenthesized(table.Elements, WriteElement);
        }

        if (!table.Inherits.IsEmpty)
        {
            w.Word("INHERITS (").Relations(table.Inherits).Raw(")");
        }

        if (table.Bound is not null)
        {
            WriteBound(w, table.Bound);
        }

        if (table.PartitionBy is { } partition)
        {
            w.Word("PARTITION BY").Id(partition.Strategy).Parenthesized(partition.Elements, WritePartitionElement);
        }

        if (table.AccessMethod is not null)
        {
            w.Word("USING").Id(table.AccessMethod);
        }

        OptionDeparser.WriteWith(w, table.Options);
        WriteOnCommit(w, table.OnCommit);
        WriteTablespace(w, table.Tablespace);
        if (table.ForeignServer is not null)
        {
            w.Word("SERVER").Id(table.ForeignServer);
            OptionDeparser.WriteGeneric(w, table.ForeignOptions);
        }
    }

    /// <summary>Writes CREATE TABLE AS or CREATE MATERIALIZED VIEW.</summary>
    public static void WriteCreateTableAs(SqlWriter w, CreateTableAsStatement table)
    {
        IntoClause into = table.Into;
        w.Word("CREATE");
        WritePersistence(w, into.Relation.Persistence);
        w.Word(table.IsMaterializedView ? "MATERIALIZED VIEW" : "TABLE").WordIf(table.IfNotExists, "IF NOT EXISTS");
        w.Relation(into.Relation).Columns(into.Columns);
        if (into.AccessMethod is not null)
        {
            w.Word("USING").Id(into.AccessMethod);
        }

        OptionDeparser.WriteWith(w, into.Options);
        WriteOnCommit(w, into.OnCommit);
        WriteTablespace(w, into.Tablespace);
        w.Word("AS");
        StatementDeparser.Write(w, table.Query);
        w.WordIf(into.WithNoData, "WITH NO DATA");
    }

    /// <summary>Writes CREATE VIEW.</summary>
    public static void WriteCreateView(SqlWriter w, CreateViewStatement view)
    {
        w.Word("CREATE").WordIf(view.OrReplace, "OR REPLACE");
        WritePersistence(w, view.Relation.Persistence);
        w.WordIf(view.IsRecursive, "RECURSIVE").Word("VIEW").Relation(view.Relation).Columns(view.Columns);
        OptionDeparser.WriteWith(w, view.Options);
        w.Word("AS");
        QueryDeparser.Write(w, view.Query);
        w.WordIf(view.CheckOption == ViewCheckOption.Local, "WITH LOCAL CHECK OPTION");
        w.WordIf(view.CheckOption == ViewCheckOption.Cascaded, "WITH CASCADED CHECK OPTION");
    }

    /// <summary>Writes CREATE INDEX.</summary>
    public static void WriteCreateIndex(SqlWriter w, CreateIndexStatement index)
    {
        w.Word("CREATE").WordIf(index.IsUnique, "UNIQUE").Word("INDEX").WordIf(index.IsConcurrent, "CONCURRENTLY");
        w.WordIf(index.IfNotExists, "IF NOT EXISTS");
        if (index.Name is not null)
        {
            w.Id(index.Name);
        }

        w.Word("ON").Relation(index.Relation).Word("USING").Id(index.AccessMethod);
        w.Parenthesized(index.Elements, WriteIndexElement);
        if (!index.Including.IsEmpty)
        {
            w.Word("INCLUDE").Parenthesized(index.Including, WriteIndexElement);
        }

        w.WordIf(index.IsNullsNotDistinct, "NULLS NOT DISTINCT");
        OptionDeparser.WriteWith(w, index.Options);
        WriteTablespace(w, index.Tablespace);
        QueryDeparser.WriteWhere(w, index.Where);
    }

    /// <summary>Writes CREATE SEQUENCE.</summary>
    public static void WriteCreateSequence(SqlWriter w, CreateSequenceStatement sequence)
    {
        w.Word("CREATE");
        WritePersistence(w, sequence.Sequence.Persistence);
        w.Word("SEQUENCE").WordIf(sequence.IfNotExists, "IF NOT EXISTS").Relation(sequence.Sequence);
        OptionDeparser.WriteSequenceOptions(w, sequence.Options);
    }

    /// <summary>Writes CREATE STATISTICS.</summary>
    public static void WriteCreateStatistics(SqlWriter w, CreateStatisticsStatement statistics)
    {
        w.Word("CREATE STATISTICS").WordIf(statistics.IfNotExists, "IF NOT EXISTS").Name(statistics.Name!).Columns(statistics.Kinds);
        w.Word("ON").List(statistics.Elements, WriteIndexElement);
        QueryDeparser.WriteFrom(w, "FROM", statistics.From);
    }

    /// <summary>Writes TEMPORARY or UNLOGGED.</summary>
    public static void WritePersistence(SqlWriter w, RelationPersistence persistence)
    {
        w.WordIf(persistence == RelationPersistence.Temporary, "TEMPORARY").WordIf(persistence == RelationPersistence.Unlogged, "UNLOGGED");
    }

    /// <summary>Writes a column with type and constraints.</summary>
    public static void WriteColumn(SqlWriter w, ColumnDefinition column)
    {
        w.Id(column.Name);
        if (column.Type is not null)
        {
            TypeDeparser.Write(w, column.Type);
        }

        if (column.Compression is not null)
        {
            w.Word("COMPRESSION").Id(column.Compression);
        }

        OptionDeparser.WriteGeneric(w, column.ForeignOptions);
        if (column.Collation is not null)
        {
            w.Word("COLLATE").Name(column.Collation);
        }

        foreach (Constraint constraint in column.Constraints)
        {
            WriteConstraint(w, constraint, isColumn: true);
        }
    }

    /// <summary>Writes a constraint.</summary>
    public static void WriteConstraint(SqlWriter w, Constraint constraint, bool isColumn)
    {
        if (constraint.Name is not null)
        {
            w.Word("CONSTRAINT").Id(constraint.Name);
        }

        switch (constraint.Kind)
        {
            case ConstraintKind.Null:
                w.Word("NULL");
                break;
            case ConstraintKind.NotNull:
                w.Word("NOT NULL");
                break;
            case ConstraintKind.Default:
                w.Word("DEFAULT");
                ExpressionDeparser.WriteOperand(w, constraint.Expression!);
                break;
            case ConstraintKind.Identity:
                WriteIdentity(w, constraint);
                break;
            case ConstraintKind.Generated:
                w.Word("GENERATED ALWAYS AS");
                ExpressionDeparser.WriteInParentheses(w, constraint.Expression!);
                w.Word("STORED");
                break;
            case ConstraintKind.Check:
                w.Word("CHECK");
                ExpressionDeparser.WriteInParentheses(w, constraint.Expression!);
                w.WordIf(constraint.IsNoInherit, "NO INHERIT");
                break;
            case ConstraintKind.PrimaryKey or ConstraintKind.Unique:
                WriteKey(w, constraint, isColumn);
                break;
            case ConstraintKind.Exclusion:
                WriteExclusion(w, constraint);
                break;
            default:
                WriteForeignKey(w, constraint, isColumn);
                break;
        }

        w.WordIf(constraint.IsDeferrable, "DEFERRABLE").WordIf(constraint.IsInitiallyDeferred, "INITIALLY DEFERRED");
        w.WordIf(constraint.IsNotValid, "NOT VALID");
    }

    /// <summary>Writes GENERATED … AS IDENTITY.</summary>
    public static void WriteIdentity(SqlWriter w, Constraint constraint)
    {
        w.Word(constraint.IsGeneratedAlways ? "GENERATED ALWAYS AS IDENTITY" : "GENERATED BY DEFAULT AS IDENTITY");
        if (!constraint.SequenceOptions.IsEmpty)
        {
            w.Word("(");
            OptionDeparser.WriteSequenceOptions(w, constraint.SequenceOptions);
            w.Raw(")");
        }
    }

    /// <summary>Writes an index element.</summary>
    public static void WriteIndexElement(SqlWriter w, IndexElement element)
    {
        WriteKeyColumn(w, element.Column, element.Expression);
        if (element.Collation is not null)
        {
            w.Word("COLLATE").Name(element.Collation);
        }

        if (element.OperatorClass is not null)
        {
            w.Name(element.OperatorClass);
            if (!element.OperatorClassOptions.IsEmpty)
            {
                OptionDeparser.WriteParenthesized(w, element.OperatorClassOptions);
            }
        }

        QueryDeparser.WriteOrdering(w, element.Direction, element.Nulls);
    }

    /// <summary>Writes FOR VALUES … or DEFAULT.</summary>
    public static void WriteBound(SqlWriter w, PartitionBound bound)
    {
        switch (bound.Kind)
        {
            case PartitionBoundKind.Default:
                w.Word("DEFAULT");
                break;
            case PartitionBoundKind.List:
                w.Word("FOR VALUES IN").Parenthesized(bound.Values, ExpressionDeparser.Write);
                break;
            case PartitionBoundKind.Range:
                w.Word("FOR VALUES FROM").Parenthesized(bound.From, ExpressionDeparser.Write);
                w.Word("TO").Parenthesized(bound.To, ExpressionDeparser.Write);
                break;
            default:
                w.Word("FOR VALUES WITH (modulus").Space().Number(bound.Modulus).Raw(", remainder ").Number(bound.Remainder).Raw(")");
                break;
        }
    }

    /// <summary>Writes TABLESPACE, if any.</summary>
    public static void WriteTablespace(SqlWriter w, string? tablespace)
    {
        if (tablespace is not null)
        {
            w.Word("TABLESPACE").Id(tablespace);
        }
    }

    private static void WriteKeyColumn(SqlWriter w, string? column, Expression? expression)
    {
        if (column is not null)
        {
            w.Id(column);
        }
        else
        {
            ExpressionDeparser.WriteInParentheses(w, expression!);
        }
    }

    private static void WritePartitionElement(SqlWriter w, PartitionElement element)
    {
        WriteKeyColumn(w, element.Column, element.Expression);
        if (element.Collation is not null)
        {
            w.Word("COLLATE").Name(element.Collation);
        }

        if (element.OperatorClass is not null)
        {
            w.Name(element.OperatorClass);
        }
    }

    private static void WriteElement(SqlWriter w, TableElement element)
    {
        switch (element)
        {
            case ColumnDefinition column:
                WriteColumn(w, column);
                break;
            case TableConstraintElement constraint:
                WriteConstraint(w, constraint.Constraint, isColumn: false);
                break;
            case TableLikeElement like:
                w.Word("LIKE").Relation(like.Relation);
                WriteLikeOptions(w, like.Options);
                break;
        }
    }

    private static void WriteLikeOptions(SqlWriter w, TableLikeOptions options)
    {
        if (options == TableLikeOptions.All)
        {
            w.Word("INCLUDING ALL");
            return;
        }

        foreach (TableLikeOptions option in Enum.GetValues<TableLikeOptions>())
        {
            if (option != TableLikeOptions.None && option != TableLikeOptions.All && (options & option) != 0)
            {
                w.Word("INCLUDING").Word(option.ToString().ToUpperInvariant());
            }
        }
    }

    private static void WriteOnCommit(SqlWriter w, OnCommitAction action)
    {
        switch (action)
        {
            case OnCommitAction.Drop:
                w.Word("ON COMMIT DROP");
                break;
            case OnCommitAction.DeleteRows:
                w.Word("ON COMMIT DELETE ROWS");
                break;
            case OnCommitAction.PreserveRows:
                w.Word("ON COMMIT PRESERVE ROWS");
                break;
        }
    }

    private static void WriteKey(SqlWriter w, Constraint constraint, bool isColumn)
    {
        w.Word(constraint.Kind == ConstraintKind.PrimaryKey ? "PRIMARY KEY" : "UNIQUE");
        w.WordIf(constraint.IsNullsNotDistinct, "NULLS NOT DISTINCT");
        if (constraint.IndexName is not null)
        {
            w.Word("USING INDEX").Id(constraint.IndexName);
            return;
        }

        if (!isColumn)
        {
            w.Columns(constraint.Columns);
        }

        WriteIndexParameters(w, constraint);
    }

    private static void WriteIndexParameters(SqlWriter w, Constraint constraint)
    {
        if (!constraint.Including.IsEmpty)
        {
            w.Word("INCLUDE").Columns(constraint.Including);
        }

        OptionDeparser.WriteWith(w, constraint.Options);
        if (constraint.IndexTablespace is not null)
        {
            w.Word("USING INDEX TABLESPACE").Id(constraint.IndexTablespace);
        }
    }

    private static void WriteExclusion(SqlWriter w, Constraint constraint)
    {
        w.Word("EXCLUDE");
        if (constraint.AccessMethod is not null)
        {
            w.Word("USING").Id(constraint.AccessMethod);
        }

        w.Parenthesized(constraint.Exclusions, static (writer, exclusion) =>
        {
            WriteIndexElement(writer, exclusion.Element);
            writer.Word("WITH");
            if (exclusion.Operator.IsExplicit)
            {
                ExpressionDeparser.WriteOperatorName(writer, exclusion.Operator);
            }
            else
            {
                ExpressionDeparser.WriteBareOperator(writer, exclusion.Operator);
            }
        });
        WriteIndexParameters(w, constraint);
        if (constraint.Where is not null)
        {
            w.Word("WHERE");
            ExpressionDeparser.WriteInParentheses(w, constraint.Where);
        }
    }

    private static void WriteForeignKey(SqlWriter w, Constraint constraint, bool isColumn)
    {
        if (!isColumn)
        {
            w.Word("FOREIGN KEY").Columns(constraint.Columns);
        }

        w.Word("REFERENCES").Relation(constraint.ReferencedTable!).Columns(constraint.ReferencedColumns);
        w.WordIf(constraint.Match == ForeignKeyMatch.Full, "MATCH FULL");
        WriteAction(w, "ON UPDATE", constraint.OnUpdate);
        WriteAction(w, "ON DELETE", constraint.OnDelete);
        w.Columns(constraint.OnDeleteColumns);
    }

    private static void WriteAction(SqlWriter w, string clause, ForeignKeyAction action)
    {
        if (action != ForeignKeyAction.NoAction)
        {
            w.Word(clause).Word(action switch
            {
                ForeignKeyAction.Restrict => "RESTRICT",
                ForeignKeyAction.Cascade => "CASCADE",
                ForeignKeyAction.SetNull => "SET NULL",
                _ => "SET DEFAULT",
            });
        }
    }
}
