using Strata.Engine.Binding;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Types.Xml;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;
using XmlExpression = Strata.Engine.Expressions.XmlExpression;

namespace Strata.Engine.Deparsing;

/// <summary>Writes the functions of XML that have a syntax of their own, as ruleutils do. Not thread-safe.</summary>
internal sealed class XmlWriter(ExpressionWriter expressions, PrintBuffer text, DefinitionNames names)
{
    public void Write(XmlExpression xml)
    {
        switch (xml.Operation)
        {
            case XmlOperation.IsDocument:
                expressions.WriteNested(xml.Arguments[0], showImplicit: true, xml);
                text.Append(" IS DOCUMENT");
                return;
            case XmlOperation.Concat:
                expressions.WriteList("XMLCONCAT(", xml.Arguments, ")");
                return;
            case XmlOperation.Element:
                text.Append("XMLELEMENT(NAME ").Append(Name(xml.Name));
                if (xml.Named.Count > 0)
                {
                    text.Append(", XMLATTRIBUTES(");
                    WriteNamed(xml);
                    text.Append(")");
                }

                foreach (Expression argument in xml.Arguments)
                {
                    text.Append(", ");
                    WriteValue(argument);
                }

                break;
            case XmlOperation.Forest:
                text.Append("XMLFOREST(");
                WriteNamed(xml);
                break;
            case XmlOperation.Parse:
                text.Append(xml.IsDocument ? "XMLPARSE(DOCUMENT " : "XMLPARSE(CONTENT ");
                WriteValue(xml.Arguments[0]);
                text.Append(xml.PreservesWhitespace ? " PRESERVE WHITESPACE" : " STRIP WHITESPACE");
                break;
            case XmlOperation.ProcessingInstruction:
                text.Append("XMLPI(NAME ").Append(Name(xml.Name));
                if (xml.Arguments.Count > 0)
                {
                    text.Append(", ");
                    WriteValue(xml.Arguments[0]);
                }

                break;
            case XmlOperation.Root:
                WriteRoot(xml);
                break;
            default:
                text.Append(xml.IsDocument ? "XMLSERIALIZE(DOCUMENT " : "XMLSERIALIZE(CONTENT ");
                WriteValue(xml.Arguments[0]);
                text.Append(" AS ").Append(names.Type(xml.SerializedType!, xml.SerializedType!.Typmod));
                break;
        }

        text.Append(")");
    }

    /// <summary>XMLTABLE.</summary>
    public void Write(XmlTableRecord table)
    {
        text.Append("XMLTABLE(");
        for (int i = 0; i < table.Namespaces.Count; i++)
        {
            text.Append(i == 0 ? "XMLNAMESPACES (" : ", ");
            (string? name, Expression uri) = table.Namespaces[i];
            text.Append(name is null ? "DEFAULT " : "");
            expressions.Write(uri, showImplicit: false);
            text.Append(name is null ? "" : " AS " + TypeNames.QuoteIdentifier(name));
            text.Append(i == table.Namespaces.Count - 1 ? "), " : "");
        }

        WriteParenthesized("(", table.RowPath);
        WriteParenthesized(" PASSING (", table.Document);
        text.Append(" COLUMNS ");
        for (int i = 0; i < table.Columns.Count; i++)
        {
            (string name, SqlType? type, Expression? path, Expression? fallback, bool isNotNull) = table.Columns[i];
            text.Append(i > 0 ? ", " : "").Append(TypeNames.QuoteIdentifier(name)).Append(type is null ? " FOR ORDINALITY" : " " + names.Type(type, type.Typmod));
            if (fallback is not null)
                WriteParenthesized(" DEFAULT (", fallback);
            if (path is not null)
                WriteParenthesized(" PATH (", path);
            text.Append(isNotNull ? " NOT NULL" : "");
        }

        text.Append(")");
    }

    /// <summary>What an XMLTABLE is given.</summary>
    public static IEnumerable<Expression> ArgumentsOf(XmlTableRecord table) =>
        new Expression?[] { table.RowPath, table.Document }
            .Concat(table.Namespaces.Select(static n => n.Uri)).Concat(table.Columns.Select(static c => c.Path)).Concat(table.Columns.Select(static c => c.Default))
            .OfType<Expression>();

    private void WriteParenthesized(string before, Expression value)
    {
        text.Append(before);
        expressions.Write(value, showImplicit: true);
        text.Append(")");
    }

    private void WriteRoot(XmlExpression xml)
    {
        text.Append("XMLROOT(");
        WriteValue(xml.Arguments[0]);
        text.Append(", VERSION ");
        if (xml.Arguments[1] is ConstantExpression { IsNull: true })
            text.Append("NO VALUE");
        else
            WriteValue(xml.Arguments[1]);
        text.Append(xml.Standalone switch
        {
            XmlStandalone.Yes => ", STANDALONE YES",
            XmlStandalone.No => ", STANDALONE NO",
            XmlStandalone.NoValue => ", STANDALONE NO VALUE",
            _ => "",
        });
    }

    private void WriteNamed(XmlExpression xml)
    {
        for (int i = 0; i < xml.Named.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            WriteValue(xml.Named[i]);
            text.Append(" AS ").Append(Name(xml.Names[i]));
        }
    }

    private static string Name(string name) => TypeNames.QuoteIdentifier(XmlNames.ToIdentifier(name));

    // An untyped literal stays one.
    private void WriteValue(Expression value)
    {
        if (value is ConstantExpression { Type.Oid: TypeOid.Unknown, IsNull: false } literal)
            expressions.WriteConstant(literal, labels: -1);
        else
            expressions.Write(value, showImplicit: true);
    }
}
