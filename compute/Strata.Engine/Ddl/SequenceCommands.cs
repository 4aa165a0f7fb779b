using Strata.Engine.Catalog;
using Strata.Engine.Sessions;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE SEQUENCE and ALTER SEQUENCE.</summary>
internal static class SequenceCommands
{
    public static void Create(DdlContext context, CreateSequenceStatement statement)
    {
        SchemaInfo schema = context.CreationSchema(statement.Sequence.Schema, statement.Sequence.Position, statement.Sequence.Persistence);
        context.LockName(schema.Oid, statement.Sequence.Name);
        if (statement.IfNotExists && context.View.FindRelation(schema.Oid, statement.Sequence.Name) is not null)
        {
            context.Session.Notice($"relation \"{statement.Sequence.Name}\" already exists, skipping", sqlState: SqlState.DuplicateTable.Code);
            return;
        }

        context.CheckNameIsFree(schema.Oid, statement.Sequence.Name, hasRowType: false);
        RelationInfo sequence = Build(context, schema, statement.Sequence.Name, SequenceOptions.Create(context, statement.Options));
        if (statement.Sequence.Persistence == RelationPersistence.Unlogged)
            sequence = sequence with { Persistence = 'u' };
        sequence = WithOwner(context, sequence, statement.Options);
        Create(context, sequence);
    }

    /// <summary>The entry of a new sequence; nothing is made yet.</summary>
    public static RelationInfo Build(DdlContext context, SchemaInfo schema, string name, SequenceInfo definition) => new()
    {
        Oid = context.NewOid(),
        Name = name,
        SchemaOid = schema.Oid,
        Kind = RelationKind.Sequence,
        OwnerOid = context.CurrentUser,
        Database = context.DatabaseOid,
        Storage = context.NewStorage(),
        Tuples = 1,
        Pages = 1,
        Columns =
        [
            ColumnBuilder.Make(1, "last_value", SqlType.Int8) with { NotNull = true },
            ColumnBuilder.Make(2, "log_cnt", SqlType.Int8) with { NotNull = true },
            ColumnBuilder.Make(3, "is_called", SqlType.Boolean) with { NotNull = true },
        ],
        Sequence = definition,
    };

    /// <summary>Makes a built sequence.</summary>
    public static void Create(DdlContext context, RelationInfo sequence)
    {
        context.Session.Engine.Transactions.Sequences.Create(
            context.Transaction, sequence.Database, sequence.Storage, SessionServices.DefinitionOf(sequence.Sequence!), context.Cancellation);
        context.CreateRelation(sequence);
    }

    public static void Alter(DdlContext context, AlterSequenceStatement statement)
    {
        RelationInfo? found = context.Find(statement.Sequence, RelationLockMode.ShareRowExclusive);
        if (found is null && statement.IfExists)
        {
            context.Session.Notice($"relation \"{DdlContext.Qualified(statement.Sequence)}\" does not exist, skipping");
            return;
        }

        RelationInfo sequence = found ?? throw context.Missing(statement.Sequence);
        if (sequence.Sequence is not { } definition)
            throw new SqlException(SqlState.WrongObjectType, $"\"{sequence.Name}\" is not a sequence");
        context.CheckOwner(sequence);
        Apply(context, sequence, definition, statement.Options);
    }

    /// <summary>Changes a sequence's definition, owner and position as the options say.</summary>
    public static void Apply(DdlContext context, RelationInfo sequence, SequenceInfo definition, SyntaxList<SequenceOption> options)
    {
        SequenceInfo changed = SequenceOptions.Alter(context, definition, options);
        SequenceStore store = context.Session.Engine.Transactions.Sequences;
        (long last, _) = store.Get(sequence.Database, sequence.Storage, context.Cancellation);
        if (SequenceOptions.Has(options, SequenceOptionKind.Restart))
        {
            long restart = SequenceOptions.Number(options, SequenceOptionKind.Restart) ?? changed.Start;
            if (restart < changed.Minimum)
                throw new SqlException(SqlState.InvalidParameterValue, $"RESTART value ({restart}) cannot be less than MINVALUE ({changed.Minimum})");
            if (restart > changed.Maximum)
                throw new SqlException(SqlState.InvalidParameterValue, $"RESTART value ({restart}) cannot be greater than MAXVALUE ({changed.Maximum})");
            Restart(context, sequence, changed, restart);
            sequence = context.View.FindRelation(sequence.Oid)!;
        }
        else if (last < changed.Minimum)
        {
            throw new SqlException(SqlState.InvalidParameterValue, $"RESTART value ({last}) cannot be less than MINVALUE ({changed.Minimum})");
        }
        else if (last > changed.Maximum)
        {
            throw new SqlException(SqlState.InvalidParameterValue, $"RESTART value ({last}) cannot be greater than MAXVALUE ({changed.Maximum})");
        }

        RelationInfo after = WithOwner(context, sequence with { Sequence = changed }, options);
        context.Replace(sequence, after);
    }

    /// <summary>A restart is transactional: the sequence gets a new storage, which rolls back with the transaction.</summary>
    public static RelationInfo Restart(DdlContext context, RelationInfo sequence, SequenceInfo definition, long value)
    {
        ulong storage = context.NewStorage();
        context.Session.Engine.Transactions.Sequences.Create(
            context.Transaction, sequence.Database, storage, SessionServices.DefinitionOf(definition) with { Start = value }, context.Cancellation);
        context.Transaction.DropStorageAtCommit(sequence.Database, sequence.Storage);
        return context.Replace(sequence, sequence with { Storage = storage });
    }

    private static RelationInfo WithOwner(DdlContext context, RelationInfo sequence, SyntaxList<SequenceOption> options)
    {
        foreach (SequenceOption option in options)
        {
            if (option.Kind != SequenceOptionKind.OwnedBy)
                continue;
            var name = (QualifiedName)option.Value!;
            var kept = sequence.Dependencies.Where(static d => d.Kind != DependencyKind.Auto);
            if (name.Parts.Count == 1)
                return name.Name == "none"
                    ? sequence with { Dependencies = [.. kept] }
                    : throw new SqlException(SqlState.SyntaxError, "invalid OWNED BY option") { Hint = "Specify OWNED BY table.column or OWNED BY NONE." };
            string? schema = name.Parts.Count > 2 ? name.Parts[name.Parts.Count - 3] : null;
            string tableName = name.Parts[name.Parts.Count - 2];
            RelationInfo table = context.View.ResolveRelation(context.Session.SearchPath, schema, tableName) ??
                throw new SqlException(SqlState.UndefinedTable, $"relation \"{tableName}\" does not exist");
            ColumnInfo column = table.FindColumn(name.Name) ??
                throw new SqlException(SqlState.UndefinedColumn, $"column \"{name.Name}\" of relation \"{table.Name}\" does not exist");
            if (table.SchemaOid != sequence.SchemaOid)
                throw new SqlException(SqlState.ObjectNotInPrerequisiteState, "sequence must be in same schema as table it is linked to");
            if (table.OwnerOid != sequence.OwnerOid)
                throw new SqlException(SqlState.ObjectNotInPrerequisiteState, "sequence must have same owner as table it is linked to");
            var owned = new Dependency(
                new ObjectAddress(CatalogOids.PgClass, sequence.Oid), new ObjectAddress(CatalogOids.PgClass, table.Oid, column.Number), DependencyKind.Auto);
            return sequence with { Dependencies = [.. kept, owned] };
        }

        return sequence;
    }
}
