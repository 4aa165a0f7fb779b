using System.Runtime.CompilerServices;
using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>One row's call of a <see cref="RowFunction"/>: arguments in, result out.</summary>
public ref struct FunctionCall
{
    private readonly ReadOnlySpan<Vector> _arguments;
    private readonly Vector _result;
    private readonly ErrorSink _errors;
    private int _row;

    public FunctionCall(ReadOnlySpan<Vector> arguments, Vector result, ErrorSink errors, FunctionSite site, IFunctionContext context)
    {
        _arguments = arguments;
        _result = result;
        _errors = errors;
        Site = site;
        Context = context;
    }

    public readonly FunctionSite Site;

    public readonly IFunctionContext Context;

    /// <summary>The row of arguments and result that the call is about.</summary>
    public int Row
    {
        readonly get => _row;
        set => _row = value;
    }

    public readonly int ArgumentCount => _arguments.Length;

    public readonly SqlType ArgumentType(int i) => Site.ArgumentTypes[i];

    public readonly SqlType ResultType => Site.ResultType;

    /// <summary>Text formatting settings of the session.</summary>
    public readonly TypeSettings Settings => Context.Settings;

    public readonly Vector ArgumentVector(int i) => _arguments[i];

    public readonly bool IsNull(int i) => _arguments[i].IsNull(_row);

    public readonly bool Boolean(int i) => _arguments[i].Get<byte>(_row) != 0;

    public readonly byte Byte(int i) => _arguments[i].Get<byte>(_row);

    public readonly short Int16(int i) => _arguments[i].Get<short>(_row);

    public readonly int Int32(int i) => _arguments[i].Get<int>(_row);

    public readonly uint Oid(int i) => _arguments[i].Get<uint>(_row);

    public readonly long Int64(int i) => _arguments[i].Get<long>(_row);

    public readonly float Float32(int i) => _arguments[i].Get<float>(_row);

    public readonly double Float64(int i) => _arguments[i].Get<double>(_row);

    /// <summary>uuid, interval or timetz.</summary>
    public readonly T Fixed16<T>(int i)
        where T : unmanaged => _arguments[i].Get<T>(_row);

    /// <summary>Bytes of text, bytea, arrays, …; lives while the argument's vector does.</summary>
    public readonly ReadOnlySpan<byte> Bytes(int i) => _arguments[i].GetBytes(_row);

    /// <summary>The argument as a .NET string (allocates).</summary>
    public readonly string String(int i) => Encoding.UTF8.GetString(Bytes(i));

    public readonly NumericValue Numeric(int i) => NumericValue.Decode(Bytes(i));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Return(bool value) => _result.Set(_row, value ? (byte)1 : (byte)0);

    public readonly void Return(byte value) => _result.Set(_row, value);

    public readonly void Return(short value) => _result.Set(_row, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Return(int value) => _result.Set(_row, value);

    public readonly void Return(uint value) => _result.Set(_row, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Return(long value) => _result.Set(_row, value);

    public readonly void Return(float value) => _result.Set(_row, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Return(double value) => _result.Set(_row, value);

    /// <summary>uuid, interval or timetz.</summary>
    public readonly void ReturnFixed16<T>(T value)
        where T : unmanaged => _result.Set(_row, value);

    /// <summary>Copies the bytes.</summary>
    public readonly void Return(ReadOnlySpan<byte> value) => _result.SetBytes(_row, value);

    private const int LongTextChars = 1 << 20;

    public readonly void Return(string value)
    {
        // Of a long text the bytes are counted: three for each character may be more than an array can have.
        int length = value.Length > LongTextChars ? Encoding.UTF8.GetByteCount(value) : Encoding.UTF8.GetMaxByteCount(value.Length);
        byte[]? rented = length > 512 ? System.Buffers.ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> buffer = rented ?? stackalloc byte[512];
        _result.SetBytes(_row, buffer[..Encoding.UTF8.GetBytes(value, buffer)]);
        if (rented != null)
            System.Buffers.ArrayPool<byte>.Shared.Return(rented);
    }

    public readonly void Return(in NumericValue value) => value.Store(_result, _row);

    /// <summary>Returns a value given in the stored form of the result's type.</summary>
    public readonly void ReturnStored(ReadOnlySpan<byte> stored) => _result.SetStored(_row, stored);

    /// <summary>Returns an argument of the result's physical type unchanged.</summary>
    public readonly void ReturnArgument(int i) => _result.CopyRow(_arguments[i], _row, _row);

    /// <summary>Returns a copy of a row of a vector of the result's physical type.</summary>
    public readonly void ReturnRow(Vector source, int row) => _result.CopyRow(source, row, _row);

    /// <summary>Uninitialized room in the result's arena for building bytes in place; end with <see cref="ReturnView"/>.</summary>
    public readonly unsafe Span<byte> Allocate(int bytes) => new(_result.Strings.Allocate(bytes), bytes);

    /// <summary>Returns bytes that stand in the result's arena or elsewhere live as long as the result.</summary>
    public readonly unsafe void ReturnView(ReadOnlySpan<byte> value)
    {
        fixed (byte* p = value)
            _result.Set(_row, new ByteView(p, value.Length));
    }

    public readonly void ReturnNull() => _result.SetNull(_row);

    /// <summary>Reports the row's error; the row becomes null.</summary>
    public readonly void Fail(SqlState state, string message)
    {
        _errors.Report(_row, state, message);
        _result.SetNull(_row);
    }

    public readonly void Fail(SqlException error)
    {
        _errors.Report(_row, error);
        _result.SetNull(_row);
    }
}
