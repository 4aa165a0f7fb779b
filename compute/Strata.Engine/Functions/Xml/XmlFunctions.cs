using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Types.Xml;

namespace Strata.Engine.Functions.Xml;

/// <summary>Functions of xml with a name in the catalog (PostgreSQL 15, section 9.15). Those with a syntax of their own are <see cref="Expressions.XmlExpression"/>s.</summary>
internal static class XmlFunctions
{
    internal static void Register(FunctionTable t)
    {
        t.Add("xmlcomment", static (ref FunctionCall c) => Comment(ref c));
        t.Add("texttoxml", static (ref FunctionCall c) => FromText(ref c));
        t.Add("xmltotext", static (ref FunctionCall c) => c.Return(c.Bytes(0)));
        t.Add("xmlconcat2", static (ref FunctionCall c) => Concat(ref c));
        t.Add("xmlvalidate", static (ref FunctionCall _) => throw new SqlException(SqlState.FeatureNotSupported, "xmlvalidate is not implemented"));
        t.Add("xml_is_well_formed", static (ref FunctionCall c) => c.Return(XmlText.IsWellFormed(c.String(0), c.Settings.XmlIsDocument, out _)));
        t.Add("xml_is_well_formed_document", static (ref FunctionCall c) => c.Return(XmlText.IsWellFormed(c.String(0), isDocument: true, out _)));
        t.Add("xml_is_well_formed_content", static (ref FunctionCall c) => c.Return(XmlText.IsWellFormed(c.String(0), isDocument: false, out _)));
        t.Add("xpath", static (ref FunctionCall c) => Find(ref c));
        t.Add(2932u, static (ref FunctionCall c) => Find(ref c));
        t.Add(3050u, static (ref FunctionCall c) => c.Return(Exists(ref c)));
        t.Add("xpath_exists", static (ref FunctionCall c) => c.Return(Exists(ref c)));
        t.Add("xmlexists", static (ref FunctionCall c) => c.Return(Exists(ref c)));
    }

    private static void Comment(ref FunctionCall c)
    {
        ReadOnlySpan<byte> text = c.Bytes(0);
        if (text.IndexOf("--"u8) >= 0 || text.EndsWith("-"u8))
            throw new SqlException(SqlState.InvalidXmlComment, "invalid XML comment");
        var buffer = new ByteBuffer(text.Length + 7);
        buffer.Write("<!--"u8);
        buffer.Write(text);
        buffer.Write("-->"u8);
        c.Return(buffer.Written);
    }

    private static void FromText(ref FunctionCall c)
    {
        XmlText.Check(c.String(0), c.Settings.XmlIsDocument);
        c.Return(c.Bytes(0));
    }

    private static void Concat(ref FunctionCall c)
    {
        if (c.IsNull(0) && c.IsNull(1))
            c.ReturnNull();
        else if (c.IsNull(0) || c.IsNull(1))
            c.Return(c.Bytes(c.IsNull(0) ? 1 : 0));
        else
            c.Return(XmlText.Concat([c.String(0), c.String(1)]));
    }

    private static void Find(ref FunctionCall c)
    {
        (List<System.Xml.XPath.XPathNavigator>? nodes, string? value) = Evaluate(ref c);
        var array = new ArrayBuilder();
        if (value is not null)
            array.Add(Encoding.UTF8.GetBytes(XmlPath.Escaped(value)));
        foreach (System.Xml.XPath.XPathNavigator node in nodes ?? [])
            array.Add(Encoding.UTF8.GetBytes(XmlPath.ToXml(node)));
        c.Return(array.Build(TypeOid.Xml));
    }

    private static bool Exists(ref FunctionCall c) => Evaluate(ref c).Nodes is not { Count: 0 };

    private static (List<System.Xml.XPath.XPathNavigator>? Nodes, string? Value) Evaluate(ref FunctionCall c)
    {
        string expression = c.String(0);
        ReadOnlySpan<byte> namespaces = c.ArgumentCount > 2 ? c.Bytes(2) : default;
        // Most calls have the same expression in all rows.
        if (c.Site.State is not Compiled known || known.Expression != expression || !namespaces.SequenceEqual(known.Namespaces))
        {
            known = new Compiled(expression, namespaces.ToArray(), new XmlPath(expression, XmlPath.Namespaces(new ArrayValue(namespaces))));
            c.Site.State = known;
        }

        return known.Path.Evaluate(XmlText.Load(c.String(1)).CreateNavigator()!);
    }

    private sealed record Compiled(string Expression, byte[] Namespaces, XmlPath Path);
}
