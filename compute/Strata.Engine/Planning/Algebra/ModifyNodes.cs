using Strata.Engine.Catalog;
using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Algebra;

/// <summary>What ON CONFLICT does.</summary>
/// <param name="IsUpdate">DO UPDATE; otherwise DO NOTHING.</param>
public sealed record ConflictAction(bool IsUpdate)
{
    /// <summary>OIDs of the unique indexes that decide; empty means all.</summary>
    public IReadOnlyList<uint> ArbiterIndexes { get; init; } = [];

    /// <summary>Columns of the existing row, by attribute number - 1; the expressions below refer to them.</summary>
    public IReadOnlyList<int> ExistingColumns { get; init; } = [];

    /// <summary>Columns of the row proposed for insertion (EXCLUDED), by attribute number - 1.</summary>
    public IReadOnlyList<int> ExcludedColumns { get; init; } = [];

    /// <summary>New values by attribute number; the others keep the existing value.</summary>
    public IReadOnlyList<(short Attribute, Expression Value)> Assignments { get; init; } = [];

    /// <summary>Condition of DO UPDATE, or null.</summary>
    public Expression? Where { get; init; }
}

/// <summary>
/// The stored row of a target and what is computed from it. <paramref name="Columns"/> are query columns by attribute number - 1, -1 for dropped
/// ones; all expressions here are over them.
/// </summary>
/// <param name="Columns">The row.</param>
/// <param name="Checks">CHECK constraints.</param>
/// <param name="IndexKeys">Per index of the relation, its key expressions (null where the key is a plain column).</param>
/// <param name="IndexPredicates">Per index of the relation, its predicate, or null.</param>
public sealed record TargetRow(
    IReadOnlyList<int> Columns,
    IReadOnlyList<(ConstraintInfo Constraint, Expression Condition)> Checks,
    IReadOnlyList<IReadOnlyList<Expression?>> IndexKeys,
    IReadOnlyList<Expression?> IndexPredicates);

/// <summary>Base of INSERT, UPDATE and DELETE. Runs to completion at its first pull.</summary>
public abstract class ModifyNode(RelationalNode input, RelationInfo relation, TargetRow row) : RelationalNode
{
    /// <summary>Rows to insert, or rows of the target joined with what FROM or USING names.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>Target.</summary>
    public RelationInfo Relation { get; } = relation;

    /// <summary>The row as it is stored (for DELETE: as it was).</summary>
    public TargetRow Row { get; } = row;

    /// <summary>Alias of the target.</summary>
    public required string Alias { get; init; }

    /// <summary>The rows are asked for: RETURNING.</summary>
    public bool IsReturning { get; init; }

    /// <summary>Columns of the input that RETURNING uses besides the target's.</summary>
    public IReadOnlyList<int> PassedColumns { get; init; } = [];

    /// <summary>Column for the ctid of the stored row.</summary>
    public int CtidColumn { get; init; } = -1;

    /// <summary>Column for the OID of the table that the row is stored in.</summary>
    public int TableOidColumn { get; init; } = -1;

    /// <summary>The tables that rows are stored in, of a target with descendants or partitions; null for a plain one.</summary>
    public IReadOnlyList<RelationInfo>? Members { get; init; }

    /// <summary>The input's column with the OID of the row's table, when there are members to update or delete from; else -1.</summary>
    public int MemberColumn { get; init; } = -1;

    /// <summary>What a row of the target was joined with; of UPDATE, DELETE and MERGE.</summary>
    public HeldRows Held { get; init; } = HeldRows.None;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns => IsReturning ? [.. Row.Columns.Where(column => column >= 0), CtidColumn, TableOidColumn, .. PassedColumns] : [];

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <summary>Columns that it needs of its input.</summary>
    public abstract IEnumerable<int> NeededColumns { get; }
}

/// <summary>INSERT. <paramref name="values"/> are the input's columns by attribute number - 1 (-1 stores null).</summary>
public sealed class InsertNode(RelationalNode input, RelationInfo relation, TargetRow row, IReadOnlyList<int> values) : ModifyNode(input, relation, row)
{
    /// <summary>The input's column for each attribute.</summary>
    public IReadOnlyList<int> Values { get; } = values;

