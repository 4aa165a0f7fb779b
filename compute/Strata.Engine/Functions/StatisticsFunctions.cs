using System.Text;
using Strata.Engine.Statistics;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>pg_get_statisticsobjdef and its kin, pg_mcv_list_items.</summary>
internal static class StatisticsFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("pg_get_statisticsobjdef", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.StatisticsDefinition(c.Oid(0), false)));
        t.Add("pg_get_statisticsobjdef_columns", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.StatisticsDefinition(c.Oid(0), true)));
        t.Add("pg_get_statisticsobjdef_expressions", static (ref FunctionCall c) =>
        {
            if (c.Context.Catalog.StatisticsExpressions(c.Oid(0)) is { } expressions)
                c.Return(TextArray(expressions));
            else
                c.ReturnNull();
        });
        t.AddSet("pg_stats_ext_mcvlist_items", static (ref FunctionCall c) => new Items(ExtendedStatisticsData.ParseCommon(c.Bytes(0))));
    }

    private static void ReturnText(ref FunctionCall c, string? text)
    {
        if (text is null)
            c.ReturnNull();
        else
            c.Return(text);
    }

    private static ReadOnlySpan<byte> TextArray(IEnumerable<string?> texts)
    {
        var array = new ArrayBuilder();
        foreach (string? text in texts)
        {
            if (text is null)
                array.AddNull();
            else
                array.Add(Encoding.UTF8.GetBytes(text));
        }

        return array.Build(TypeOid.Text);
    }

    private sealed class Items(CommonCombination[] items) : RowSource
    {
        private readonly ArrayBuilder _nulls = new();
        private int _next;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = Math.Min(rowsMax, items.Length - _next);
            for (int i = 0; i < count; i++, _next++)
            {
                CommonCombination item = items[_next];
                _nulls.Clear();
                foreach (string? value in item.Values)
                    _nulls.Add([value is null ? (byte)1 : (byte)0]);
                columns[0].Set(start + i, _next);
                columns[1].SetBytes(start + i, TextArray(item.Values));
                columns[2].SetBytes(start + i, _nulls.Build(TypeOid.Boolean));
                columns[3].Set(start + i, item.Frequency);
                columns[4].Set(start + i, item.BaseFrequency);
            }

            return count;
        }
    }
}
