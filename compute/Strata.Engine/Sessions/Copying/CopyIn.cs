using System.Text;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Planning;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Sessions.Progress;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Platform;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions.Copying;

/// <summary>
/// A COPY FROM STDIN under way: bytes come in pieces of any size, whole lines become rows of a batch, full batches go through the insert plan. For its session's thread; nothing is held between calls but memory.
/// </summary>
internal sealed class CopyIn : IDisposable
{
    private readonly SessionContext _context;
    private readonly CachedPlan _plan;
    private readonly CopyLineReader _lines;
    private readonly CopyBinaryReader? _binary;
    private readonly Decoder? _decoder;
    private readonly CopyOptions _options;
    private readonly RelationInfo _table;
    private readonly ColumnInfo[] _columns;
    private readonly SqlType[] _types;
    private readonly Batch _batch;
    private readonly bool[] _forceNotNull;
    private readonly bool[] _forceNull;
    private int _filled;
    private long _line;
    private int _field = -1;
    private string? _fieldText;
    private long _rows;
    private bool _headerSeen;
    private ProgressReport? _progress;

    private CopyIn(SessionContext context, CachedPlan plan, RelationInfo table, ColumnInfo[] columns, CopyOptions options)
    {
        _context = context;
        _plan = plan;
        _table = table;
        _columns = columns;
        _options = options;
        _types = Array.ConvertAll(columns, column => context.Catalog.FindType(column.TypeOid)!.WithTypmod(column.TypeModifier));
        _batch = new Batch(_types);
        _batch.Reset(Batch.RowsMax);
        _lines = new CopyLineReader(options, columns.Length);
        _decoder = options.Format == CopyFormat.Binary ? null : options.Encoding?.MakeDecoder();
        _binary = options.Format == CopyFormat.Binary ? new CopyBinaryReader() : null;
        _forceNotNull = Flags(options.ForceNotNull, "FORCE_NOT_NULL");
        _forceNull = Flags(options.ForceNull, "FORCE_NULL");
    }

    private bool[] Flags(string[] names, string option)
    {
        var flags = new bool[_columns.Length];
        foreach (string name in names)
        {
            int index = Array.FindIndex(_columns, c => c.Name == name);
            if (index < 0)
                throw new SqlException(SqlState.InvalidColumnReference, $"{option} column \"{name}\" not referenced by COPY");
            flags[index] = true;
        }

        return flags;
    }

    /// <summary>Checks and plans the command, and tells the client to send. Throws 42P01, 42809, 0A000 and what the options throw.</summary>
    public static CopyIn Begin(SessionContext context, StatementRunner runner, CopyStatement statement, string text)
    {
        CopyOptions options = CopyOptions.Parse(statement, context.ClientEncoding);
        RelationName name = statement.Relation!;
        string[] columnNames = statement.Columns.AsSpan().ToArray();
        CachedPlan plan;
        do
        {
            CheckKind(context, name);
            BoundStatement bound = Binder.BindCopyFrom(name, columnNames, statement.Where, runner.BindingContextFor(text, [], allowParameters: false));
            plan = new CachedPlan(Planner.Plan(bound, StatementRunner.PlanningContextOf(context)), context.View);
        }
        while (!runner.TryLock(plan));
        RelationInfo table = context.View.ResolveRelation(context.SearchPath, name.Schema, name.Name)!;
        ColumnInfo[] columns = [.. Binder.CopyColumns(table, columnNames, forRead: false)];
        var copy = new CopyIn(context, plan, table, columns, options);
        copy._progress = context.Engine.Progress.Begin(ProgressCommand.Copy, context, table.Oid, "COPY FROM", statement.FileName is null ? "PIPE" : "FILE");
        if (statement.FileName is null)
            context.Output.CopyInResponse(options.Format == CopyFormat.Binary, columns.Length);
        return copy;
    }

