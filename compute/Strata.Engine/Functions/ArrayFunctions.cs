using System.Globalization;
using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Functions and operators of arrays.</summary>
internal static class ArrayFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("array_ndims", static (ref FunctionCall c) => ReturnPositive(ref c, new ArrayValue(c.Bytes(0)).Dimensions));
        t.Add("array_length", static (ref FunctionCall c) => Dimension(ref c, static (array, d) => array.Length(d)));
        t.Add("array_lower", static (ref FunctionCall c) => Dimension(ref c, static (array, d) => array.LowerBound(d)));
        t.Add("array_upper", static (ref FunctionCall c) => Dimension(ref c, static (array, d) => array.LowerBound(d) + array.Length(d) - 1));
        t.Add("array_cardinality", static (ref FunctionCall c) => c.Return(new ArrayValue(c.Bytes(0)).Count));
        t.Add("array_dims", Dimensions);
        t.Add("array_append", static (ref FunctionCall c) => Extend(ref c, arrayAt: 0, atEnd: true));
        t.Add("array_prepend", static (ref FunctionCall c) => Extend(ref c, arrayAt: 1, atEnd: false));
        t.Add("array_cat", Concatenate);
        t.Add("array_position", static (ref FunctionCall c) => Position(ref c, int.MinValue));
        t.Add("array_position_start", static (ref FunctionCall c) => Position(ref c, StartOf(ref c)));
        t.Add("array_positions", Positions);
        t.Add("array_remove", static (ref FunctionCall c) => Replace(ref c, remove: true));
        t.Add("array_replace", static (ref FunctionCall c) => Replace(ref c, remove: false));
        t.Add("arraycontains", static (ref FunctionCall c) => c.Return(ContainsAll(ref c, 0, 1)));
        t.Add("arraycontained", static (ref FunctionCall c) => c.Return(ContainsAll(ref c, 1, 0)));
        t.Add("arrayoverlap", static (ref FunctionCall c) => c.Return(Overlaps(ref c)));
        t.Add("array_to_text", static (ref FunctionCall c) => Join(ref c));
        t.Add("array_to_text_null", static (ref FunctionCall c) => Join(ref c));
        t.Add("text_to_array", Split);
        t.Add("text_to_array_null", Split);
        t.AddSet("text_to_table", SplitRows);
        t.AddSet("text_to_table_null", SplitRows);
        t.Add("trim_array", TrimArray);
        t.Add("array_fill", Fill);
        t.Add("array_fill_with_lower_bounds", Fill);
        t.Add("width_bucket_array", static (ref FunctionCall c) =>
        {
            var bounds = new ArrayValue(c.Bytes(1));
            if (bounds.Dimensions > 1)
                throw new SqlException(SqlState.ArraySubscriptError, "thresholds must be one-dimensional array");
            ValueComparison order = ValueComparison.For(c.ArgumentType(0));
            ReadOnlySpan<byte> operand = c.ArgumentVector(0).GetStored(c.Row);
            var thresholds = new List<int>(bounds.Count);
            foreach (ArrayValue.Element bound in bounds)
            {
                if (bound.IsNull)
                    throw new SqlException(SqlState.NullValueNotAllowed, "thresholds array must not contain NULLs");
                thresholds.Add(order.Compare(operand, bound.Stored));
            }

            // Halving, as PostgreSQL does: of thresholds that are not sorted the answer shows it.
            int bucket = 0;
            for (int right = thresholds.Count; bucket < right;)
            {
                int middle = (bucket + right) / 2;
                if (thresholds[middle] < 0)
                    right = middle;
                else
                    bucket = middle + 1;
            }

            c.Return(bucket);
        });
        t.Add("array_larger", static (ref FunctionCall c) => c.ReturnArgument(Order(ref c).Compare(c.Bytes(0), c.Bytes(1)) > 0 ? 0 : 1));
        t.Add("array_smaller", static (ref FunctionCall c) => c.ReturnArgument(Order(ref c).Compare(c.Bytes(0), c.Bytes(1)) < 0 ? 0 : 1));
        t.AddVector("oidvectoreq", Kernels.BinaryKernel.Run<ByteView, ByteView, byte, SameBytes>);
    }

    private struct SameBytes : Kernels.IBinaryOperation<ByteView, ByteView, byte>
    {
        public static byte Invoke(ByteView left, ByteView right) => left.Equals(right) ? (byte)1 : (byte)0;
    }

    private static ValueComparison Order(ref FunctionCall c) => (ValueComparison)(c.Site.State ??= ValueComparison.For(c.ArgumentType(0)));

    private static ValueComparison ElementOrder(ref FunctionCall c, int arrayAt) =>
        (ValueComparison)(c.Site.State ??= ValueComparison.For(c.ArgumentType(arrayAt).ElementType!));

    private static void ReturnPositive(ref FunctionCall c, int value)
    {
        if (value > 0)
            c.Return(value);
        else
            c.ReturnNull();
    }

    private delegate int DimensionFact(ArrayValue array, int dimension);

    private static void Dimension(ref FunctionCall c, DimensionFact fact)
    {
        var array = new ArrayValue(c.Bytes(0));
        int dimension = c.Int32(1) - 1;
        if ((uint)dimension < (uint)array.Dimensions)
            c.Return(fact(array, dimension));
        else
            c.ReturnNull();
    }

    private static void Dimensions(ref FunctionCall c)
    {
        var array = new ArrayValue(c.Bytes(0));
        if (array.Dimensions == 0)
        {
            c.ReturnNull();
            return;
        }

        var text = new StringBuilder();
        for (int i = 0; i < array.Dimensions; i++)
            text.Append(CultureInfo.InvariantCulture, $"[{array.LowerBound(i)}:{array.LowerBound(i) + array.Length(i) - 1}]");
        c.Return(text.ToString());
    }

    private static void Extend(ref FunctionCall c, int arrayAt, bool atEnd)
    {
        var array = new ArrayValue(c.IsNull(arrayAt) ? default : c.Bytes(arrayAt));
        if (array.Dimensions > 1)
            throw new SqlException(SqlState.DataException, "argument must be empty or one-dimensional array");
        int valueAt = 1 - arrayAt;
        var builder = new ArrayBuilder();
        if (!atEnd)
            AddArgument(ref c, builder, valueAt);
        foreach (ArrayValue.Element element in array)
            builder.Add(element);
        if (atEnd)
            AddArgument(ref c, builder, valueAt);
        int lower = array.Dimensions == 0 ? 1 : array.LowerBound(0);
        c.Return(builder.Build(c.ArgumentType(arrayAt).ElementOid, lower));
    }

    private static void AddArgument(ref FunctionCall c, ArrayBuilder builder, int argument)
    {
        if (c.IsNull(argument))
            builder.AddNull();
        else
            builder.Add(c.ArgumentVector(argument).GetStored(c.Row));
    }

    private static SqlException Incompatible(string detail) =>
        new(SqlState.ArraySubscriptError, "cannot concatenate incompatible arrays") { Detail = detail };

    private static void Concatenate(ref FunctionCall c)
    {
        if (c.IsNull(0) || c.IsNull(1))
        {
            if (c.IsNull(0) && c.IsNull(1))
                c.ReturnNull();
            else
                c.ReturnArgument(c.IsNull(0) ? 1 : 0);
            return;
        }

        ArrayValue left = new(c.Bytes(0)), right = new(c.Bytes(1));
        if (left.Dimensions == 0 || right.Dimensions == 0)
        {
            c.ReturnArgument(left.Dimensions == 0 ? 1 : 0);
            return;
        }

        int dimensions = Math.Max(left.Dimensions, right.Dimensions);
        if (Math.Abs(left.Dimensions - right.Dimensions) > 1)
            throw Incompatible($"Arrays of {left.Dimensions} and {right.Dimensions} dimensions are not compatible for concatenation.");
        int leftShift = dimensions - left.Dimensions, rightShift = dimensions - right.Dimensions;
        Span<int> lengths = stackalloc int[dimensions], bounds = stackalloc int[dimensions];
        ArrayValue wide = leftShift == 0 ? left : right;
        for (int i = 0; i < dimensions; i++)
        {
            lengths[i] = wide.Length(i);
            bounds[i] = wide.LowerBound(i);
        }

        lengths[0] = (leftShift == 0 ? left.Length(0) : 1) + (rightShift == 0 ? right.Length(0) : 1);
        for (int i = 1; i < dimensions; i++)
        {
            if (left.Length(i - leftShift) != right.Length(i - rightShift) || left.LowerBound(i - leftShift) != right.LowerBound(i - rightShift))
                throw Incompatible(leftShift + rightShift > 0 ? "Arrays with differing dimensions are not compatible for concatenation." : "Arrays with differing element dimensions are not compatible for concatenation.");
        }

        var builder = new ArrayBuilder();
        foreach (ArrayValue.Element element in left)
            builder.Add(element);
        foreach (ArrayValue.Element element in right)
            builder.Add(element);
        c.Return(builder.Build(c.ArgumentType(0).ElementOid, lengths, bounds));
    }

    /// <summary>IS NOT DISTINCT FROM between an element and an argument.</summary>
    private static bool Same(ref FunctionCall c, ValueComparison order, ArrayValue.Element element, int argument)
    {
        if (element.IsNull || c.IsNull(argument))
            return element.IsNull && c.IsNull(argument);
        return order.Equal(element.Stored, c.ArgumentVector(argument).GetStored(c.Row));
    }

    // An array without nulls has no null element, wherever the search begins.
    private static int StartOf(ref FunctionCall c) => c.IsNull(0) || !c.IsNull(2) || new ArrayValue(c.Bytes(0)).Dimensions != 1 ? c.Int32(2)
        : c.IsNull(1) && !HasNull(new ArrayValue(c.Bytes(0))) ? 1
        : throw new SqlException(SqlState.NullValueNotAllowed, "initial position must not be null");

    private static bool HasNull(in ArrayValue array)
    {
        foreach (ArrayValue.Element element in array)
        {
            if (element.IsNull)
                return true;
        }

        return false;
    }

    private static void Position(ref FunctionCall c, int start)
    {
        if (c.IsNull(0))
        {
            c.ReturnNull();
            return;
        }

        var array = new ArrayValue(c.Bytes(0));
        if (array.Dimensions > 1)
            throw new SqlException(SqlState.FeatureNotSupported, "searching for elements in multidimensional arrays is not supported");
        ValueComparison order = ElementOrder(ref c, 0);
        int at = array.Dimensions == 0 ? 1 : array.LowerBound(0);
        foreach (ArrayValue.Element element in array)
        {
            if (at >= start && Same(ref c, order, element, 1))
            {
                c.Return(at);
                return;
            }

            at++;
        }

        c.ReturnNull();
    }

    private static void Positions(ref FunctionCall c)
    {
        if (c.IsNull(0))
        {
            c.ReturnNull();
            return;
        }

        var array = new ArrayValue(c.Bytes(0));
        if (array.Dimensions > 1)
            throw new SqlException(SqlState.FeatureNotSupported, "searching for elements in multidimensional arrays is not supported");
        ValueComparison order = ElementOrder(ref c, 0);
        int at = array.Dimensions == 0 ? 1 : array.LowerBound(0);
        var builder = new ArrayBuilder();
        foreach (ArrayValue.Element element in array)
        {
            if (Same(ref c, order, element, 1))
                builder.Add(BitConverter.GetBytes(at));
            at++;
        }

        c.Return(builder.Build(TypeOid.Int4));
    }

    private static void Replace(ref FunctionCall c, bool remove)
    {
        if (c.IsNull(0))
        {
            c.ReturnNull();
            return;
        }

        var array = new ArrayValue(c.Bytes(0));
        if (remove && array.Dimensions > 1)
            throw new SqlException(SqlState.FeatureNotSupported, "removing elements from multidimensional arrays is not supported");
        ValueComparison order = ElementOrder(ref c, 0);
        var builder = new ArrayBuilder();
        foreach (ArrayValue.Element element in array)
        {
            if (!Same(ref c, order, element, 1))
                builder.Add(element);
            else if (!remove)
                AddArgument(ref c, builder, 2);
        }

        Span<int> lengths = stackalloc int[Math.Max(1, array.Dimensions)], bounds = stackalloc int[Math.Max(1, array.Dimensions)];
        for (int i = 0; i < array.Dimensions; i++)
        {
            lengths[i] = array.Length(i);
            bounds[i] = array.LowerBound(i);
        }

        if (remove)
            lengths[0] = builder.Count;
        c.Return(builder.Build(c.ArgumentType(0).ElementOid, lengths, bounds));
    }

    private static bool ContainsAll(ref FunctionCall c, int outer, int inner)
    {
        ValueComparison order = ElementOrder(ref c, 0);
        var container = new ArrayValue(c.Bytes(outer));
        foreach (ArrayValue.Element wanted in new ArrayValue(c.Bytes(inner)))
        {
            if (wanted.IsNull || !Contains(order, container, wanted.Stored))
                return false;
        }

        return true;
    }

    private static bool Contains(ValueComparison order, ArrayValue array, ReadOnlySpan<byte> value)
    {
        foreach (ArrayValue.Element element in array)
        {
            if (!element.IsNull && order.Equal(element.Stored, value))
                return true;
        }

        return false;
    }

    private static bool Overlaps(ref FunctionCall c)
    {
        ValueComparison order = ElementOrder(ref c, 0);
        var right = new ArrayValue(c.Bytes(1));
        foreach (ArrayValue.Element element in new ArrayValue(c.Bytes(0)))
        {
            if (!element.IsNull && Contains(order, right, element.Stored))
                return true;
        }

        return false;
    }

    private static void Join(ref FunctionCall c)
    {
        if (c.IsNull(0) || c.IsNull(1))
        {
            c.ReturnNull();
            return;
        }

        SqlType element = c.ArgumentType(0).ElementType!;
        bool showNulls = c.ArgumentCount > 2 && !c.IsNull(2);
        var result = new ByteBuffer();
        bool any = false;
        foreach (ArrayValue.Element item in new ArrayValue(c.Bytes(0)))
        {
            if (item.IsNull && !showNulls)
                continue;
            if (any)
                result.Write(c.Bytes(1));
            any = true;
            if (item.IsNull)
                result.Write(c.Bytes(2));
            else
                TypeOutput.Write(element, item.Stored, result, c.Settings, c.Context.Catalog);
        }

        c.Return(result.Written);
    }

    private static void Split(ref FunctionCall c)
    {
        if (c.IsNull(0))
        {
            c.ReturnNull();
            return;
        }

        var builder = new ArrayBuilder();
        foreach (byte[]? part in Parts(ref c))
        {
            if (part is null)
                builder.AddNull();
            else
                builder.Add(part);
        }

        c.Return(builder.Build(TypeOid.Text));
    }

    /// <summary>A null separator splits into characters; the null string marks null parts.</summary>
    private static List<byte[]?> Parts(ref FunctionCall c)
    {
        var parts = new List<byte[]?>();
        ReadOnlySpan<byte> text = c.Bytes(0);
        bool hasNull = c.ArgumentCount > 2 && !c.IsNull(2);
        ReadOnlySpan<byte> nullText = hasNull ? c.Bytes(2) : default;
        while (!text.IsEmpty)
        {
            DepthGuard.Step();
            int length, skip;
            if (c.IsNull(1))
            {
                length = skip = CharacterTypes.ByteOffset(text, 1);
            }
            else
            {
                ReadOnlySpan<byte> separator = c.Bytes(1);
                int at = separator.IsEmpty ? -1 : LongBytes.IndexOf(text, separator);
                length = at < 0 ? text.Length : at;
                skip = at < 0 ? text.Length : at + separator.Length;
                if (at >= 0 && skip == text.Length)
                {
                    Add(text[..length], nullText);
                    Add(default, nullText);
                    break;
                }
            }

            Add(text[..length], nullText);
            text = text[skip..];
        }

        return parts;

        void Add(ReadOnlySpan<byte> part, ReadOnlySpan<byte> marker) =>
            parts.Add(hasNull && part.SequenceEqual(marker) ? null : part.ToArray());
    }

    private static TextRows? SplitRows(ref FunctionCall c) => c.IsNull(0) ? null : new TextRows(Parts(ref c));

    /// <summary>Rows of one text column.</summary>
    internal sealed class TextRows(IReadOnlyList<byte[]?> values) : RowSource
    {
        private int _next;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            for (; count < rowsMax && _next < values.Count; count++, _next++)
            {
                if (values[_next] is { } value)
                    columns[0].SetBytes(start + count, value);
                else
                    columns[0].SetNull(start + count);
            }

            return count;
        }
    }

    private static void TrimArray(ref FunctionCall c)
    {
        var array = new ArrayValue(c.Bytes(0));
        int length = array.Dimensions == 0 ? 0 : array.Length(0), drop = c.Int32(1);
        if (drop < 0 || drop > length)
            throw new SqlException(SqlState.ArraySubscriptError, string.Create(CultureInfo.InvariantCulture, $"number of elements to trim must be between 0 and {length}"));
        var builder = new ArrayBuilder();
        int perItem = length == 0 ? 0 : array.Count / length, left = (length - drop) * perItem;
        foreach (ArrayValue.Element element in array)
        {
            if (left-- <= 0)
                break;
            builder.Add(element);
        }

        Span<int> lengths = stackalloc int[Math.Max(1, array.Dimensions)], ones = stackalloc int[Math.Max(1, array.Dimensions)];
        for (int i = 0; i < array.Dimensions; i++)
        {
            lengths[i] = i == 0 ? length - drop : array.Length(i);
            ones[i] = 1;
        }

        c.Return(builder.Build(c.ArgumentType(0).ElementOid, lengths, ones));
    }

    private static void Fill(ref FunctionCall c)
    {
        bool hasBounds = c.ArgumentCount > 2;
        if (c.IsNull(1) || (hasBounds && c.IsNull(2)))
            throw new SqlException(SqlState.NullValueNotAllowed, "dimension array or low bound array cannot be null");
        int[] lengths = FillNumbers(new ArrayValue(c.Bytes(1)));
        if (lengths.Length > ArrayValue.DimensionsMax)
            throw new SqlException(SqlState.ProgramLimitExceeded, $"number of array dimensions ({lengths.Length}) exceeds the maximum allowed ({ArrayValue.DimensionsMax})");
        var bounds = new int[lengths.Length];
        Array.Fill(bounds, 1);
        if (hasBounds)
        {
            bounds = FillNumbers(new ArrayValue(c.Bytes(2)));
            if (bounds.Length != lengths.Length)
                throw new SqlException(SqlState.ArraySubscriptError, "wrong number of array subscripts") { Detail = "Low bound array has different size than dimensions array." };
        }

        long total = lengths.Length == 0 ? 0 : 1;
        foreach (int length in lengths)
        {
            total = length < 0 ? long.MaxValue : total * length;
            if (total > ArrayBuilder.ElementsMax)
                throw ArrayBuilder.TooLarge();
        }

        for (int i = 0; i < lengths.Length; i++)
            if ((long)lengths[i] + bounds[i] > int.MaxValue)
                throw new SqlException(SqlState.ProgramLimitExceeded, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"array lower bound is too large: {bounds[i]}"));
        var builder = new ArrayBuilder();
        for (long i = 0; i < total; i++)
            AddArgument(ref c, builder, 0);
        c.Return(builder.Build(c.ResultType.ElementOid, lengths, bounds));
    }

    private static int[] FillNumbers(ArrayValue array)
    {
        if (array.Dimensions > 1)
            throw new SqlException(SqlState.ArraySubscriptError, "wrong number of array subscripts") { Detail = "Dimension array must be one dimensional." };
        var numbers = new int[array.Count];
        int at = 0;
        foreach (ArrayValue.Element element in array)
            numbers[at++] = element.IsNull ? throw new SqlException(SqlState.NullValueNotAllowed, "dimension values cannot be null") : BitConverter.ToInt32(element.Stored);
        return numbers;
    }
}
