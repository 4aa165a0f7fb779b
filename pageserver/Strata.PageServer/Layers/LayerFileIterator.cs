using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>All entries of a run of layer files with ascending key ranges, in order: an input of compaction. Every block is checked. Not thread-safe.</summary>
internal sealed class LayerFileIterator(IReadOnlyList<LayerFileReader> files)
{
    private int _file;
    private int _block;
    private LayerBlockCursor _cursor;
    private bool _open;

    public PageKey Key => _cursor.Key;
    public Lsn Lsn => _cursor.Lsn;
    public LayerEntryKind Kind => _cursor.Kind;
    public ReadOnlySpan<byte> Payload => _cursor.Payload;

    public bool MoveNext()
    {
        while (true)
        {
            if (_open && _cursor.MoveNext())
                return true;
            if (_file == files.Count)
                return false;
            LayerFileReader reader = files[_file];
            if (_block == reader.BlockCount)
            {
                _open = false;
                _file++;
                _block = 0;
                continue;
            }
            _cursor = new LayerBlockCursor(reader.ReadBlock(_block++), reader.FirstLsn);
            _open = true;
        }
    }
}
