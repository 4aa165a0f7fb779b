using System.Runtime.InteropServices;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types.Geometry;

/// <summary>
/// Text and binary forms of the geometric types. Stored: the doubles of point, lseg, line, box and circle as they stand in memory; of a polygon the
/// corners; of a path one byte (1 closed) and the points. Source: PostgreSQL 15, "Geometric Types".
/// </summary>
internal sealed class GeometryCodec : TypeCodec
{
    public static readonly GeometryCodec Instance = new();

    public static ReadOnlySpan<GeoPoint> Corners(ReadOnlySpan<byte> polygon) => MemoryMarshal.Cast<byte, GeoPoint>(polygon);

    public static ReadOnlySpan<GeoPoint> PathPoints(ReadOnlySpan<byte> path) => MemoryMarshal.Cast<byte, GeoPoint>(path[1..]);

    public static bool IsClosed(ReadOnlySpan<byte> path) => path[0] != 0;

    public static byte[] MakePath(bool isClosed, ReadOnlySpan<GeoPoint> points) => [isClosed ? (byte)1 : (byte)0, .. MemoryMarshal.AsBytes(points)];

    private static ReadOnlySpan<byte> Bytes<T>(in T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));

    public override void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row)
    {
        var reader = new GeoReader(text, type.Name);
        switch (type.Oid)
        {
            case TypeOid.Point:
                {
                    GeoPoint point = reader.Pair();
                    reader.ExpectEnd();
                    result.SetBytes(row, Bytes(point));
                    break;
                }

            case TypeOid.Lseg:
                {
                    GeoPoint[] ends = reader.Points(2, mayBeOpen: true, out _);
                    reader.ExpectEnd();
                    result.SetBytes(row, MemoryMarshal.AsBytes<GeoPoint>(ends));
                    break;
                }

            case TypeOid.Box:
                {
                    GeoPoint[] corners = reader.Points(2, mayBeOpen: false, out _);
                    reader.ExpectEnd();
                    result.SetBytes(row, Bytes(GeoBox.OfText(corners[0], corners[1])));
                    break;
                }

            case TypeOid.Line: result.SetBytes(row, Bytes(ParseLine(ref reader))); break;
            case TypeOid.Circle: result.SetBytes(row, Bytes(ParseCircle(ref reader))); break;
            case TypeOid.Path: result.SetBytes(row, ParsePath(ref reader)); break;
            default:
                {
                    int count = reader.CountPairs();
                    if (count == 0)
                        throw reader.Bad();
                    GeoPoint[] corners = reader.Points(count, mayBeOpen: false, out _);
                    reader.ExpectEnd();
                    result.SetBytes(row, MemoryMarshal.AsBytes<GeoPoint>(corners));
                    break;
                }
        }
    }

    private static GeoLine ParseLine(ref GeoReader reader)
    {
        reader.SkipSpace();
        if (reader.Peek != '{')
        {
            GeoPoint[] points = reader.Points(2, mayBeOpen: true, out _);
            reader.ExpectEnd();
            if (points[0].Same(points[1]))
                throw new SqlException(SqlState.InvalidTextRepresentation, "invalid line specification: must be two distinct points");
            return GeoLine.Through(points[0], points[0].SlopeTo(points[1]));
        }

        reader.Skip();
        double a = reader.Number();
        reader.Expect(',');
        double b = reader.Number();
        reader.Expect(',');
        double c = reader.Number();
        reader.Expect('}');
        reader.SkipSpace();
        reader.ExpectEnd();
        if (GeoFloat.IsZero(a) && GeoFloat.IsZero(b))
            throw new SqlException(SqlState.InvalidTextRepresentation, "invalid line specification: A and B cannot both be zero");
        return new GeoLine(a, b, c);
    }

    private static GeoCircle ParseCircle(ref GeoReader reader)
    {
        bool isEnclosed = reader.SkipCircleOpening();
        GeoPoint center = reader.Pair();
        if (reader.Peek == ',')
            reader.Skip();
        double radius = reader.Number();
        if (radius < 0)
            throw reader.Bad();
        if (isEnclosed)
        {
            if (reader.Peek is not ((byte)')' or (byte)'>'))
                throw reader.Bad();
            reader.Skip();
            reader.SkipSpace();
        }

        reader.ExpectEnd();
        return new GeoCircle(center, radius);
    }

    private static byte[] ParsePath(ref GeoReader reader)
    {
        int count = reader.CountPairs();
        if (count == 0)
            throw reader.Bad();
        bool isEnclosed = reader.SkipOnlyParenthesis();
        GeoPoint[] points = reader.Points(count, mayBeOpen: true, out bool isOpen);
        if (isEnclosed)
        {
            reader.Expect(')');
            reader.SkipSpace();
        }

        reader.ExpectEnd();
        return MakePath(!isOpen, points);
    }

    public override void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        int digits = settings.ExtraFloatDigits;
        switch (type.Oid)
        {
            case TypeOid.Point:
                WritePoint(buffer, MemoryMarshal.Read<GeoPoint>(stored), digits);
                break;
            case TypeOid.Lseg:
                WritePoints(buffer, Corners(stored), '[', ']', digits);
                break;
            case TypeOid.Box:
                WritePoint(buffer, Corners(stored)[0], digits);
                buffer.Write(',');
                WritePoint(buffer, Corners(stored)[1], digits);
                break;
            case TypeOid.Line:
                GeoLine line = MemoryMarshal.Read<GeoLine>(stored);
                buffer.Write('{');
                NumberText.WriteFloat64(buffer, line.A, digits);
                buffer.Write(',');
                NumberText.WriteFloat64(buffer, line.B, digits);
                buffer.Write(',');
                NumberText.WriteFloat64(buffer, line.C, digits);
                buffer.Write('}');
                break;
            case TypeOid.Circle:
                GeoCircle circle = MemoryMarshal.Read<GeoCircle>(stored);
                buffer.Write('<');
                WritePoint(buffer, circle.Center, digits);
                buffer.Write(',');
                NumberText.WriteFloat64(buffer, circle.Radius, digits);
                buffer.Write('>');
                break;
            case TypeOid.Path:
                WritePoints(buffer, PathPoints(stored), IsClosed(stored) ? '(' : '[', IsClosed(stored) ? ')' : ']', digits);
                break;
            default:
                WritePoints(buffer, Corners(stored), '(', ')', digits);
                break;
        }
    }

    private static void WritePoints(ByteBuffer buffer, ReadOnlySpan<GeoPoint> points, char open, char close, int digits)
    {
        buffer.Write(open);
        for (int i = 0; i < points.Length; i++)
        {
            if (i > 0)
                buffer.Write(',');
            WritePoint(buffer, points[i], digits);
        }

        buffer.Write(close);
    }

    private static void WritePoint(ByteBuffer buffer, GeoPoint point, int digits)
    {
        buffer.Write('(');
        NumberText.WriteFloat64(buffer, point.X, digits);
        buffer.Write(',');
        NumberText.WriteFloat64(buffer, point.Y, digits);
        buffer.Write(')');
    }

    public override void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog)
    {
        ReadOnlySpan<byte> numbers = stored;
        if (type.Oid == TypeOid.Path)
        {
            buffer.Write(stored[0]);
            numbers = stored[1..];
        }

        if (type.Oid is TypeOid.Path or TypeOid.Polygon)
            buffer.WriteInt32(numbers.Length / 16);
        foreach (long number in MemoryMarshal.Cast<byte, long>(numbers))
            buffer.WriteInt64(number);
    }

    public override void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        var reader = new BinaryCursor(bytes);
        bool isClosed = type.Oid == TypeOid.Path && reader.Byte() != 0;
        int numbers = type.Length / 8;
        if (type.Oid is TypeOid.Path or TypeOid.Polygon)
        {
            int points = reader.Int32();
            if (points <= 0 || points > reader.Remaining / 16)
                throw new SqlException(SqlState.InvalidBinaryRepresentation, $"invalid number of points in external \"{type.Name}\" value");
            numbers = points * 2;
        }

        var values = new double[numbers];
        for (int i = 0; i < numbers; i++)
            values[i] = reader.Float64();
        reader.ExpectEnd();
        result.SetBytes(row, Checked(type, values, isClosed));
    }

    private static byte[] Checked(SqlType type, double[] values, bool isClosed)
    {
        ReadOnlySpan<byte> stored = MemoryMarshal.AsBytes<double>(values);
        switch (type.Oid)
        {
            case TypeOid.Path:
                return MakePath(isClosed, Corners(stored));
            case TypeOid.Box:
                return Bytes(GeoBox.OfText(Corners(stored)[0], Corners(stored)[1])).ToArray();
            case TypeOid.Line when GeoFloat.IsZero(values[0]) && GeoFloat.IsZero(values[1]):
                throw new SqlException(SqlState.InvalidBinaryRepresentation, "invalid line specification: A and B cannot both be zero");
            case TypeOid.Circle when values[2] < 0:
                throw new SqlException(SqlState.InvalidBinaryRepresentation, "invalid radius in external \"circle\" value");
            default:
                return stored.ToArray();
        }
    }
}
