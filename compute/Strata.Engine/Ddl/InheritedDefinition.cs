using Strata.Engine.Catalog;
using Strata.Engine.Sessions;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using ConstraintKind = Strata.Engine.Catalog.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>What a new table takes over from its parents: columns, merged by name, and checks.</summary>
internal sealed class InheritedDefinition(DdlContext context, string table, SchemaInfo schema)
{
    private readonly HashSet<string> _conflictingDefaults = [];

    /// <summary>The parents, locked.</summary>
    public List<RelationInfo> Parents { get; } = [];

    /// <summary>Their columns, in order; numbers from 1.</summary>
    public List<ColumnInfo> Columns { get; } = [];

    /// <summary>Their checks, each once, with the number of parents that it comes from.</summary>
    public List<(string Name, CatalogExpression Check, short Count)> Checks { get; } = [];

    /// <summary>Dependencies of taken defaults on sequences: column, sequence.</summary>
    public List<(short Column, uint Sequence)> Sequences { get; } = [];

    /// <summary>Adds a parent of CREATE TABLE … INHERITS. Throws 42809, 42501, 42P07.</summary>
    public void AddParent(RelationName name)
    {
        RelationInfo parent = context.Require(name, RelationLockMode.ShareUpdateExclusive);
        if (parent.Kind is not (RelationKind.Table or RelationKind.PartitionedTable) || parent.SystemTable is not null)
            throw new SqlException(SqlState.WrongObjectType, $"inherited relation \"{parent.Name}\" is not a table or foreign table");
        if (parent.Kind == RelationKind.PartitionedTable)
            throw new SqlException(SqlState.WrongObjectType, $"cannot inherit from partitioned table \"{parent.Name}\"");
        if (parent.IsPartition)
            throw new SqlException(SqlState.WrongObjectType, $"cannot inherit from partition \"{parent.Name}\"");
        CheckPersistence(parent, TemporaryObjects.IsTemporary(schema), schema.Oid, context);
        context.CheckOwner(parent);
        if (Parents.Exists(p => p.Oid == parent.Oid))
            throw new SqlException(SqlState.DuplicateTable, $"relation \"{parent.Name}\" would be inherited from more than once");
        Add(parent);
    }

    /// <summary>Throws 42809 when a table may not inherit from a temporary one, or from another session's.</summary>
    public static void CheckPersistence(RelationInfo parent, bool isTemporary, uint schemaOid, DdlContext context)
    {
        if (parent.Persistence != 't')
            return;
        if (!isTemporary)
            throw new SqlException(SqlState.WrongObjectType, $"cannot inherit from temporary relation \"{parent.Name}\"");
        if (parent.SchemaOid != context.Session.Temporary.SchemaOid(context.View))
            throw new SqlException(SqlState.WrongObjectType, $"cannot inherit from temporary relation of another session");
    }

    /// <summary>Takes over a parent's columns and checks.</summary>
    public void Add(RelationInfo parent)
    {
        Parents.Add(parent);
        foreach (ColumnInfo column in parent.Columns)
            if (!column.IsDropped)
                AddColumn(parent, column);
        foreach (ConstraintInfo constraint in parent.Constraints)
            if (constraint.Kind == ConstraintKind.Check && !constraint.NoInherit)
                AddCheck(constraint);
    }

    private void AddColumn(RelationInfo parent, ColumnInfo column)
    {
        int index = Columns.FindIndex(c => c.Name == column.Name);
        short number = (short)(index < 0 ? Columns.Count + 1 : index + 1);
        ColumnInfo inherited = column with
        {
            Number = number,
            IsLocal = false,
            InheritCount = 1,
            Identity = '\0',
            Default = column.Identity != '\0' ? null : column.Default,
            DefaultOid = column.Default is null || column.Identity != '\0' ? 0 : context.NewOid(),
            MissingValue = null,
            StatisticsTarget = -1,
        };
        if (inherited.Default is not null)
            foreach (Dependency dependency in parent.Dependencies)
                if (dependency.Dependent.SubId == column.Number && dependency.Referenced.ClassOid == CatalogOids.PgClass && dependency.Referenced.SubId == 0)
                    Sequences.Add((number, dependency.Referenced.ObjectOid));
        if (index < 0)
        {
            Columns.Add(inherited);
            return;
        }

        context.Notice($"merging multiple inherited definitions of column \"{column.Name}\"");
        ColumnInfo known = Columns[index];
        CheckTypes(context, $"inherited column \"{column.Name}\"", known, column);
        if (known.Generated != column.Generated)
            throw new SqlException(SqlState.DatatypeMismatch, $"inherited column \"{column.Name}\" has a generation conflict");
        if (known.Default is not null && inherited.Default is not null && known.Default.Text != inherited.Default.Text)
            _conflictingDefaults.Add(column.Name);
        Columns[index] = known with
        {
            InheritCount = (short)(known.InheritCount + 1),
            NotNull = known.NotNull || column.NotNull,
            Default = known.Default ?? inherited.Default,
            DefaultOid = known.Default is null ? inherited.DefaultOid : known.DefaultOid,
        };
    }

