using System.Text;
using System.Xml.XPath;
using Strata.Engine.Types;
using Strata.Engine.Types.Xml;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Xml;

/// <summary>
/// The rows of XMLTABLE (PostgreSQL 15, section 9.15.3): one for each node that the row path finds. Columns come as text, for the column's own type to read, or as xml. Not thread-safe.
/// </summary>
internal sealed class XmlTableRows : RowSource
{
    /// <summary>The set-returning function behind it. Arguments: row path, document, prefixes and URIs in turn, paths of the columns, <see cref="ColumnKind"/>s as characters.</summary>
    public static FunctionInfo Function { get; } = new()
    {
        Oid = 0,
        Name = "xmltable",
        ArgumentTypes = [TypeOid.Text, TypeOid.Xml, TypeOid.TextArray, TypeOid.TextArray, TypeOid.Text],
        ReturnType = TypeOid.Record,
        ReturnsSet = true,
        IsStrict = false,
        Volatility = Volatility.Immutable,
        Symbol = "xmltable_rows",
        EstimatedRows = 100,
    };

    private readonly List<XPathNavigator> _nodes;
    private readonly XmlPath?[] _paths;
    private readonly string _kinds;
    private int _next;

    private XmlTableRows(List<XPathNavigator> nodes, XmlPath?[] paths, string kinds)
    {
        _nodes = nodes;
        _paths = paths;
        _kinds = kinds;
    }

    internal static void Register(FunctionTable t) => t.AddSet("xmltable_rows", static (ref FunctionCall c) => Open(ref c));

    private static XmlTableRows? Open(ref FunctionCall c)
    {
        if (c.IsNull(1))
            return null;
        if (c.IsNull(0))
            throw new SqlException(SqlState.NullValueNotAllowed, "row filter expression must not be null");
        var namespaces = new List<(string, string)>();
        List<string> pairs = Texts(c.Bytes(2), "namespace URI must not be null");
        for (int i = 0; i < pairs.Count; i += 2)
            namespaces.Add((pairs[i], pairs[i + 1]));
        string rowPath = c.String(0), kinds = c.String(4);
        if (rowPath.Length == 0)
            throw new SqlException(SqlState.DataException, "row path filter must not be empty string");
        List<string> paths = Texts(c.Bytes(3), "column filter expression must not be null");
        var compiled = new XmlPath?[kinds.Length];
        for (int i = 0, next = 0; i < compiled.Length; i++)
        {
            if (kinds[i] == (char)ColumnKind.Ordinality)
                continue;
            if (paths[next].Length == 0)
                throw new SqlException(SqlState.DataException, "column path filter must not be empty string");
            compiled[i] = new XmlPath(paths[next++], namespaces);
        }

        return new XmlPath(rowPath, namespaces).Evaluate(XmlText.Load(c.String(1)).CreateNavigator()!).Nodes is { } nodes ? new XmlTableRows(nodes, compiled, kinds) : null;
    }

    private static List<string> Texts(ReadOnlySpan<byte> array, string messageOfNull)
    {
        var texts = new List<string>();
        foreach (ArrayValue.Element element in new ArrayValue(array))
            texts.Add(element.IsNull ? throw new SqlException(SqlState.NullValueNotAllowed, messageOfNull) : Encoding.UTF8.GetString(element.Stored));
        return texts;
    }

    public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
    {
        int count = 0;
        for (; count < rowsMax && _next < _nodes.Count; count++, _next++)
        {
            for (int i = 0; i < columns.Length; i++)
            {
                if (_paths[i] is not { } path)
                    columns[i].Set(start + count, _next + 1);
                else if (Value(path.Evaluate(_nodes[_next]), (ColumnKind)_kinds[i]) is { } value)
                    columns[i].SetBytes(start + count, Encoding.UTF8.GetBytes(value));
                else
                    columns[i].SetNull(start + count);
            }
        }

        return count;
    }

    private static string? Value((List<XPathNavigator>? Nodes, string? Value) found, ColumnKind kind)
    {
        if (found.Nodes is null)
        {
            return kind switch
            {
                ColumnKind.Xml => XmlPath.Escaped(found.Value!),
                // A number may be made from a truth.
                ColumnKind.Number when found.Value is "true" or "false" => found.Value == "true" ? "1" : "0",
                _ => found.Value,
            };
        }

        if (found.Nodes.Count == 0)
            return null;
        if (kind == ColumnKind.Xml)
            return string.Concat(found.Nodes.Select(XmlPath.ToXml));
        return found.Nodes.Count == 1 ? found.Nodes[0].Value : throw new SqlException(SqlState.CardinalityViolation, "more than one value returned by column XPath expression");
    }

    /// <summary>What a column wants of the values found.</summary>
    internal enum ColumnKind
    {
        Text = 't',
        Number = 'n',
        Xml = 'x',
        Ordinality = 'o',
    }
}
