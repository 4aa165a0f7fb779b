using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>
/// Text and binary forms of the types of one subject (ranges, network addresses, …), which stand in files of their own.
/// <see cref="TypeInput"/>, <see cref="TypeOutput"/> and <see cref="TypeBinary"/> come here by <see cref="TypeCodecs.Find"/>.
/// Implementations are stateless and thread-safe; they throw <see cref="SqlException"/>.
/// </summary>
internal abstract class TypeCodec
{
    /// <summary>Text input into a row of a flat vector with room; a modifier is applied as for an assignment.</summary>
    public abstract void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row);

    /// <summary>Text output of a value in its stored form.</summary>
    public abstract void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog);

    /// <summary>The binary form on the wire.</summary>
    public abstract void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog);

    /// <summary>Reads the binary form; 22P03 or 08P01 when it is malformed.</summary>
    public abstract void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row);
}
