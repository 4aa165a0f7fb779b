using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>
/// DETACH PARTITION: at once, or CONCURRENTLY in two transactions. The first takes the partition out of the table for whoever opens it from then on, the second, when nobody has it open any more who knew it as a part, makes
/// it a table of its own. From the first on a CHECK constraint says of its rows what the bound says, unless others do: plans that know it as a part rely on that. FINALIZE is the second alone, when the command was interrupted between them.
/// </summary>
internal sealed class DetachCommand(DdlContext context)
{
    /// <summary>Carries it out; the partitioned table is locked. Throws 42P01, 42809, 55000, 23503.</summary>
    public RelationInfo Execute(RelationInfo parent, DetachPartition command)
    {
        if (parent.PartitionKey is null)
            throw new SqlException(SqlState.WrongObjectType, $"table \"{parent.Name}\" is not partitioned");
        if (command.IsConcurrent && Array.Exists(parent.Children, oid => context.View.FindRelation(oid) is { PartitionBound.IsDefault: true }))
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, "cannot detach partitions concurrently when a default partition exists");
        RelationInfo child = context.Require(command.Partition, command.IsConcurrent ? RelationLockMode.ShareUpdateExclusive : RelationLockMode.AccessExclusive);
        if (!child.IsPartition || !child.Parents.Contains(parent.Oid))
            throw new SqlException(SqlState.UndefinedTable, $"relation \"{child.Name}\" is not a partition of relation \"{parent.Name}\"");
        if (command.IsFinalize)
        {
            if (!child.IsDetachPending)
                throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"cannot complete detaching partition \"{child.Name}\"") { Detail = "There's no pending concurrent detach." };
            context.Session.Engine.Transactions.Locks.WaitForHolders(context.Transaction.Owner, context.DatabaseOid, parent.Oid, RelationLockMode.AccessExclusive, context.Cancellation);
        }
        else
        {
            CheckNotPending(parent, child);
        }

        CheckNotReferenced(parent, child);
        if (command.IsConcurrent)
            Begin(ref parent, ref child);
        return End(parent, child);
    }

    private void CheckNotPending(RelationInfo parent, RelationInfo child)
    {
        RelationInfo? pending = child.IsDetachPending ? child : context.View.UserRelations.FirstOrDefault(r => r.IsDetachPending && r.Parents.Contains(parent.Oid));
        if (pending is null)
            return;
        string name = $"{context.View.FindSchema(parent.SchemaOid)?.Name}.{parent.Name}";
        throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"partition \"{pending.Name}\" already pending detach in partitioned table \"{name}\"")
        {
            Hint = "Use ALTER TABLE ... DETACH PARTITION ... FINALIZE to complete the pending detach operation.",
        };
    }

    private void Begin(ref RelationInfo parent, ref RelationInfo child)
    {
        using var phases = new ConcurrentPhases(context);
        phases.Keep(parent.Oid);
        phases.Keep(child.Oid);
        if (parent.PartitionKey!.Strategy != PartitionStrategy.Hash)
            child = KeepBound(child);
        context.Replace(child, child with { IsDetachPending = true });
        phases.Next();
        phases.WaitForHolders(parent.Oid, RelationLockMode.AccessExclusive);
        context.LockRelation(parent, RelationLockMode.ShareUpdateExclusive);
        child = context.LockRelation(child, RelationLockMode.AccessExclusive)!;
        parent = context.View.FindRelation(parent.Oid)!;
    }

    private RelationInfo KeepBound(RelationInfo child)
    {
        List<string> conditions = PartitionPrinter.ConstraintParts(child, context.View);
        HashSet<string> known = [.. child.Constraints.Where(static c => c is { Kind: Catalog.ConstraintKind.Check, IsValidated: true, NoInherit: false }).SelectMany(static c => Parts(c.Check!.Text))];
        foreach (ColumnInfo column in child.Columns.Where(static column => column.NotNull))
            known.Add($"({TypeNames.QuoteIdentifier(column.Name)} IS NOT NULL)");
        if (conditions.TrueForAll(known.Contains))
            return child;
        var check = new Constraint(Sql.Syntax.ConstraintKind.Check, -1) { Expression = CatalogParser.ParseExpression(PartitionPrinter.Joined(conditions)!) };
        return new AlterTreeCommand(context, new AlterTableCommand(context)).AddSatisfiedCheck(child, check);
    }

    /// <summary>The conditions of a stored one that are joined by AND, as they are printed: <c>((a) AND (b))</c>.</summary>
    private static IEnumerable<string> Parts(string condition)
    {
        int depth = 0, begin = 1;
        bool isQuoted = false;
        for (int i = 0; i < condition.Length; i++)
        {
            char c = condition[i];
            if (c is '\'' or '"')
                isQuoted = !isQuoted;
            if (isQuoted)
                continue;
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0 && i < condition.Length - 1)
                break; // the first parenthesis does not hold all of it
            if (depth != 1 || c != ')' || !condition.AsSpan(i + 1).StartsWith(" AND ("))
                continue;
            yield return condition[begin..(i + 1)];
            begin = i + " AND (".Length;
        }

        yield return begin == 1 ? condition : condition[begin..^1];
    }

    private RelationInfo End(RelationInfo parent, RelationInfo child)
    {
        child = new InheritCommands(context).Separate(parent, child);
        context.Replace(child, child with { IsPartition = false, PartitionBound = null, IsDetachPending = false });
        foreach (IndexInfo index in child.Indexes)
            if (context.View.FindRelation(index.Oid) is { Parents.Length: > 0 } relation)
                context.Replace(relation, relation with { Parents = [], IsPartition = false });
        return context.View.FindRelation(parent.Oid)!;
    }

    private void CheckNotReferenced(RelationInfo parent, RelationInfo child)
    {
        foreach (ConstraintInfo reference in parent.ReferencedBy)
        {
            if (reference.ParentOid != 0 || new TableRewrite(context).IsEmpty(child))
                continue;
            RelationInfo referencing = context.View.FindRelation(reference.TableOid)!;
            string[] columns = Array.ConvertAll(reference.Columns, n => TypeNames.QuoteIdentifier(referencing.Columns[n - 1].Name));
            string[] keys = Array.ConvertAll(RelationTree.Map(parent, child, reference.ReferencedColumns), n => TypeNames.QuoteIdentifier(child.Columns[n - 1].Name));
            string match = string.Join(" AND ", columns.Select((column, i) => $"fk.{column} = pk.{keys[i]}"));
            string?[]? row = new InternalQuery(context).First(
                $"SELECT {string.Join(", ", columns.Select(static c => "fk." + c))} FROM {context.Session.Catalog.QualifiedName(referencing)} fk JOIN {context.Session.Catalog.QualifiedName(child)} pk ON {match}");
            if (row is not null)
                throw new SqlException(SqlState.ForeignKeyViolation, $"removing partition \"{child.Name}\" violates foreign key constraint \"{reference.Name}\"")
                {
                    Detail = $"Key ({string.Join(", ", reference.Columns.Select(n => referencing.Columns[n - 1].Name))})=({string.Join(", ", row)}) is still referenced from table \"{referencing.Name}\".",
                };
        }
    }
}
