using System.Globalization;
using System.Text;

namespace Strata.Engine.Planning.Explain;

/// <summary>Writes EXPLAIN's structured formats as PostgreSQL lays them out.</summary>
internal static class ExplainFormats
{
    private const string XmlNamespace = "http://www.postgresql.org/2009/explain";

    /// <summary>JSON: an array of one object with the plan and what belongs to the whole statement.</summary>
    public static string Json(ExplainNode root, IReadOnlyList<(string Name, object Value)> summary)
    {
        var text = new StringBuilder("[\n  {\n    \"Plan\": ");
        JsonNode(root, 4, text);
        foreach ((string name, object value) in summary)
        {
            text.Append(",\n    ").Append(Quote(name)).Append(": ");
            JsonValue(value, text);
        }

        return text.Append("\n  }\n]").ToString();
    }

    /// <summary>YAML.</summary>
    public static string Yaml(ExplainNode root, IReadOnlyList<(string Name, object Value)> summary)
    {
        var text = new StringBuilder("- Plan: ");
        YamlNode(root, 4, text);
        foreach ((string name, object value) in summary)
        {
            text.Append("\n  ").Append(name).Append(": ");
            YamlValue(value, 4, text);
        }

        return text.ToString();
    }

    /// <summary>XML.</summary>
    public static string Xml(ExplainNode root, IReadOnlyList<(string Name, object Value)> summary)
    {
        var text = new StringBuilder("<explain xmlns=\"").Append(XmlNamespace).Append("\">\n  <Query>\n");
        XmlNode(root, 4, text);
        foreach ((string name, object value) in summary)
            XmlValue(name, value, 4, text);
        return text.Append("  </Query>\n</explain>").ToString();
    }

    private static void JsonNode(ExplainNode node, int indent, StringBuilder text)
    {
        string inner = new(' ', indent + 2);
        text.Append('{');
        string separator = "\n";
        foreach ((string name, object value, string? _) in node.Properties)
        {
            text.Append(separator).Append(inner).Append(Quote(name)).Append(": ");
            JsonValue(value, text);
            separator = ",\n";
        }

        ExplainNode[] plans = [.. node.AllPlans];
        if (plans.Length > 0)
        {
            text.Append(separator).Append(inner).Append("\"Plans\": [");
            for (int i = 0; i < plans.Length; i++)
            {
                text.Append(i == 0 ? "\n" : ",\n").Append(' ', indent + 4);
                JsonNode(plans[i], indent + 4, text);
            }

            text.Append('\n').Append(inner).Append(']');
        }

        text.Append('\n').Append(' ', indent).Append('}');
    }

    private static void JsonValue(object value, StringBuilder text)
    {
        switch (value)
        {
            case ExplainNumber number:
                text.Append(number.Text);
                break;
            case bool truth:
                text.Append(truth ? "true" : "false");
                break;
            case ExplainProperty[] group:
                text.Append("{\n").AppendJoin(",\n", group.Select(static item => $"      {Quote(item.Name)}: {(item.Value is ExplainNumber number ? number.Text : Quote((string)item.Value))}")).Append("\n    }");
                break;
            case string[] { Length: 0 } or ExplainProperty[][] { Length: 0 }:
                text.Append("[\n    ]");
                break;
            case ExplainProperty[][] groups:
                text.Append('[').AppendJoin(',', groups.Select(static group =>
                    "\n      {\n" + string.Join(",\n", group.Select(static item => $"        {Quote(item.Name)}: {(item.Value is ExplainNumber number ? number.Text : Quote((string)item.Value))}")) + "\n      }")).Append("\n    ]");
                break;
            case string[] list:
                text.Append('[').AppendJoin(", ", list.Select(Quote)).Append(']');
                break;
            default:
                text.Append(Quote((string)value));
                break;
        }
    }

