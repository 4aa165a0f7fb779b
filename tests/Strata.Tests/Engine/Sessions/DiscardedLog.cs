using System.Runtime.InteropServices;
using Strata.Engine.Storage;
using Strata.Format;
using Strata.Format.Pages;

namespace Strata.Tests.Engine.Sessions;

/// <summary>A log that is durable at once and kept nowhere, and storage of empty pages: allocates nothing, so that what is measured is the engine. Pages must all stay in the pool. Thread-safe.</summary>
public sealed unsafe class DiscardedLog : IWalSink, IPageSource
{
    private ulong _end = Lsn.First.Value;

    public Lsn EndOfLog => new(Volatile.Read(ref _end));

    public Lsn DurableLsn => EndOfLog;

    public Action<Lsn>? DurableAdvanced
    {
        set => _ = value;
    }

    public void EnsureRoom(int bytes, CancellationToken cancellation)
    {
    }

    public Lsn Append(ReadOnlySpan<byte> record) => new(Interlocked.Add(ref _end, (ulong)record.Length));

    public DurabilityWait WaitDurable(Lsn lsn, CancellationToken cancellation) => DurabilityWait.Durable;

    public void Read(ReadOnlySpan<PageRead> pages, Lsn lsn, CancellationToken cancellation)
    {
        foreach (PageRead page in pages)
            NativeMemory.Clear((void*)page.Destination, PageFormat.PageSizeBytes);
    }
}
