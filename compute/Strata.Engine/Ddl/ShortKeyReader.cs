using System.Runtime.InteropServices;
using Strata.Engine.Execution.Spill;

namespace Strata.Engine.Ddl;

/// <summary>Reads sorted short keys one by one, from memory or from a run on disk. Not thread-safe.</summary>
internal sealed class ShortKeyReader
{
    private const int BufferKeys = 2048;

    private readonly ShortKeySorter? _memory;
    private readonly SpillFile? _file;
    private readonly ShortIndexKey[] _buffer = [];
    private readonly long _offset;
    private readonly int _count;
    private int _next;
    private int _bufferEnd;

    /// <summary>Over keys that are in memory and in order.</summary>
    public ShortKeyReader(ShortKeySorter memory)
    {
        _memory = memory;
        _count = memory.Count;
    }

    /// <summary>Over a run on disk.</summary>
    public ShortKeyReader(SpillFile file, long offset, int count)
    {
        _file = file;
        _offset = offset;
        _count = count;
        _buffer = new ShortIndexKey[Math.Min(BufferKeys, count)];
    }

    /// <summary>Reads the next key; false at the end. Throws 58030.</summary>
    public bool Read(out ShortIndexKey key)
    {
        if (_next >= _count)
        {
            key = default;
            return false;
        }

        if (_memory is not null)
        {
            key = _memory[_next++];
            return true;
        }

        if (_next >= _bufferEnd)
        {
            Span<ShortIndexKey> part = _buffer.AsSpan(0, Math.Min(_buffer.Length, _count - _next));
            _file!.Read(_offset + ((long)_next * ShortIndexKey.SizeBytes), MemoryMarshal.AsBytes(part));
            _bufferEnd = _next + part.Length;
        }

        key = _buffer[_next++ % _buffer.Length];
        return true;
    }
}
