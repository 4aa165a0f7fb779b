using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Types.Xml;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>xmlagg: the values behind each other, as XMLCONCAT puts them. Null when there is none.</summary>
internal sealed unsafe class XmlAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : CollectingAggregate<List<string>>(function, argumentTypes, resultType)
{
    protected override bool SkipsNulls => true;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        ReadOnlySpan<byte> value = arguments[0].GetBytes(row);
        context.Charge((2L * value.Length) + IntPtr.Size);
        Get(context, state).Add(Encoding.UTF8.GetString(value));
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (Find(context, state) is { } values)
            result.SetBytes(row, Encoding.UTF8.GetBytes(values.Count == 1 ? values[0] : XmlText.Concat(values)));
        else
            result.SetNull(row);
    }
}
