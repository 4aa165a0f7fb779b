using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints XML functions and XMLTABLE.</summary>
internal static class XmlDeparser
{
    /// <summary>Writes an XML function after a space.</summary>
    public static void Write(SqlWriter w, XmlExpression xml)
    {
        switch (xml.Kind)
        {
            case XmlExpressionKind.Concat:
                ExpressionDeparser.WriteCall(w, "XMLCONCAT", xml.Arguments);
                return;
            case XmlExpressionKind.Element:
                w.Word("XMLELEMENT(NAME").Id(xml.Name!);
                if (!xml.NamedArguments.IsEmpty)
                {
                    w.Raw(",").Word("XMLATTRIBUTES(").List(xml.NamedArguments, QueryDeparser.WriteTarget).Raw(")");
                }

                foreach (Expression content in xml.Arguments)
                {
                    w.Raw(",");
                    ExpressionDeparser.Write(w, content);
                }

                break;
            case XmlExpressionKind.Forest:
                w.Word("XMLFOREST(").List(xml.NamedArguments, QueryDeparser.WriteTarget);
                break;
            case XmlExpressionKind.Parse:
                w.Word("XMLPARSE(").Word(xml.IsDocument ? "DOCUMENT" : "CONTENT");
                ExpressionDeparser.Write(w, xml.Arguments[0]);
                w.WordIf(xml.PreserveWhitespace, "PRESERVE WHITESPACE");
                break;
            case XmlExpressionKind.ProcessingInstruction:
                w.Word("XMLPI(NAME").Id(xml.Name!);
                if (!xml.Arguments.IsEmpty)
                {
                    w.Raw(",");
                    ExpressionDeparser.Write(w, xml.Arguments[0]);
                }

                break;
            case XmlExpressionKind.Root:
                w.Word("XMLROOT(");
                ExpressionDeparser.Write(w, xml.Arguments[0]);
                w.Raw(",").Word("VERSION");
                if (xml.Arguments[1] is NullLiteral)
                {
                    w.Word("NO VALUE");
                }
                else
                {
                    ExpressionDeparser.Write(w, xml.Arguments[1]);
                }

                w.Raw(xml.Standalone switch
                {
                    XmlStandalone.Yes => ", STANDALONE YES",
                    XmlStandalone.No => ", STANDALONE NO",
                    XmlStandalone.NoValue => ", STANDALONE NO VALUE",
                    _ => "",
                });
                break;
            default:
                w.Word("XMLSERIALIZE(").Word(xml.IsDocument ? "DOCUMENT" : "CONTENT");
                ExpressionDeparser.Write(w, xml.Arguments[0]);
                w.Word("AS");
                TypeDeparser.Write(w, xml.Type!);
                break;
        }

        w.Raw(")");
    }

    /// <summary>Writes XMLTABLE after a space.</summary>
    public static void WriteTable(SqlWriter w, XmlTableItem table)
    {
        w.Word("XMLTABLE(");
        if (!table.Namespaces.IsEmpty)
        {
            w.Word("XMLNAMESPACES(").List(table.Namespaces, static (writer, space) =>
            {
                writer.WordIf(space.Name is null, "DEFAULT");
                ExpressionDeparser.WriteOperand(writer, space.Uri);
                if (space.Name is not null)
                {
                    writer.Word("AS").Id(space.Name);
                }
            }).Raw("),");
        }

        ExpressionDeparser.WriteInParentheses(w, table.RowPath);
        w.Word("PASSING");
        ExpressionDeparser.WriteInParentheses(w, table.Document);
        w.Word("COLUMNS").List(table.Columns, WriteColumn).Raw(")");
    }

    private static void WriteColumn(SqlWriter w, XmlTableColumn column)
    {
        w.Id(column.Name);
        if (column.Type is null)
        {
            w.Word("FOR ORDINALITY");
            return;
        }

        TypeDeparser.Write(w, column.Type);
        if (column.Default is not null)
        {
            w.Word("DEFAULT");
            ExpressionDeparser.WriteInParentheses(w, column.Default);
        }

        if (column.Path is not null)
        {
            w.Word("PATH");
            ExpressionDeparser.WriteInParentheses(w, column.Path);
        }

        w.WordIf(column.IsNotNull, "NOT NULL");
    }
}
