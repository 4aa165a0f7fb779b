using System.Buffers.Binary;
using System.Text;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Format.Pages.Heap;
using Xunit;

namespace Strata.Tests.Engine.Storage;

/// <summary>A heap of (id bigint, value bigint, note text) for tests.</summary>
public sealed class TestTable
{
    private static readonly RowLayout s_layout = new(1, [8, 8, RowLayout.Variable]);

    private readonly RowBatch _one = new();

    public TestTable(TestEngine engine, ulong storage)
    {
        Engine = engine;
        Heap = new HeapRelation(engine.Context, TestEngine.Database, storage);
    }

    public TestEngine Engine { get; }

    public HeapRelation Heap { get; }

    public static TestTable Create(TestEngine engine)
    {
        Transaction transaction = engine.Transactions.Begin();
        ulong storage = engine.Transactions.NextStorageId();
        HeapRelation.CreateStorage(engine.Context, transaction, TestEngine.Database, storage);
        engine.Transactions.Commit(transaction);
        return new TestTable(engine, storage);
    }

    /// <summary>The same table in another life of the compute.</summary>
    public TestTable In(TestEngine engine) => new(engine, Heap.Storage);

    public static void Encode(RowBatch batch, long id, long value, string note = "")
    {
        byte[] text = Encoding.UTF8.GetBytes(note);
        int bytes = s_layout.BodyBytes(hasNulls: false, text.Length);
        var writer = new RowBodyWriter(s_layout, batch.Begin(bytes), hasNulls: false);
        BinaryPrimitives.WriteInt64LittleEndian(writer.Fixed(0), id);
        BinaryPrimitives.WriteInt64LittleEndian(writer.Fixed(1), value);
        writer.AddVariable(text);
        batch.Add(writer.Finish(), RowFlags.None);
    }

    public static RowBatch NewBatch()
    {
        var batch = new RowBatch();
        batch.Reset(s_layout);
        return batch;
    }

    public RowBatch Row(long id, long value, string note = "")
    {
        _one.Reset(s_layout);
        Encode(_one, id, value, note);
        return _one;
    }

    public static long Id(HeapRowPointer row) => BinaryPrimitives.ReadInt64LittleEndian(s_layout.Column(row.Bytes, 0));

    public static long Value(HeapRowPointer row) => BinaryPrimitives.ReadInt64LittleEndian(s_layout.Column(row.Bytes, 1));

    public static string Note(HeapRowPointer row) => Encoding.UTF8.GetString(s_layout.Column(row.Bytes, 2));

    public Tid Insert(Transaction transaction, long id, long value, string note = "") => Heap.Insert(transaction, Row(id, value, note)[0]);

    public HeapResult Update(Transaction transaction, Tid tid, long id, long value, out Tid newTid, string note = "", bool hot = true)
    {
        HeapResult result = Heap.Update(transaction, transaction.CurrentSnapshot, tid, Row(id, value, note)[0], hot, keyChanged: false, out HeapUpdateOutcome outcome);
        newTid = outcome.Tid;
        return result;
    }

    /// <summary>Rows by id as a snapshot sees them.</summary>
    public SortedDictionary<long, long> Read(in Snapshot snapshot)
    {
        var rows = new SortedDictionary<long, long>();
        var scan = new HeapScan();
        scan.Open(Heap, snapshot);
        while (scan.NextPage(out ReadOnlySpan<HeapRowPointer> page))
        {
            foreach (HeapRowPointer row in page)
                rows.Add(Id(row), Value(row));
        }
        scan.Close();
        return rows;
    }

    /// <summary>Rows as a new transaction sees them.</summary>
    public SortedDictionary<long, long> ReadNow()
    {
        Transaction transaction = Engine.Transactions.Begin();
        SortedDictionary<long, long> rows = Read(transaction.TakeSnapshot());
        Engine.Transactions.Commit(transaction);
        return rows;
    }

    public void InTransaction(Action<Transaction> body)
    {
        Transaction transaction = Engine.Transactions.Begin();
        transaction.TakeSnapshot();
        body(transaction);
        Engine.Transactions.Commit(transaction);
    }
}
