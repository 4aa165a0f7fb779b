using Strata.Engine.Execution.Entries;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Extensions;

/// <summary>
/// What an extension's script means by symbols of its library: functions, base types and classes of indexes. PostgreSQL loads such a library from a file. Filled once; then immutable and thread-safe.
/// </summary>
/// <param name="name">The name in <c>pg_proc.probin</c>, with <c>$libdir/</c> in front.</param>
internal sealed class NativeLibrary(string name)
{
    private readonly Dictionary<string, NativeType> _types = [];
    private readonly Dictionary<string, ItemClass> _itemClasses = [];

    public string Name { get; } = name;

    /// <summary>Functions by symbol.</summary>
    public FunctionTable Functions { get; } = new();

    /// <summary>The base type that an input function's symbol belongs to, or null.</summary>
    public NativeType? TypeOf(string inputSymbol) => _types.GetValueOrDefault(inputSymbol);

    /// <summary>What an operator class of GIN or GiST does, found by the symbol of its function that takes values apart; null when there is none.</summary>
    public ItemClass? ItemsOf(string symbol) => _itemClasses.GetValueOrDefault(symbol);

    /// <summary>Adds a base type with its input and output functions, whose symbols differ in their ends: <c>in</c> and <c>out</c>.</summary>
    public void Add(NativeType type)
    {
        _types.Add(type.InputSymbol, type);
        Functions.Add(type.InputSymbol, static (ref FunctionCall c) =>
        {
            using var value = new Vector(c.ResultType);
            value.Reset(1);
            TypeInput.Parse(c.ResultType, c.Bytes(0), c.Context, value, 0);
            c.ReturnRow(value, 0);
        });
        Functions.Add(type.InputSymbol[..^"in".Length] + "out", static (ref FunctionCall c) =>
        {
            var text = new ByteBuffer();
            TypeOutput.Write(c.ArgumentType(0), c.Bytes(0), text, c.Settings, c.Context.Catalog);
            c.Return(text.Written);
        });
    }

    /// <summary>Adds a class of indexes under the symbols of its support function 2 (<c>extractValue</c>) of GIN or 3 (<c>compress</c>) of GiST.</summary>
    public void Add(string symbol, ItemClass items) => _itemClasses.Add(symbol, items);
}
