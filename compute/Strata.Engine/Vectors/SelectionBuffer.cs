using System.Runtime.InteropServices;

namespace Strata.Engine.Vectors;

/// <summary>Owned storage for one <see cref="Selection"/> list; grows to the batch size and is reused. Not thread-safe.</summary>
public sealed unsafe class SelectionBuffer : IDisposable
{
    private int* _rows;
    private int _capacity;

    /// <summary>Storage for at least <paramref name="count"/> rows; earlier content is lost when it grows.</summary>
    public int* Reserve(int count)
    {
        if (count > _capacity)
        {
            int capacity = Math.Max(8, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count));
            NativeMemory.Free(_rows);
            _rows = (int*)NativeMemory.Alloc((nuint)capacity, sizeof(int));
            _capacity = capacity;
        }

        return _rows;
    }

    public int* Rows => _rows;

    public void Dispose()
    {
        NativeMemory.Free(_rows);
        _rows = null;
        _capacity = 0;
        GC.SuppressFinalize(this);
    }

    ~SelectionBuffer() => NativeMemory.Free(_rows);
}
