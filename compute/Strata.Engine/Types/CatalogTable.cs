using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using Strata.Format;

namespace Strata.Engine.Types;

/// <summary>
/// The rows that PostgreSQL 15 has in one system catalog before any user object exists, as text embedded in the binary
/// (Types/Catalog/*.tsv: COPY text format, a header line with column names; OID-valued function columns as numbers).
/// Immutable and thread-safe. The bytes are never copied; an index of line starts is made at first use.
/// </summary>
public sealed unsafe class CatalogTable
{
    private static readonly ConcurrentDictionary<string, CatalogTable> s_tables = new();

    private readonly byte* _text;
    private readonly int[] _lines;
    private readonly string[] _columns;

    private CatalogTable(string name)
    {
        Name = name;
        Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Catalog.{name}.tsv")
            ?? throw new InvariantViolationException($"no built-in rows for {name}");
        // A manifest resource is a view of the mapped assembly image: it stays where it is for the life of the process.
        var memory = (UnmanagedMemoryStream)stream;
        _text = memory.PositionPointer;
        var text = new ReadOnlySpan<byte>(_text, checked((int)memory.Length));
        var lines = new List<int>();
        for (int at = 0; at < text.Length;)
        {
            lines.Add(at);
            int end = text[at..].IndexOf((byte)'\n');
            at = end < 0 ? text.Length : at + end + 1;
        }

        lines.Add(text.Length);
        _lines = [.. lines];
        _columns = Encoding.UTF8.GetString(Line(0)).Split('\t');
        Invariant.Check(_columns.Length <= ColumnsMax);
    }

    /// <summary>The table of a catalog, for example "pg_proc".</summary>
    public static CatalogTable Open(string name) => s_tables.GetOrAdd(name, static n => new CatalogTable(n));

    public string Name { get; }

    public IReadOnlyList<string> Columns => _columns;

    public int RowCount => _lines.Length - 2;

    private ReadOnlySpan<byte> Line(int line)
    {
        int length = _lines[line + 1] - _lines[line];
        var span = new ReadOnlySpan<byte>(_text + _lines[line], length);
        return span.Length > 0 && span[^1] == (byte)'\n' ? span[..^1] : span;
    }

    /// <summary>The position of a column by name, or -1.</summary>
    public int ColumnIndex(string column) => Array.IndexOf(_columns, column);

    /// <summary>A cursor over one row's fields, left to right or by index.</summary>
    public Row this[int row] => new(Line(row + 1));

    private const int ColumnsMax = 32;

    [System.Runtime.CompilerServices.InlineArray(ColumnsMax)]
    private struct FieldEnds
    {
        private int _first;
    }

    /// <summary>One row; its field boundaries are found once, when the row is taken.</summary>
    public readonly ref struct Row
    {
        private readonly ReadOnlySpan<byte> _line;
        private readonly FieldEnds _ends;

        internal Row(ReadOnlySpan<byte> line)
        {
            _line = line;
            int count = 0;
            for (int at = 0; count < ColumnsMax; count++)
            {
                int length = line[at..].IndexOf((byte)'\t');
                _ends[count] = length < 0 ? line.Length : at + length;
                if (length < 0)
                    break;
                at += length + 1;
            }
        }

        /// <summary>The raw field (still escaped as in COPY).</summary>
        public ReadOnlySpan<byte> this[int column]
        {
            get
            {
                int start = column == 0 ? 0 : _ends[column - 1] + 1;
                return _line[start.._ends[column]];
            }
        }

        public bool IsNull(int column) => this[column].SequenceEqual("\\N"u8);

        /// <summary>The text with COPY escapes undone; null for NULL.</summary>
        public string? Text(int column)
        {
            ReadOnlySpan<byte> field = this[column];
            if (field.SequenceEqual("\\N"u8))
                return null;
            string text = Encoding.UTF8.GetString(field);
            return text.Contains('\\', StringComparison.Ordinal)
                ? text.Replace("\\t", "\t").Replace("\\n", "\n").Replace("\\r", "\r").Replace("\\\\", "\\")
                : text;
        }

        /// <summary>A number; "-" (the zero of reg* types) and NULL give 0.</summary>
        public long Number(int column)
        {
            ReadOnlySpan<byte> field = this[column];
            return Utf8Parser.TryParse(field, out long value, out int used) && used == field.Length ? value : 0;
        }

        public uint Oid(int column) => (uint)Number(column);

        public bool Boolean(int column) => this[column] is [(byte)'t'];

        public byte Char(int column) => this[column] is [var c, ..] ? c : (byte)0;

        /// <summary>An oidvector or an array of OIDs: numbers between spaces, or commas within braces.</summary>
        public uint[] Oids(int column)
        {
            string? text = Text(column);
            if (string.IsNullOrEmpty(text))
                return [];
            string[] parts = text.Trim('{', '}').Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
            var oids = new uint[parts.Length];
            for (int i = 0; i < parts.Length; i++)
                oids[i] = uint.Parse(parts[i], System.Globalization.CultureInfo.InvariantCulture);
            return oids;
        }
    }
}
