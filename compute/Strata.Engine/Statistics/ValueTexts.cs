using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Statistics;

/// <summary>Values as the texts that <c>pg_statistic</c> keeps: in a form that reads the same under all settings. For one thread.</summary>
internal sealed class ValueTexts(SqlType type, ICatalogServices? catalog)
{
    private readonly ByteBuffer _buffer = new();

    public string Of(in Datum value)
    {
        using var vector = new Vector(type);
        vector.Reset(1);
        value.Store(vector, 0);
        _buffer.Clear();
        TypeOutput.Write(vector, 0, _buffer, TypeSettings.Default, catalog);
        return _buffer.ToString();
    }

    /// <summary>The text of a value in its stored form.</summary>
    public string OfStored(ReadOnlySpan<byte> stored)
    {
        _buffer.Clear();
        TypeOutput.Write(type, stored, _buffer, TypeSettings.Default, catalog);
        return _buffer.ToString();
    }
}
