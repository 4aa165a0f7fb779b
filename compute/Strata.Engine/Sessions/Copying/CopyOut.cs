using System.Buffers;
using System.Text;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Platform;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions.Copying;

/// <summary>COPY TO STDOUT: runs a query and writes its rows as CopyData messages, one row each, in text, CSV or binary; or writes them to a file of the server.</summary>
internal sealed class CopyOut
{
    private readonly SessionContext _context;
    private readonly CopyOptions _options;
    private readonly ByteBuffer _message = new(4096);
    private readonly ByteBuffer _value = new();
    private readonly bool[] _forceQuote;
    private readonly SearchValues<byte> _special;
    private readonly IFile? _file;
    private long _written;

    private CopyOut(SessionContext context, CopyStatement statement, CopyOptions options, CachedPlan plan, IFile? file)
    {
        _file = file;
        _context = context;
        _options = options;
        // In text: what must not stand for itself. In CSV: what makes quotes necessary.
        byte[] escaped = [8, 9, 10, 11, 12, 13, (byte)'\\', options.Delimiter];
        _special = options.Format == CopyFormat.Csv ? SearchValues.Create([options.Delimiter, options.Quote, (byte)'\n', (byte)'\r']) : SearchValues.Create(escaped);
        _forceQuote = new bool[plan.Columns.Length];
        if (options.ForceQuoteAll)
            Array.Fill(_forceQuote, true);
        foreach (string name in options.ForceQuote)
        {
            int index = Array.FindIndex(plan.Columns, c => c.Name == name);
            if (index < 0)
                throw Unquotable(context, statement, name);
            _forceQuote[index] = true;
        }
    }

    /// <summary>Runs the command to its end; returns the number of rows.</summary>
    public static long Run(SessionContext context, StatementRunner runner, CopyStatement statement, string text)
    {
        CopyOptions options = CopyOptions.Parse(statement, context.ClientEncoding);
        Statement query = statement.Query ?? TableQuery(context, statement);
        CheckQuery(query);
        CachedPlan plan;
        do
            plan = runner.Plan(query, "copy:" + text, text, [], allowParameters: false, out _);
        while (!runner.TryLock(plan));
        using IFile? file = statement.FileName is null ? null : CopyFiles.OpenForWrite(context, statement);
        var copy = new CopyOut(context, statement, options, plan, file);
        return copy.Write(runner, plan);
    }

    private static void CheckQuery(Statement query)
    {
        bool hasRows = query switch
        {
            InsertStatement insert => insert.Returning.Count > 0,
            UpdateStatement update => update.Returning.Count > 0,
            DeleteStatement delete => delete.Returning.Count > 0,
            _ => true,
        };
        if (!hasRows)
            throw new SqlException(SqlState.FeatureNotSupported, "COPY query must have a RETURNING clause");
        if (query is SelectStatement select && Binding.SelectInto.Of(select) is not null)
            throw new SqlException(SqlState.FeatureNotSupported, "COPY (SELECT INTO) is not supported");
    }

    private static SqlException Unquotable(SessionContext context, CopyStatement statement, string column)
    {
        if (statement.Relation is not { } name || context.View.ResolveRelation(context.SearchPath, name.Schema, name.Name) is not { } relation)
            return new SqlException(SqlState.UndefinedColumn, $"column \"{column}\" does not exist");
        return relation.FindColumn(column) is null
            ? new SqlException(SqlState.UndefinedColumn, $"column \"{column}\" of relation \"{relation.Name}\" does not exist")
            : new SqlException(SqlState.InvalidColumnReference, $"FORCE_QUOTE column \"{column}\" not referenced by COPY");
    }

