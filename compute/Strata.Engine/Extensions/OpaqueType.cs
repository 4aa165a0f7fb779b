using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Extensions;

/// <summary>A type of what an index keeps: no value of it can be given or shown.</summary>
internal sealed class OpaqueType(string inputSymbol, string name) : NativeType
{
    public override string InputSymbol => inputSymbol;

    public override void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row) =>
        throw new SqlException(SqlState.FeatureNotSupported, $"cannot accept a value of type {name}");

    public override void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog) =>
        throw new SqlException(SqlState.FeatureNotSupported, $"cannot display a value of type {name}");

    public override void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog) =>
        throw new SqlException(SqlState.FeatureNotSupported, $"cannot display a value of type {name}");

    public override void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row) =>
        throw new SqlException(SqlState.FeatureNotSupported, $"cannot accept a value of type {name}");
}
