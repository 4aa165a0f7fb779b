namespace Strata.Engine.Planning.Algebra;

/// <summary>A table of FROM whose rows are kept by their addresses.</summary>
/// <param name="Scan">Number of the scan.</param>
/// <param name="CtidColumn">The column that holds the row's address.</param>
/// <param name="MemberColumn">The column that holds the OID of the row's table, when the scan is one of a tree; else -1.</param>
public readonly record struct HeldTable(int Scan, int CtidColumn, int MemberColumn);

/// <summary>Something else in FROM, whose rows are kept as they are.</summary>
/// <param name="Number">Number of the <see cref="HeldCopyNode"/>, unique in the statement.</param>
/// <param name="Columns">Its columns; the last one is null only where an outer join found no row.</param>
public readonly record struct HeldCopy(int Number, IReadOnlyList<int> Columns);

/// <summary>
/// What a row that is to be changed or locked was joined with (PostgreSQL's non-locking row marks). When the row's newest version is looked at again, it is joined with these very rows, not with others that
/// would suit it as well.
/// </summary>
public sealed record HeldRows(IReadOnlyList<HeldTable> Tables, IReadOnlyList<HeldCopy> Copies)
{
    /// <summary>Nothing: the statement has one table only.</summary>
    public static readonly HeldRows None = new([], []);

    /// <summary>All columns that must come with a row.</summary>
    public IEnumerable<int> Columns =>
        Tables.Select(static table => table.CtidColumn).Concat(Tables.Where(static table => table.MemberColumn >= 0).Select(static table => table.MemberColumn))
            .Concat(Copies.SelectMany(static copy => copy.Columns));
}

/// <summary>Passes rows on; while a row is looked at again it gives the row that the first look had.</summary>
public sealed class HeldCopyNode(int number, RelationalNode input) : RelationalNode
{
    /// <summary>Number of the copy.</summary>
    public int Number { get; } = number;

    /// <summary>Input.</summary>
    public RelationalNode Input { get; } = input;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns => Input.Columns;

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new HeldCopyNode(Number, inputs[0]);
}