    /// <summary>A whole COPY FROM a file of the server; returns the number of rows.</summary>
    public static long RunFile(SessionContext context, StatementRunner runner, CopyStatement statement, string text)
    {
        using CopyIn copy = Begin(context, runner, statement, text);
        using IFile file = CopyFiles.OpenForRead(context, statement);
        byte[] buffer = new byte[64 << 10];
        long at = 0;
        while (true)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            int read = file.Read(at, buffer);
            if (read == 0)
                return copy.Finish();
            at += read;
            copy.Add(buffer.AsSpan(0, read));
        }
    }

    private static void CheckKind(SessionContext context, RelationName name)
    {
        if (context.View.ResolveRelation(context.SearchPath, name.Schema, name.Name) is not { } relation)
            throw new SqlException(SqlState.UndefinedTable, $"relation \"{name}\" does not exist");
        string? kind = relation.Kind switch
        {
            RelationKind.View => "view",
            RelationKind.Sequence => "sequence",
            RelationKind.MaterializedView => "materialized view",
            RelationKind.Index => "non-table relation",
            _ => null,
        };
        if (kind is not null)
            throw new SqlException(SqlState.WrongObjectType, $"cannot copy to {kind} \"{relation.Name}\"")
            {
                Hint = relation.Kind == RelationKind.View ? "To enable copying to a view, provide an INSTEAD OF INSERT trigger." : null,
            };
    }

    /// <summary>The CONTEXT line of an error that happens now.</summary>
    public string Where => _field >= 0
        ? $"COPY {_table.Name}, line {_line}, column {_columns[_field].Name}: {(_fieldText is null ? "null input" : "\"" + Shorten(_fieldText) + "\"")}"
        : $"COPY {_table.Name}, line {_line}";

    private static string Shorten(string text)
    {
        const int MaxChars = 100;
        return text.Length <= MaxChars ? text : text[..MaxChars] + "...";
    }

    /// <summary>Takes the next bytes.</summary>
    public void Add(ReadOnlySpan<byte> data)
    {
        _progress?.Add(CopyProgress.BytesDone, data.Length);
        if (_binary is not null)
        {
            _binary.Append(data);
            TakeTuples(_binary);
            return;
        }

        if (_decoder is not null)
            data = Decoded(data, flush: false);
        _lines.Append(data);
        TakeLines();
    }

    private byte[] Decoded(ReadOnlySpan<byte> data, bool flush)
    {
        try
        {
            var text = new char[_decoder!.GetCharCount(data, flush)];
            int count = _decoder.GetChars(data, text, flush);
            return Encoding.UTF8.GetBytes(text, 0, count);
        }
        catch (DecoderFallbackException error)
        {
            SqlException invalid = _options.Encoding!.InvalidBytes(error.BytesUnknown ?? [], 0);
            invalid.Where = Where;
            throw invalid;
        }
    }

    private void TakeTuples(CopyBinaryReader reader)
    {
        while (reader.TryReadTuple(_columns.Length))
        {
            _line++;
            for (int i = 0; i < _columns.Length; i++)
            {
                if (reader.IsNull(i))
                {
                    _batch[i].SetNull(_filled);
                    continue;
                }

                _batch[i].SetValid(_filled);
                try
                {
                    ReadOnlySpan<byte> field = reader.Field(i);
                    if (_options.Encoding is { } encoding && RowWriter.IsTextInBinary(_types[i]))
                        field = encoding.ToUtf8(field);
                    TypeBinary.Receive(_types[i], field, _context, _batch[i], _filled);
                }
                catch (SqlException error)
                {
                    error.Where ??= $"COPY {_table.Name}, line {_line}, column {_columns[i].Name}";
                    throw;
                }
            }

            if (++_filled == Batch.RowsMax)
                InsertBatch();
        }
    }

    /// <summary>The data is complete; returns the number of rows.</summary>
    public long Finish()
    {
        if (_binary is not null)
        {
            _binary.End();
        }
        else
        {
            if (_decoder is not null)
                _lines.Append(Decoded([], flush: true));
            _lines.End();
            TakeLines();
        }

        InsertBatch();
        Dispose();
        return _rows;
    }

    private void TakeLines()
    {
        while (_lines.TryRead(out bool isEnd))
        {
            if (isEnd)
                return;
            _line = _lines.LineNumber;
            CheckText();
            if (_options.Header && !_headerSeen)
            {
                _headerSeen = true;
                CheckHeader();
                continue;
            }

            TakeRow();
            if (++_filled == Batch.RowsMax)
                InsertBatch();
        }
    }

    private void CheckText()
    {
        try
        {
            Utf8Text.Check(_lines.Line);
        }
        catch (SqlException error)
        {
            error.Where = Where;
            throw;
        }
    }

    private void CheckHeader()
    {
        if (!_options.HeaderMatch)
            return;
        if (_lines.FieldCount != _columns.Length)
            throw new SqlException(SqlState.BadCopyFileFormat, $"wrong number of fields in header line: got {_lines.FieldCount}, expected {_columns.Length}") { Where = LineWhere };
        for (int i = 0; i < _columns.Length; i++)
        {
            string name = Encoding.UTF8.GetString(_lines.Field(i));
            if (name != _columns[i].Name)
                throw new SqlException(SqlState.BadCopyFileFormat, $"column name mismatch in header line field {i + 1}: got \"{name}\", expected \"{_columns[i].Name}\"") { Where = LineWhere };
        }
    }

    private void TakeRow()
    {
        if (_lines.FieldCount > _columns.Length)
            throw LineError("extra data after last expected column");
        for (int i = 0; i < _columns.Length; i++)
        {
            if (i == _lines.FieldCount)
                throw LineError($"missing data for column \"{_columns[i].Name}\"");
            ReadOnlySpan<byte> value = _lines.Field(i);
            bool isNull = _lines.IsNull(i);
            if (isNull && _forceNotNull[i])
                isNull = false;
            else if (!isNull && _forceNull[i] && value.SequenceEqual(_options.Null))
                isNull = true;
            if (isNull)
            {
                _batch[i].SetNull(_filled);
                continue;
            }

            _batch[i].SetValid(_filled);
            try
            {
                TypeInput.Parse(_types[i], value, _context, _batch[i], _filled);
            }
            catch (SqlException error)
            {
                _field = i;
                _fieldText = Encoding.UTF8.GetString(value);
                error.Where = error.Where is null ? Where : error.Where + "\n" + Where;
                throw;
            }
        }
    }

    private SqlException LineError(string message) =>
        new(SqlState.BadCopyFileFormat, message) { Where = LineWhere };

    private string LineWhere => $"COPY {_table.Name}, line {_line}: \"{Shorten(Encoding.UTF8.GetString(_lines.Line))}\"";

    private void InsertBatch()
    {
        if (_filled == 0)
            return;
        _batch.SetCount(_filled);
        Transactions.Transaction transaction = _context.Transactions.Current;
        ExecutionInstance execution = _plan.Plan.Rent();
        execution.Begin(transaction, transaction.TakeSnapshot(), _context, _context.SystemScan, _context.Cancellation);
        try
        {
            execution.Feed(new BatchFeed(_batch));
            while (execution.Next(Batch.RowsMax) is not null)
            {
                // The plan has no RETURNING: it runs to its end at the first call.
            }

            _rows += execution.RowsAffected;
            if (_progress is not null)
                _progress[CopyProgress.RowsDone] = _rows;
        }
        catch (SqlException error)
        {
            error.Where ??= Where;
            throw;
        }
        finally
        {
            execution.Close();
        }

        _filled = 0;
        _batch.Reset(Batch.RowsMax);
    }

    /// <summary>One batch, given once.</summary>
    private sealed class BatchFeed(Batch batch) : RowFeed
    {
        private bool _given;

        public override Batch? Next(int rowsMax)
        {
            if (_given)
                return null;
            _given = true;
            return batch;
        }
    }

    public void Dispose()
    {
        _progress?.Dispose();
        _batch.Dispose();
    }
}