    // COPY table TO is a SELECT of its columns.
    private static SelectStatement TableQuery(SessionContext context, CopyStatement statement)
    {
        RelationName name = statement.Relation!;
        if (context.View.ResolveRelation(context.SearchPath, name.Schema, name.Name) is not { } relation)
            throw new SqlException(SqlState.UndefinedTable, $"relation \"{name}\" does not exist");
        if (relation.Kind == RelationKind.View)
            throw new SqlException(SqlState.WrongObjectType, $"cannot copy from view \"{relation.Name}\"") { Hint = "Try the COPY (SELECT ...) TO variant." };
        if (relation.Kind == RelationKind.MaterializedView)
            throw new SqlException(SqlState.WrongObjectType, $"cannot copy from materialized view \"{relation.Name}\"") { Hint = "Try the COPY (SELECT ...) TO variant." };
        if (relation.Kind == RelationKind.PartitionedTable)
            throw new SqlException(SqlState.WrongObjectType, $"cannot copy from partitioned table \"{relation.Name}\"") { Hint = "Try the COPY (SELECT ...) TO variant." };
        if (relation.Kind is RelationKind.Sequence or RelationKind.Index or RelationKind.PartitionedIndex)
            throw new SqlException(SqlState.WrongObjectType, relation.Kind == RelationKind.Sequence ? $"cannot copy from sequence \"{relation.Name}\"" : $"cannot copy from non-table relation \"{relation.Name}\"");
        var targets = new List<TargetItem>();
        foreach (ColumnInfo column in Binder.CopyColumns(relation, statement.Columns.AsSpan().ToArray(), forRead: true))
            targets.Add(new TargetItem(new ColumnReference([column.Name], false, -1), null, -1));
        return new SelectStatement(new SelectBody([.. targets], -1) { From = [new TableItem(name with { IncludeDescendants = false }, -1)] }, -1);
    }

    private long Write(StatementRunner runner, CachedPlan plan)
    {
        long rows = 0;
        bool binary = _options.Format == CopyFormat.Binary;
        if (_file is null)
            _context.Output.CopyOutResponse(binary, plan.Columns.Length);
        _isHeaderDue = binary;
        if (_options.Header)
            WriteHeader(plan);
        bool[] isPlain = PlainColumns(plan);
        ExecutionInstance execution = runner.Begin(plan, out _);
        try
        {
            while (execution.Next(Batch.RowsMax) is { } batch)
            {
                _context.Cancellation.ThrowIfCancellationRequested();
                for (int i = 0; i < batch.Count; i++)
                {
                    if (binary)
                        WriteTuple(batch, batch.Selection[i], execution.ResultSlots);
                    else
                        WriteRow(batch, batch.Selection[i], execution.ResultSlots, isPlain);
                }

                rows += batch.Count;
                Flush();
            }
        }
        finally
        {
            execution.Close();
        }

        if (binary)
            WriteBinaryTrailer();
        Flush();
        if (_file is null)
            _context.Output.CopyDone();
        return rows;
    }

    // Numbers have nothing in their texts that could need an escape or quotes, unless an odd delimiter or null marker was chosen.
    private bool[] PlainColumns(CachedPlan plan)
    {
        bool usual = _options.Delimiter is (byte)'\t' or (byte)',' or (byte)';' or (byte)'|' && _options.Null.AsSpan().IndexOfAnyInRange((byte)'0', (byte)'9') < 0 &&
            !char.IsAsciiDigit((char)_options.Quote) && !char.IsAsciiDigit((char)_options.Escape);
        var plain = new bool[plan.Columns.Length];
        for (int i = 0; i < plain.Length; i++)
            plain[i] = usual && !_forceQuote[i] && plan.Columns[i].TypeOid is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8;
        return plain;
    }

    private bool _isHeaderDue;

    // The header comes in one message with the first row or the trailer, as clients know it from PostgreSQL.
    private int BeginBinary()
    {
        int start = Begin();
        if (!_isHeaderDue)
            return start;
        _isHeaderDue = false;
        _message.Write(CopyBinaryReader.Signature);
        _message.WriteInt32(0);
        _message.WriteInt32(0);
        return start;
    }

    private void WriteBinaryTrailer()
    {
        int start = BeginBinary();
        _message.WriteInt16(-1);
        End(start);
    }