    /// <summary>Throws 42804 when two definitions of a column differ in type or collation.</summary>
    public static void CheckTypes(DdlContext context, string subject, ColumnInfo first, ColumnInfo second)
    {
        if (first.TypeOid != second.TypeOid || first.TypeModifier != second.TypeModifier)
            throw new SqlException(SqlState.DatatypeMismatch, $"{subject} has a type conflict") { Detail = $"{TypeText(context, first)} versus {TypeText(context, second)}" };
        if (first.CollationOid != second.CollationOid)
            throw new SqlException(SqlState.CollationMismatch, $"{subject} has a collation conflict")
            {
                Detail = $"\"{BuiltinNames.NameOf("pg_collation", "collname", first.CollationOid)}\" versus \"{BuiltinNames.NameOf("pg_collation", "collname", second.CollationOid)}\"",
            };
    }

    private static string TypeText(DdlContext context, ColumnInfo column) => TypeNames.Format(TypeResolver.Find(column.TypeOid, context.View)!, column.TypeModifier);

    private void AddCheck(ConstraintInfo constraint)
    {
        int index = Checks.FindIndex(c => c.Name == constraint.Name);
        if (index < 0)
            Checks.Add((constraint.Name, constraint.Check!, 1));
        else if (Checks[index].Check.Text == constraint.Check!.Text)
            Checks[index] = Checks[index] with { Count = (short)(Checks[index].Count + 1) };
        else
            throw new SqlException(SqlState.DuplicateObject, $"check constraint name \"{constraint.Name}\" appears multiple times but with different expressions");
    }

    /// <summary>A column that the table's own definition names too. <paramref name="own"/> stands under the inherited one's number.</summary>
    public ColumnInfo Merge(ColumnInfo inherited, ColumnInfo own, bool isPartition)
    {
        if (!isPartition && inherited.Number == own.Number)
            context.Notice($"merging column \"{own.Name}\" with inherited definition");
        else if (!isPartition)
            context.Session.Notice($"moving and merging column \"{own.Name}\" with inherited definition", detail: "User-specified column moved to the position of the inherited column.");
        CheckTypes(context, $"column \"{own.Name}\"", inherited, own);
        if (own.Default is not null)
            _conflictingDefaults.Remove(own.Name);
        if (inherited.Generated != '\0' && own.Default is not null && own.Generated == '\0')
            throw new SqlException(SqlState.InvalidTableDefinition, $"column \"{own.Name}\" inherits from generated column but specifies default");
        if (inherited.Generated != '\0' && own.Identity != '\0')
            throw new SqlException(SqlState.InvalidTableDefinition, $"column \"{own.Name}\" inherits from generated column but specifies identity");
        if (own.Generated != '\0' && inherited.Generated != '\0')
            throw new SqlException(SqlState.InvalidTableDefinition, $"child column \"{own.Name}\" specifies generation expression")
            {
                Hint = "Omit the generation expression in the definition of the child table column to inherit the generation expression from the parent table.",
            };
        if (own.Default is not null)
            Sequences.RemoveAll(s => s.Column == inherited.Number);
        return inherited with
        {
            IsLocal = true,
            NotNull = inherited.NotNull || own.NotNull,
            Identity = own.Identity,
            Default = own.Identity != '\0' ? null : own.Default ?? inherited.Default,
            DefaultOid = own.Identity != '\0' ? 0 : own.Default is null ? inherited.DefaultOid : own.DefaultOid,
            Generated = own.Generated != '\0' ? own.Generated : inherited.Generated,
        };
    }

    /// <summary>Throws 42611 when parents disagree on a default that the table does not override.</summary>
    public void CheckDefaults()
    {
        foreach (string column in _conflictingDefaults)
            throw new SqlException(SqlState.InvalidColumnDefinition, $"column \"{column}\" inherits conflicting default values") { Hint = "To resolve the conflict, specify a default explicitly." };
        Format.Invariant.Check(table.Length > 0);
    }
}
