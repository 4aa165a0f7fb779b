using System.Text;
using System.Xml;
using Strata.Engine.Types.Xml;
using XmlText = Strata.Engine.Types.Xml.XmlText;

namespace Strata.Engine.Functions.Xml;

/// <summary>Prints a node of a document as a document of its own, in libxml's form: namespaces that the node has from its surroundings are declared on it. Not thread-safe.</summary>
internal sealed class XmlNodeWriter
{
    private readonly StringBuilder _text = new();

    // Prefixes declared between the root and here; the ones found outside of it belong to the root.
    private readonly List<string> _scope = [];
    private readonly List<(string Prefix, string Uri)> _outer = [];

    /// <summary>The text of a node with all below it.</summary>
    public static string Print(XmlNode node)
    {
        var writer = new XmlNodeWriter();
        if (node is XmlElement root)
            writer.Collect(root);
        writer.Write(node, isRoot: true);
        return writer._text.ToString();
    }

    private void Collect(XmlElement element)
    {
        int declared = _scope.Count;
        foreach (XmlAttribute attribute in element.Attributes)
            if (IsDeclaration(attribute))
                _scope.Add(attribute.Prefix.Length == 0 ? "" : attribute.LocalName);
        Use(element.Prefix, element.NamespaceURI);
        foreach (XmlAttribute attribute in element.Attributes)
            if (!IsDeclaration(attribute) && attribute.Prefix.Length > 0)
                Use(attribute.Prefix, attribute.NamespaceURI);
        foreach (XmlNode child in element.ChildNodes)
            if (child is XmlElement inner)
                Collect(inner);
        _scope.RemoveRange(declared, _scope.Count - declared);
    }

    private void Use(string prefix, string uri)
    {
        if (uri.Length > 0 && prefix != "xml" && !_scope.Contains(prefix) && !_outer.Exists(known => known.Prefix == prefix))
            _outer.Add((prefix, uri));
    }

    private static bool IsDeclaration(XmlAttribute attribute) => attribute.Prefix == "xmlns" || (attribute.Prefix.Length == 0 && attribute.LocalName == "xmlns");

    private void Write(XmlNode node, bool isRoot = false)
    {
        switch (node)
        {
            case XmlElement element:
                _text.Append('<').Append(element.Name);
                WriteAttributes(element, isRoot);
                if (!element.HasChildNodes)
                {
                    _text.Append("/>");
                    break;
                }

                _text.Append('>');
                WriteChildren(element);
                _text.Append("</").Append(element.Name).Append('>');
                break;
            case XmlCDataSection data:
                _text.Append("<![CDATA[").Append(data.Value).Append("]]>");
                break;
            case XmlComment comment:
                _text.Append("<!--").Append(comment.Value).Append("-->");
                break;
            case XmlProcessingInstruction instruction:
                _text.Append("<?").Append(instruction.Name);
                if (!string.IsNullOrEmpty(instruction.Value))
                    _text.Append(' ').Append(instruction.Value);
                _text.Append("?>");
                break;
            case XmlDocument document:
                WriteChildren(document);
                break;
            case XmlDocumentType:
                _text.Append(node.OuterXml);
                break;
            default:
                XmlText.Escape(_text, node.Value ?? "");
                break;
        }
    }

    private void WriteChildren(XmlNode node)
    {
        foreach (XmlNode child in node.ChildNodes)
            Write(child);
    }

    // Declarations stand before the other attributes.
    private void WriteAttributes(XmlElement element, bool isRoot)
    {
        foreach (XmlAttribute attribute in element.Attributes)
            if (IsDeclaration(attribute))
                WriteAttribute(attribute.Name, attribute.Value);
        if (isRoot)
            foreach ((string prefix, string uri) in _outer)
                WriteAttribute(prefix.Length == 0 ? "xmlns" : $"xmlns:{prefix}", uri);
        foreach (XmlAttribute attribute in element.Attributes)
            if (!IsDeclaration(attribute))
                WriteAttribute(attribute.Name, attribute.Value);
    }

    private void WriteAttribute(string name, string value)
    {
        _text.Append(' ').Append(name).Append("=\"");
        XmlText.EscapeAttribute(_text, value);
        _text.Append('"');
    }
}
