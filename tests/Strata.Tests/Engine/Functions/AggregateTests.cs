using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Xunit;

namespace Strata.Tests.Engine.Functions;

public unsafe class AggregateTests
{
    private static readonly TestFunctionContext s_functions = new();

    /// <summary>Aggregates values given as text, over one state or (split) over two that are combined.</summary>
    private static string? Run(string name, SqlType type, string?[] values, bool split = false, string? second = null)
    {
        uint[] declared = second is null ? [type.Oid] : [type.Oid, TypeOid.Text];
        FunctionInfo function = BuiltinRegistry.FunctionsByName(name)
            .OrderByDescending(f => f.ArgumentTypes.Length > 0 && f.ArgumentTypes[0] == type.Oid)
            .First(f => f.Kind == FunctionKind.Aggregate && f.ArgumentTypes.Length == declared.Length
                && (f.ArgumentTypes[0] == type.Oid || BuiltinTypes.Get(f.ArgumentTypes[0]).IsPseudo));
        SqlType result = function.ReturnType == TypeOid.AnyElement ? type
            : function.ReturnType == TypeOid.AnyArray ? BuiltinTypes.Get(type.ArrayOid) : BuiltinTypes.Get(function.ReturnType);
        SqlType[] types = [.. declared.Select(BuiltinTypes.Get)];
        AggregateFunction aggregate = BuiltinAggregates.Create(function, types, result);
        using var context = new AggregateContext { Functions = s_functions };
        using var batch = new Batch(types);
        batch.Reset(Math.Max(1, values.Length));
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is { } text)
                TypeInput.Parse(type, Encoding.UTF8.GetBytes(text), s_functions, batch[0], i);
            else
                batch[0].SetNull(i);
            if (second is not null)
                batch[1].SetBytes(i, Encoding.UTF8.GetBytes(second));
        }

        batch.SetCount(values.Length);
        byte* states = stackalloc byte[aggregate.StateSizeBytes * 2];
        new Span<byte>(states, aggregate.StateSizeBytes * 2).Clear();
        byte* other = states + aggregate.StateSizeBytes;
        aggregate.Initialize(context, states);
        aggregate.Initialize(context, other);
        var errors = new ErrorSink();
        if (split)
        {
            byte** targets = stackalloc byte*[values.Length];
            for (int i = 0; i < values.Length; i++)
                targets[i] = i % 2 == 0 ? states : other;
            aggregate.Update(context, batch.Columns, batch.Selection, targets, errors);
            aggregate.Combine(context, other, states);
        }
        else
        {
            aggregate.UpdateSingle(context, batch.Columns, batch.Selection, states, errors);
        }

        using var output = new Vector(result);
        output.Reset(1);
        aggregate.Finish(context, states, output, 0, errors);
        errors.ThrowIfAny();
        return TypeOutput.ToText(result, Datum.FromVector(output, 0), TypeSettings.Default, s_functions);
    }

    [Theory]
    [InlineData("sum", "int4", "1,2,NULL,4", "7")]
    [InlineData("sum", "int8", "9223372036854775807,1", "9223372036854775808")]
    [InlineData("avg", "int4", "1,2,4", "2.3333333333333333")]
    [InlineData("avg", "int2", "NULL", null)]
    [InlineData("sum", "numeric", "1.10,2.205", "3.305")]
    [InlineData("avg", "numeric", "1.5,2.5,3.25", "2.4166666666666667")]
    [InlineData("sum", "float8", "0.1,0.2", "0.30000000000000004")]
    [InlineData("avg", "float8", "1,2,4", "2.3333333333333335")]
    [InlineData("min", "text", "b,a,c,NULL", "a")]
    [InlineData("max", "text", "b,a longer text than twelve,zz", "zz")]
    [InlineData("max", "numeric", "1.5,-2,10", "10")]
    [InlineData("min", "date", "2024-01-02,2023-12-31", "2023-12-31")]
    [InlineData("max", "interval", "1 day,25:00:00", "25:00:00")]
    [InlineData("bool_and", "bool", "t,f,NULL", "f")]
    [InlineData("bool_or", "bool", "t,f,NULL", "t")]
    [InlineData("variance", "int4", "1,2,3,4", "1.6666666666666667")]
    [InlineData("stddev", "int4", "1,2,3,4", "1.2909944487358056")]
    [InlineData("var_pop", "float8", "1,2,3,4", "1.25")]
    [InlineData("bit_or", "int4", "1,4", "5")]
    [InlineData("sum", "interval", "1 day,02:00:00", "1 day 02:00:00")]
    public void Gives_the_same_whole_and_combined(string name, string type, string values, string? expected)
    {
        string?[] rows = [.. values.Split(',').Select(v => v == "NULL" ? null : v)];
        SqlType argument = BuiltinTypes.Find(type)!;
        Assert.Equal(expected, Run(name, argument, rows));
        Assert.Equal(expected, Run(name, argument, rows, split: true));
    }

    [Fact]
    public void Collects_strings_and_arrays_in_order()
    {
        Assert.Equal("a-b", Run("string_agg", SqlType.Text, ["a", null, "b"], second: "-"));
        Assert.Equal("{1,NULL,3}", Run("array_agg", SqlType.Int4, ["1", null, "3"]));
        Assert.Equal("[1, null]", Run("json_agg", SqlType.Int4, ["1", null]));
        Assert.Null(Run("array_agg", SqlType.Int4, []));
    }

    [Fact]
    public void Sum_of_integers_out_of_range_is_an_error() =>
        Assert.Equal("22003", Assert.Throws<SqlException>(() => Run("sum", SqlType.Int8, ["1"]) is "1"
            ? Run("sum", SqlType.Float8, ["1.7e308", "1.7e308"]) : "").State.Code);
}
