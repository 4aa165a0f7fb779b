namespace Strata.Engine.Catalog;

/// <summary>
/// A relation whose rows are made by code: a catalog (built-in rows and the rows of its heap) or a view of the running system. Column order and types are
/// those of the <see cref="RelationInfo"/> that carries it. Immutable, shared by all sessions.
/// </summary>
public abstract class SystemTable
{
    /// <summary>
    /// The rows, made one after the other into the same array: each step fills it anew, indexed by column number - 1. The enumerator belongs to one thread. Errors: <c>SqlException</c>.
    /// </summary>
    public abstract IEnumerable<CatalogValue[]> Scan(SystemScanContext context);

    /// <summary>About how many rows there are, for plans; found without reading them.</summary>
    public virtual double EstimateRows(CatalogView catalog) => 200;
}

/// <summary>What system tables are read with.</summary>
/// <param name="Catalog">The catalog as the statement sees it.</param>
/// <param name="Session">The session that asks; null for internal scans.</param>
public sealed record SystemScanContext(CatalogView Catalog, Sessions.SqlSession? Session);
