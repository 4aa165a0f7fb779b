using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Transactions;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Catalog;

/// <summary>Long values of one catalog row (the text of a view or function, statistics): compressed, and out of line if that is not enough. Used by one command.</summary>
internal readonly struct CatalogToast(HeapRelation heap, Transaction transaction, CancellationToken cancellation)
{
    // So short that a few of them fit in a row.
    private const int InLineBytesMax = 1024;

    /// <summary>The toasted form of a value.</summary>
    public byte[] Shorten(byte[] value)
    {
        using var compressor = new ValueCompressor();
        bool isCompressed = compressor.TryCompress(value, out Memory<byte> compressed);
        if (isCompressed && compressed.Length <= InLineBytesMax)
        {
            ToastedValue.WriteInLineHeader(compressed.Span, ToastedValue.Lz4, value.Length);
            return compressed.ToArray();
        }

        ToastedValue toasted = isCompressed
            ? heap.Toast.Write(transaction, ToastedValue.Lz4, value.Length, compressed.Span[ToastedValue.InLineHeaderBytes..], cancellation)
            : heap.Toast.Write(transaction, 0, value.Length, value, cancellation);
        var stored = new byte[ToastedValue.OutOfLineBytes];
        toasted.Write(stored);
        return stored;
    }
}
