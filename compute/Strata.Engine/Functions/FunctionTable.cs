using Strata.Format;

namespace Strata.Engine.Functions;

/// <summary>The implementation of one built-in: at least one of the three.</summary>
public sealed class FunctionImplementation
{
    public RowFunction? Row { get; internal set; }

    /// <summary>Preferred over <see cref="Row"/> for whole batches.</summary>
    public VectorFunction? Vector { get; internal set; }

    public SetFunction? Set { get; internal set; }

    /// <summary>A way to filter by it; beside <see cref="Vector"/> or <see cref="Row"/>.</summary>
    public FilterFunction? Filter { get; internal set; }
}

/// <summary>
/// Collects the implementations of function families at first use. Keys are pg_proc.prosrc, which several OIDs may share, or an OID
/// where the catalog's source is SQL text.
/// </summary>
public sealed class FunctionTable
{
    private readonly Dictionary<string, FunctionImplementation> _bySymbol = [];
    private readonly Dictionary<uint, FunctionImplementation> _byOid = [];

    public int Count => _bySymbol.Count + _byOid.Count;

    /// <summary>True when a family has implemented the symbol.</summary>
    public bool Has(string symbol) => _bySymbol.ContainsKey(symbol);

    public void Add(string symbol, RowFunction function)
    {
        FunctionImplementation implementation = Entry(symbol);
        Invariant.Check(implementation.Row is null);
        implementation.Row = function;
    }

    public void AddVector(string symbol, VectorFunction function)
    {
        FunctionImplementation implementation = Entry(symbol);
        Invariant.Check(implementation.Vector is null);
        implementation.Vector = function;
    }

    public void AddFilter(string symbol, FilterFunction function)
    {
        FunctionImplementation implementation = Entry(symbol);
        Invariant.Check(implementation.Filter is null);
        implementation.Filter = function;
    }

    public void AddSet(string symbol, SetFunction function) => Entry(symbol).Set = function;

    public void Add(uint oid, RowFunction function) => _byOid.Add(oid, new FunctionImplementation { Row = function });

    public void AddSet(uint oid, SetFunction function) => _byOid.Add(oid, new FunctionImplementation { Set = function });

    private FunctionImplementation Entry(string symbol)
    {
        if (!_bySymbol.TryGetValue(symbol, out FunctionImplementation? implementation))
            _bySymbol.Add(symbol, implementation = new FunctionImplementation());
        return implementation;
    }

    /// <summary>The implementation under a symbol, or null.</summary>
    internal FunctionImplementation? Find(string symbol) => _bySymbol.GetValueOrDefault(symbol);

    internal FunctionImplementation? Find(FunctionInfo function)
    {
        if (_byOid.TryGetValue(function.Oid, out FunctionImplementation? implementation))
            return implementation;
        return function.LanguageOid is 12 or 13 ? _bySymbol.GetValueOrDefault(function.Symbol) : null;
    }
}