    /// <summary>A JSON string.</summary>
    private static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }

    private static void YamlNode(ExplainNode node, int indent, StringBuilder text)
    {
        foreach ((string name, object value, string? _) in node.Properties)
        {
            text.Append('\n').Append(' ', indent).Append(name).Append(": ");
            YamlValue(value, indent + 2, text);
        }

        ExplainNode[] plans = [.. node.AllPlans];
        if (plans.Length == 0)
            return;
        text.Append('\n').Append(' ', indent).Append("Plans: ");
        foreach (ExplainNode plan in plans)
        {
            int start = text.Length;
            YamlNode(plan, indent + 4, text);
            // The first property of an entry stands behind its dash.
            text[start + 1 + indent + 2] = '-';
        }
    }

    private static void YamlValue(object value, int indent, StringBuilder text)
    {
        switch (value)
        {
            case ExplainNumber number:
                text.Append(number.Text);
                break;
            case bool truth:
                text.Append(truth ? "true" : "false");
                break;
            case ExplainProperty[] group:
                foreach (ExplainProperty item in group)
                    text.Append('\n').Append(' ', indent).Append(item.Name).Append(": ").Append(item.Value is ExplainNumber own ? own.Text : Quote((string)item.Value));
                break;
            case ExplainProperty[][] groups:
                foreach (ExplainProperty[] group in groups)
                    for (int i = 0; i < group.Length; i++)
                        text.Append('\n').Append(' ', indent).Append(i == 0 ? "- " : "  ").Append(group[i].Name).Append(": ").Append(group[i].Value is ExplainNumber own ? own.Text : Quote((string)group[i].Value));
                break;
            case string[] list:
                foreach (string item in list)
                    text.Append('\n').Append(' ', indent).Append("- ").Append(Quote(item));
                break;
            default:
                text.Append(Quote((string)value));
                break;
        }
    }

    // Quotes stay: the texts stand in elements only.
    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);

    private static void XmlNode(ExplainNode node, int indent, StringBuilder text)
    {
        text.Append(' ', indent).Append("<Plan>\n");
        foreach ((string name, object value, string? _) in node.Properties)
            XmlValue(name, value, indent + 2, text);
        ExplainNode[] plans = [.. node.AllPlans];
        if (plans.Length > 0)
        {
            text.Append(' ', indent + 2).Append("<Plans>\n");
            foreach (ExplainNode plan in plans)
                XmlNode(plan, indent + 4, text);
            text.Append(' ', indent + 2).Append("</Plans>\n");
        }

        text.Append(' ', indent).Append("</Plan>\n");
    }

    private static void XmlValue(string name, object value, int indent, StringBuilder text)
    {
        string tag = name.Replace(' ', '-').Replace('/', '-');
        if (value is ExplainProperty[] group)
        {
            text.Append(' ', indent).Append('<').Append(tag).Append(">\n");
            foreach (ExplainProperty item in group)
                XmlValue(item.Name, item.Value, indent + 2, text);
            text.Append(' ', indent).Append("</").Append(tag).Append(">\n");
            return;
        }

        if (value is ExplainProperty[][] groups)
        {
            text.Append(' ', indent).Append('<').Append(tag).Append(">\n");
            foreach (ExplainProperty[] member in groups)
                XmlValue(tag.TrimEnd('s'), member, indent + 2, text);
            text.Append(' ', indent).Append("</").Append(tag).Append(">\n");
            return;
        }

        if (value is string[] list)
        {
            text.Append(' ', indent).Append('<').Append(tag).Append(">\n");
            foreach (string item in list)
                text.Append(' ', indent + 2).Append("<Item>").Append(Escape(item)).Append("</Item>\n");
            text.Append(' ', indent).Append("</").Append(tag).Append(">\n");
            return;
        }

        string content = value switch
        {
            ExplainNumber number => number.Text,
            bool truth => truth ? "true" : "false",
            _ => Escape((string)value),
        };
        text.Append(' ', indent).Append('<').Append(tag).Append('>').Append(content).Append("</").Append(tag).Append(">\n");
    }
}
