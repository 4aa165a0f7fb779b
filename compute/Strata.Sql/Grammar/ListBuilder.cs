using System.Runtime.CompilerServices;
using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Collects a list on the stack; only the finished list is allocated (long lists spill to a growing array).</summary>
internal ref struct ListBuilder<T>
{
    private Inline _inline;
    private T[]? _spill;
    private int _count;

    public readonly int Count => _count;

    public void Add(T item)
    {
        if (_spill is null)
        {
            if (_count < 4)
            {
                _inline[_count++] = item;
                return;
            }

            _spill = new T[16];
            ((ReadOnlySpan<T>)_inline).CopyTo(_spill);
        }
        else if (_count == _spill.Length)
        {
            Array.Resize(ref _spill, _count * 2);
        }

        _spill[_count++] = item;
    }

    public void AddRange(SyntaxList<T> items)
    {
        foreach (T item in items)
        {
            Add(item);
        }
    }

    public readonly SyntaxList<T> ToList() => _count == 0 ? default : new SyntaxList<T>(ToArray());

    public readonly T[] ToArray()
    {
        if (_count == 0)
        {
            return [];
        }

        T[] items;
        if (_spill is null)
        {
            items = new T[_count];
            ((ReadOnlySpan<T>)_inline)[.._count].CopyTo(items);
        }
        else if (_spill.Length == _count)
        {
            items = _spill;
        }
        else
        {
            items = _spill.AsSpan(0, _count).ToArray();
        }

        return items;
    }

    [InlineArray(4)]
    private struct Inline
    {
        private T _first;
    }
}