    private void WriteTuple(Batch batch, int row, ReadOnlySpan<int> slots)
    {
        int start = BeginBinary();
        _message.WriteInt16((short)slots.Length);
        foreach (int slot in slots)
        {
            Vector vector = batch[slot];
            if (vector.IsNull(row))
            {
                _message.WriteInt32(-1);
                continue;
            }

            int at = _message.Length;
            _message.WriteInt32(0);
            TypeBinary.Send(vector, row, _message, _context.Catalog);
            if (_options.Encoding is { } encoding && RowWriter.IsTextInBinary(vector.Type))
                encoding.EncodeFrom(_message, at + sizeof(int));
            _message.PatchInt32(at, _message.Length - at - sizeof(int));
        }

        End(start);
    }

    private void WriteHeader(CachedPlan plan)
    {
        int start = Begin();
        for (int i = 0; i < plan.Columns.Length; i++)
        {
            if (i > 0)
                _message.Write(_options.Delimiter);
            byte[] name = Encoding.UTF8.GetBytes(plan.Columns[i].Name);
            if (_options.Format == CopyFormat.Csv)
                WriteCsv(name, forced: false, single: plan.Columns.Length == 1);
            else
                WriteText(name);
        }

        End(start);
    }

    private void WriteRow(Batch batch, int row, ReadOnlySpan<int> slots, ReadOnlySpan<bool> isPlain)
    {
        TypeSettings settings = _context.TypeSettings;
        int start = Begin();
        for (int i = 0; i < slots.Length; i++)
        {
            if (i > 0)
                _message.Write(_options.Delimiter);
            Vector vector = batch[slots[i]];
            if (vector.IsNull(row))
            {
                _message.Write(_options.Null);
                continue;
            }

            if (isPlain[i])
            {
                TypeOutput.Write(vector, row, _message, settings, _context.Catalog);
                continue;
            }

            _value.Clear();
            TypeOutput.Write(vector, row, _value, settings, _context.Catalog);
            if (_options.Format == CopyFormat.Csv)
                WriteCsv(_value.Written, _forceQuote[i], single: slots.Length == 1);
            else
                WriteText(_value.Written);
        }

        End(start);
    }

    private void WriteText(ReadOnlySpan<byte> value)
    {
        while (true)
        {
            int plain = value.IndexOfAny(_special);
            if (plain < 0)
            {
                _message.Write(value);
                return;
            }

            _message.Write(value[..plain]);
            byte b = value[plain];
            _message.Write((byte)'\\');
            _message.Write(b switch
            {
                8 => (byte)'b',
                9 => (byte)'t',
                10 => (byte)'n',
                11 => (byte)'v',
                12 => (byte)'f',
                13 => (byte)'r',
                _ => b,
            });
            value = value[(plain + 1)..];
        }
    }

    private void WriteCsv(ReadOnlySpan<byte> value, bool forced, bool single)
    {
        bool quoted = forced || value.SequenceEqual(_options.Null) || (single && value.SequenceEqual("\\."u8)) ||
            value.IndexOfAny(_special) >= 0;
        if (!quoted)
        {
            _message.Write(value);
            return;
        }

        _message.Write(_options.Quote);
        foreach (byte b in value)
        {
            if (b == _options.Quote || b == _options.Escape)
                _message.Write(_options.Escape);
            _message.Write(b);
        }

        _message.Write(_options.Quote);
    }

    // CopyData: 'd', int32 length (itself included), bytes.
    private int Begin()
    {
        int start = _message.Length;
        if (_file is not null)
            return start;
        _message.Write((byte)'d');
        _message.WriteInt32(0);
        return start;
    }

    private void End(int start)
    {
        if (_options.Format != CopyFormat.Binary)
        {
            _options.Encoding?.EncodeFrom(_message, _file is null ? start + 1 + sizeof(int) : start);
            _message.Write((byte)'\n');
        }

        if (_file is null)
            _message.PatchInt32(start + 1, _message.Length - start - 1);
    }

    private void Flush()
    {
        if (_message.Length == 0)
            return;
        if (_file is null)
            _context.Output.Messages.Write(_message.Written);
        else
            _file.Write(_written, _message.Written);
        _written += _message.Length;
        _message.Clear();
        if (_file is null)
            _context.Output.BatchWritten();
    }
}
