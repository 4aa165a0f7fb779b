namespace Strata.Engine.Catalog;

/// <summary>A parameter of a routine.</summary>
/// <param name="Name">Name; empty for none.</param>
/// <param name="Mode">As in <c>pg_proc.proargmodes</c>: i, o, b (INOUT), v (VARIADIC), t (column of RETURNS TABLE).</param>
/// <param name="TypeOid">Type; of a VARIADIC one, the array.</param>
/// <param name="Default">Default value, or null.</param>
public sealed record RoutineParameter(string Name, char Mode, uint TypeOid, CatalogExpression? Default)
{
    /// <summary>The caller of a function gives a value for it.</summary>
    public bool IsInput => Mode is 'i' or 'b' or 'v';

    /// <summary>The routine's result has a column for it.</summary>
    public bool IsOutput => Mode is 'o' or 'b' or 't';
}
