using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.XPath;
using Strata.Engine.Types;
using Strata.Engine.Types.Xml;
using XmlText = Strata.Engine.Types.Xml.XmlText;

namespace Strata.Engine.Functions.Xml;

/// <summary>A compiled XPath 1.0 expression with its namespaces. Not thread-safe.</summary>
internal sealed class XmlPath
{
    private readonly XPathExpression _expression;

    /// <summary>Compiles an expression; throws XX000 when it is none (PostgreSQL's code for it).</summary>
    public XmlPath(string expression, IReadOnlyList<(string Prefix, string Uri)> namespaces)
    {
        if (expression.Length == 0)
            throw new SqlException(SqlState.DataException, "empty XPath expression");
        var manager = new XmlNamespaceManager(new NameTable());
        try
        {
            foreach ((string prefix, string uri) in namespaces)
                manager.AddNamespace(prefix, uri);
        }
        catch (ArgumentException)
        {
            throw new SqlException(SqlState.InternalError, $"could not register XML namespace with name \"{namespaces[^1].Prefix}\" and URI \"{namespaces[^1].Uri}\"");
        }

        try
        {
            _expression = XPathExpression.Compile(expression);
        }
        catch (Exception error) when (error is XPathException or ArgumentException)
        {
            throw new SqlException(SqlState.InternalError, "invalid XPath expression") { Detail = error.Message };
        }

        try
        {
            _expression.SetContext(manager);
        }
        catch (XPathException error)
        {
            throw new SqlException(SqlState.InternalError, "could not create XPath object") { Detail = error.Message };
        }
    }

    /// <summary>Pairs of prefix and URI from a text[][2] value.</summary>
    public static IReadOnlyList<(string Prefix, string Uri)> Namespaces(ArrayValue array)
    {
        if (array.Dimensions == 0)
            return [];
        if (array.Dimensions != 2 || array.Length(1) != 2)
        {
            throw new SqlException(SqlState.DataException, "invalid array for XML namespace mapping")
            {
                Detail = "The array must be two-dimensional with length of the second axis equal to 2.",
            };
        }

        var texts = new List<string>();
        foreach (ArrayValue.Element element in array)
            texts.Add(element.IsNull ? throw new SqlException(SqlState.NullValueNotAllowed, "neither namespace name nor URI may be null") : Encoding.UTF8.GetString(element.Stored));
        var pairs = new List<(string, string)>();
        for (int i = 0; i < texts.Count; i += 2)
            pairs.Add((texts[i], texts[i + 1]));
        return pairs;
    }

    /// <summary>The nodes that it finds from a node, or else the one boolean, number or text that it is.</summary>
    public (List<XPathNavigator>? Nodes, string? Value) Evaluate(XPathNavigator from)
    {
        object result;
        try
        {
            result = (from as WatchedNavigator ?? new WatchedNavigator(from)).Evaluate(_expression);
        }
        catch (XPathException error)
        {
            throw new SqlException(SqlState.InternalError, "could not create XPath object") { Detail = error.Message };
        }

        switch (result)
        {
            case XPathNodeIterator iterator:
                var nodes = new List<XPathNavigator>();
                while (iterator.MoveNext())
                    nodes.Add(iterator.Current!.Clone());
                return (nodes, null);
            case bool truth:
                return (null, truth ? "true" : "false");
            case double number:
                var buffer = new ByteBuffer(32);
                NumberText.WriteFloat64(buffer, number, 1);
                return (null, buffer.ToString());
            default:
                return (null, Convert.ToString(result, CultureInfo.InvariantCulture));
        }
    }

    /// <summary>A node as a value of type xml: attributes and texts as escaped text.</summary>
    public static string ToXml(XPathNavigator node)
    {
        if (node.UnderlyingObject is XmlCDataSection data)
            return XmlNodeWriter.Print(data);
        if (node.NodeType is not (XPathNodeType.Attribute or XPathNodeType.Text or XPathNodeType.Whitespace or XPathNodeType.SignificantWhitespace or XPathNodeType.Namespace)
            && node.UnderlyingObject is XmlNode tree)
        {
            return XmlNodeWriter.Print(tree);
        }

        return Escaped(node.Value);
    }

    /// <summary>Text as content.</summary>
    public static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        XmlText.Escape(escaped, text);
        return escaped.ToString();
    }
}
