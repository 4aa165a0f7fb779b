using Strata.Engine.Types;

namespace Strata.Engine.Planning.Algebra;

/// <summary>The columns, scans and executor parameters of one query; grows while it is bound and rewritten. Not thread-safe.</summary>
public sealed class QueryMetadata
{
    private readonly List<QueryColumn> _columns = [];
    private int _nextScan;
    private int _nextCte;
    private int _nextHeldCopy;

    /// <summary>Number of columns so far.</summary>
    public int ColumnCount => _columns.Count;

    /// <summary>A column by its number.</summary>
    public QueryColumn this[int column] => _columns[column];

    /// <summary>Adds a column and returns its number.</summary>
    public int AddColumn(string name, SqlType type, string? qualifier = null, uint tableOid = 0, short attributeNumber = 0)
    {
        int id = _columns.Count;
        _columns.Add(new QueryColumn(id, name, type) { Qualifier = qualifier, TableOid = tableOid, AttributeNumber = attributeNumber });
        return id;
    }

    /// <summary>A new number for a scan of a table.</summary>
    public int NextScan() => _nextScan++;

    /// <summary>A new number for a WITH item.</summary>
    public int NextCte() => _nextCte++;

    /// <summary>A new number for rows of FROM that are kept as copies.</summary>
    public int NextHeldCopy() => _nextHeldCopy++;

    /// <summary>Number of scans so far.</summary>
    public int ScanCount => _nextScan;

    /// <summary>Number of WITH items so far.</summary>
    public int CteCount => _nextCte;
}
