using System.Diagnostics.CodeAnalysis;

namespace Strata.PageServer.Layers;

/// <summary>
/// Decompressed blocks of layer files, least recently used out first. Blocks are plain arrays that nobody writes, so one may leave the cache while it is
/// read. Thread-safe.
/// </summary>
internal sealed class BlockCache(long bytesMax)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(long File, int Block), LinkedListNode<Item>> _items = [];
    private readonly LinkedList<Item> _order = [];
    private long _bytes;

    private sealed record Item(long File, int Block, byte[] Bytes);

    public bool TryGet(long file, int block, [NotNullWhen(true)] out byte[]? bytes)
    {
        lock (_gate)
        {
            if (!_items.TryGetValue((file, block), out LinkedListNode<Item>? node))
            {
                bytes = null;
                return false;
            }
            if (_order.First != node)
            {
                _order.Remove(node);
                _order.AddFirst(node);
            }
            bytes = node.Value.Bytes;
            return true;
        }
    }

    public void Add(long file, int block, byte[] bytes)
    {
        lock (_gate)
        {
            if (_items.ContainsKey((file, block)))
                return;
            _items.Add((file, block), _order.AddFirst(new Item(file, block, bytes)));
            _bytes += bytes.Length;
            while (_bytes > bytesMax && _order.Last is { } last)
            {
                _order.RemoveLast();
                _items.Remove((last.Value.File, last.Value.Block));
                _bytes -= last.Value.Bytes.Length;
            }
        }
    }
}