    /// <summary>ON CONFLICT, or null.</summary>
    public ConflictAction? Conflict { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<int> NeededColumns => Values.Where(column => column >= 0).Concat(PassedColumns);

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions =>
        Conflict is null ? [] : Conflict.Where is null
            ? Conflict.Assignments.Select(a => a.Value)
            : Conflict.Assignments.Select(a => a.Value).Append(Conflict.Where);

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => Copy(inputs[0], Conflict);

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) => Conflict is null
        ? this
        : Copy(Input, Conflict with
        {
            Assignments = Conflict.Assignments.Select(a => (a.Attribute, map(a.Value))).ToArray(),
            Where = Conflict.Where is null ? null : map(Conflict.Where),
        });

    private InsertNode Copy(RelationalNode input, ConflictAction? conflict) => new(input, Relation, Row, Values)
    {
        Alias = Alias,
        IsReturning = IsReturning,
        PassedColumns = PassedColumns,
        CtidColumn = CtidColumn,
        TableOidColumn = TableOidColumn,
        Members = Members,
        MemberColumn = MemberColumn,
        Conflict = conflict,
    };
}

/// <summary>
/// UPDATE. <paramref name="ctid"/> is the input's column with the row's address; <paramref name="oldValues"/> (-1 where not needed) and
/// <paramref name="newValues"/> are the input's columns by attribute number - 1; new values not assigned are the old columns.
/// </summary>
public sealed class UpdateNode(
    RelationalNode input, RelationInfo relation, TargetRow row, int scan, int ctid, IReadOnlyList<int> oldValues, IReadOnlyList<int> newValues)
    : ModifyNode(input, relation, row)
{
    /// <summary>The scan of the target in the input.</summary>
    public int Scan { get; } = scan;

    /// <summary>Address of the row.</summary>
    public int Ctid { get; } = ctid;

    /// <summary>Old values.</summary>
    public IReadOnlyList<int> OldValues { get; } = oldValues;

    /// <summary>New values.</summary>
    public IReadOnlyList<int> NewValues { get; } = newValues;

    /// <inheritdoc/>
    public override IEnumerable<int> NeededColumns =>
        OldValues.Concat(NewValues).Where(column => column >= 0).Append(Ctid).Concat(PassedColumns).Concat(MemberColumn < 0 ? [] : [MemberColumn]).Concat(Held.Columns);

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) =>
        new UpdateNode(inputs[0], Relation, Row, Scan, Ctid, OldValues, NewValues)
        {
            Alias = Alias,
            IsReturning = IsReturning,
            PassedColumns = PassedColumns,
            CtidColumn = CtidColumn,
            TableOidColumn = TableOidColumn,
            Members = Members,
            MemberColumn = MemberColumn,
            Held = Held,
        };
}

/// <summary>DELETE. <paramref name="oldValues"/> are needed for RETURNING and foreign keys; -1 where they are not.</summary>
public sealed class DeleteNode(RelationalNode input, RelationInfo relation, TargetRow row, int scan, int ctid, IReadOnlyList<int> oldValues)
    : ModifyNode(input, relation, row)
{
    /// <summary>The scan of the target in the input.</summary>
    public int Scan { get; } = scan;

    /// <summary>Address of the row.</summary>
    public int Ctid { get; } = ctid;

    /// <summary>Old values by attribute number - 1.</summary>
    public IReadOnlyList<int> OldValues { get; } = oldValues;

    /// <inheritdoc/>
    public override IEnumerable<int> NeededColumns => OldValues.Where(column => column >= 0).Append(Ctid).Concat(PassedColumns).Concat(MemberColumn < 0 ? [] : [MemberColumn]).Concat(Held.Columns);

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) =>
        new DeleteNode(inputs[0], Relation, Row, Scan, Ctid, OldValues)
        {
            Alias = Alias,
            IsReturning = IsReturning,
            PassedColumns = PassedColumns,
            CtidColumn = CtidColumn,
            TableOidColumn = TableOidColumn,
            Members = Members,
            MemberColumn = MemberColumn,
            Held = Held,
        };
}

/// <summary>Rows that somebody feeds in while the statement runs: COPY FROM.</summary>
public sealed class FeedNode(IReadOnlyList<int> columns) : RelationalNode
{
    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = columns;
}
