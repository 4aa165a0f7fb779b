using System.Buffers.Binary;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Types.Geometry;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.BlockSummaries;

/// <summary>
/// What a BRIN operator class keeps of the values of a block range: per dimension the least low end and the greatest high end, as bytes that compare like the values. Immutable, thread-safe.
/// </summary>
internal abstract class SummaryClass
{
    /// <summary>Longer ends are cut, low ends below and high ends above what they stand for.</summary>
    private const int EndBytesMax = 128;

    private static readonly SummaryClass s_scalar = new ScalarSummary();
    private static readonly SummaryClass s_span = new SpanSummary();
    private static readonly SummaryClass s_area = new AreaSummary();

    /// <summary>Number of dimensions.</summary>
    public abstract int Dimensions { get; }

    /// <summary>The class of a key. What PostgreSQL keeps as Bloom filters and as several intervals is one interval here.</summary>
    public static SummaryClass Of(IndexKey key) => OperatorFamilies.Class(key.OperatorClassOid)?.Name switch
    {
        "range_inclusion_ops" or "inet_inclusion_ops" => s_span,
        "box_inclusion_ops" => s_area,
        { } name when name.EndsWith("_ops", StringComparison.Ordinal) => s_scalar,
        var name => throw new InvariantViolationException($"operator class {name} of a key is unknown"),
    };

    /// <summary>The low ends of a value that is not null, one for each dimension, then the high ones; false when it has none (it is empty).</summary>
    public abstract bool TryEnds(Vector vector, int row, SummaryEnds ends);

    /// <summary>What <c>value operator constant</c> asks of a range's hull, for values of type <paramref name="column"/>.</summary>
    public abstract SummaryTest Test(string operatorName, SqlType column, Vector value, int row);

    private static void Append(SqlType type, ReadOnlySpan<byte> stored, KeyBuffer buffer)
    {
        int start = buffer.Length;
        KeyEncoder.AppendStored(type, stored, buffer);
        buffer.Length = Math.Min(buffer.Length, start + EndBytesMax);
    }

    private static void Append(ulong number, KeyBuffer buffer)
    {
        BinaryPrimitives.WriteUInt64BigEndian(buffer.Reserve(sizeof(ulong)), number);
        buffer.Advance(sizeof(ulong));
    }

    private static byte[] Bytes(ulong number)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes;
    }

    // low <= LowMax, high >= HighMin, for a hull: its least low end and its greatest high end.
    private static SummaryBound BoundOf(in SpanConstraint constraint) =>
        new(Bytes(Math.Min(constraint.LowMax, constraint.HighMax)), Bytes(Math.Max(constraint.HighMin, constraint.LowMin)));

    private sealed class ScalarSummary : SummaryClass
    {
        public override int Dimensions => 1;

        public override bool TryEnds(Vector vector, int row, SummaryEnds ends)
        {
            Append(vector.Type, vector.GetStored(row), ends.Begin());
            ends.End();
            Append(vector.Type, vector.GetStored(row), ends.Begin());
            ends.End();
            return true;
        }

        // Integers and floats may be compared with others of their kind: the constant becomes the nearest value of the column's type, which keeps the order.
        private static void AppendAs(SqlType column, Vector value, int row, KeyBuffer key)
        {
            Span<byte> stored = stackalloc byte[sizeof(long)];
            switch (column.Physical)
            {
                case PhysicalType.Int16 when value.Physical != PhysicalType.Int16:
                    BinaryPrimitives.WriteInt16LittleEndian(stored, (short)Math.Clamp(Integer(value, row), short.MinValue, short.MaxValue));
                    Append(column, stored[..sizeof(short)], key);
                    break;
                case PhysicalType.Int32 when value.Physical != PhysicalType.Int32:
                    BinaryPrimitives.WriteInt32LittleEndian(stored, (int)Math.Clamp(Integer(value, row), int.MinValue, int.MaxValue));
                    Append(column, stored[..sizeof(int)], key);
                    break;
                case PhysicalType.Int64 when value.Physical != PhysicalType.Int64:
                    BinaryPrimitives.WriteInt64LittleEndian(stored, Integer(value, row));
                    Append(column, stored, key);
                    break;
                case PhysicalType.Float32 when value.Physical == PhysicalType.Float64:
                    BinaryPrimitives.WriteSingleLittleEndian(stored, (float)value.Get<double>(row));
                    Append(column, stored[..sizeof(float)], key);
                    break;
                case PhysicalType.Float64 when value.Physical == PhysicalType.Float32:
                    BinaryPrimitives.WriteDoubleLittleEndian(stored, value.Get<float>(row));
                    Append(column, stored, key);
                    break;
                default:
                    Append(value.Type, value.GetStored(row), key);
                    break;
            }
        }

        private static long Integer(Vector value, int row) => value.Physical switch
        {
            PhysicalType.Int16 => value.Get<short>(row),
            PhysicalType.Int32 => value.Get<int>(row),
            _ => value.Get<long>(row),
        };

        public override SummaryTest Test(string operatorName, SqlType column, Vector value, int row)
        {
            var key = new KeyBuffer();
            AppendAs(column.Plain, value, row, key);
            byte[] bytes = key.Written.ToArray();
            return operatorName switch
            {
                "=" => new SummaryTest([new SummaryBound(bytes, bytes)]),
                "<" or "<=" => new SummaryTest([new SummaryBound(bytes, [])]),
                ">" or ">=" => new SummaryTest([new SummaryBound(null, bytes)]),
                _ => SummaryTest.Any,
            };
        }
    }

    private sealed class SpanSummary : SummaryClass
    {
        public override int Dimensions => 1;

        public override bool TryEnds(Vector vector, int row, SummaryEnds ends)
        {
            if (!SpanItems.TrySpan(vector.Type.Plain, vector.GetStored(row), out ulong low, out ulong high))
                return false;
            Append(low, ends.Begin());
            ends.End();
            Append(high, ends.Begin());
            ends.End();
            return true;
        }

        public override SummaryTest Test(string operatorName, SqlType column, Vector value, int row)
        {
            SqlType type = value.Type.Plain;
            if (!SpanItems.TrySpan(type, value.GetStored(row), out ulong low, out ulong high))
                return SummaryTest.Any;
            return new SummaryTest([BoundOf(SpanItems.ConstraintOf(operatorName, type.Oid, low, high))]) { FindsEmpty = operatorName is "<@" or "<" or "<=" };
        }
    }

    private sealed class AreaSummary : SummaryClass
    {
        public override int Dimensions => 2;

        public override bool TryEnds(Vector vector, int row, SummaryEnds ends)
        {
            GeoBox box = AreaItems.BoundsOf(vector.Type.Plain.Oid, vector.GetStored(row));
            if (AreaItems.HasNaN(box))
                return false;
            foreach (double end in (ReadOnlySpan<double>)[box.Low.X, box.Low.Y, box.High.X, box.High.Y])
            {
                Append(AreaItems.Ordered(end), ends.Begin());
                ends.End();
            }

            return true;
        }

        public override SummaryTest Test(string operatorName, SqlType column, Vector value, int row) =>
            AreaItems.TryConstrain(operatorName, value.Type.Plain.Oid, value.GetStored(row), out SpanConstraint horizontal, out SpanConstraint vertical)
                ? new SummaryTest([BoundOf(horizontal), BoundOf(vertical)]) { FindsEmpty = true }
                : SummaryTest.Any;
    }
}
