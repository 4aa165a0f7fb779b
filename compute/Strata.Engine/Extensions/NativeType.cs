using Strata.Engine.Execution.Keys;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Extensions;

/// <summary>
/// A base type of an extension: the forms of its values, and what its default operator classes say about them. Values are byte strings in vectors and rows. Stateless; thread-safe.
/// </summary>
internal abstract class NativeType : TypeCodec
{
    /// <summary>The symbol of the type's input function: what a database's type is recognized by.</summary>
    public abstract string InputSymbol { get; }

    /// <summary>Order and equality; null for a type that has no default order.</summary>
    public virtual ValueComparison? Comparison => null;

    /// <summary>Appends a value's part of a key: equal values give equal bytes, prefix-free, in the order of the values.</summary>
    public virtual void AppendKey(ReadOnlySpan<byte> stored, KeyBuffer key) => KeyEncoder.AppendEscaped(stored, key);

    /// <summary>The function behind a subscript: of a value and a text. Null for types that can't be subscripted.</summary>
    public virtual FunctionInfo? SubscriptFetch => null;

    /// <summary>The function behind an assignment to a subscript: of a value (or null), a text and the new part, a text, too.</summary>
    public virtual FunctionInfo? SubscriptStore => null;

    /// <summary>Writes a value as JSON when the type has a form of its own there; false otherwise.</summary>
    public virtual bool WriteJson(ReadOnlySpan<byte> stored, ByteBuffer buffer) => false;

    /// <summary>The hash that decides about hash partitions.</summary>
    public virtual ulong Hash(ReadOnlySpan<byte> stored, ulong seed) => JenkinsHash.Bytes(stored, seed);
}
