using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Types.Xml;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;
using Syntax = Strata.Sql.Syntax;
using XmlExpression = Strata.Engine.Expressions.XmlExpression;

namespace Strata.Engine.Binding;

/// <summary>Binds the functions of XML with a syntax of their own (transformXmlExpr and transformXmlSerialize of PostgreSQL's parse_expr.c).</summary>
internal sealed class XmlBinder(BindingState state)
{
    private static readonly SqlType s_xml = BuiltinTypes.Get(TypeOid.Xml);

    private ExpressionBinder Expressions => state.Expressions;

    public Expression Bind(Syntax.XmlExpression xml, Scope scope)
    {
        var names = new List<string>();
        var named = new List<Expression>();
        foreach (TargetItem item in xml.NamedArguments)
        {
            named.Add(Value(item.Value, scope));
            names.Add(NameOf(item, xml.Kind));
        }

        if (xml.Kind == XmlExpressionKind.Element)
            for (int i = 1; i < names.Count; i++)
                if (names.IndexOf(names[i]) < i)
                    throw BindingErrors.At(xml.NamedArguments[i].Position, SqlState.SyntaxError, $"XML attribute name \"{names[i]}\" appears more than once");
        string name = xml.Name is null ? "" : XmlNames.FromIdentifier(xml.Name, isFull: false);
        var arguments = new List<Expression>();
        for (int i = 0; i < xml.Arguments.Count; i++)
            arguments.Add(Argument(xml, i, scope));
        var bound = new XmlExpression(OperationOf(xml.Kind), xml.Kind == XmlExpressionKind.Serialize ? SqlType.Text : s_xml, named, arguments)
        {
            Names = names,
            Name = name,
            IsDocument = xml.IsDocument,
            PreservesWhitespace = xml.PreserveWhitespace,
            SerializedType = xml.Type is null ? null : state.Types.Resolve(xml.Type),
            Standalone = xml.Standalone,
            Position = xml.Position,
        };
        return bound.SerializedType is null ? bound : Serialized(bound, bound.SerializedType);
    }

    public Expression BindIsDocument(IsDocumentExpression test, Scope scope)
    {
        Expression value = Xml(Expressions.BindOperand(test.Operand, scope), "IS DOCUMENT");
        var bound = new XmlExpression(XmlOperation.IsDocument, SqlType.Boolean, [], [value]) { Position = test.Position };
        return test.IsNegated ? new BooleanExpression(BooleanOperator.Not, [bound]) : bound;
    }

    private static XmlOperation OperationOf(XmlExpressionKind kind) => kind switch
    {
        XmlExpressionKind.Concat => XmlOperation.Concat,
        XmlExpressionKind.Element => XmlOperation.Element,
        XmlExpressionKind.Forest => XmlOperation.Forest,
        XmlExpressionKind.Parse => XmlOperation.Parse,
        XmlExpressionKind.ProcessingInstruction => XmlOperation.ProcessingInstruction,
        XmlExpressionKind.Root => XmlOperation.Root,
        _ => XmlOperation.Serialize,
    };

    private static string NameOf(TargetItem item, XmlExpressionKind kind)
    {
        if (item.Alias is not null)
            return XmlNames.FromIdentifier(item.Alias, isFull: false);
        if (item.Value is not Syntax.ColumnReference)
        {
            throw BindingErrors.At(
                item.Position, SqlState.SyntaxError,
                kind == XmlExpressionKind.Element ? "unnamed XML attribute value must be a column reference" : "unnamed XML element value must be a column reference");
        }

        return XmlNames.FromIdentifier(TargetNaming.NameOf(item.Value), isFull: true);
    }

    private Expression Argument(Syntax.XmlExpression xml, int i, Scope scope)
    {
        if (xml.Kind == XmlExpressionKind.Element)
            return Value(xml.Arguments[i], scope);
        Expression value = Expressions.BindOperand(xml.Arguments[i], scope);
        return xml.Kind switch
        {
            XmlExpressionKind.Concat => Xml(value, "XMLCONCAT"),
            XmlExpressionKind.Parse => Text(value, "XMLPARSE"),
            XmlExpressionKind.ProcessingInstruction => Text(value, "XMLPI"),
            XmlExpressionKind.Root when i == 1 => Text(value, "XMLROOT"),
            XmlExpressionKind.Root => Xml(value, "XMLROOT"),
            _ => Xml(value, "XMLSERIALIZE"),
        };
    }

    // Where it is only printed again, an untyped literal stays what it was.
    private Expression Value(Syntax.Expression syntax, Scope scope)
    {
        Expression value = Expressions.BindOperand(syntax, scope);
        return state.Context.IsRecorded ? value : Expressions.ResolveUnknown(value);
    }

    private Expression Xml(Expression value, string construct) =>
        Expressions.CoerceArgument(value, s_xml, construct);

    private Expression Text(Expression value, string construct) =>
        Expressions.CoerceArgument(value, SqlType.Text, construct);

    private Expression Serialized(XmlExpression bound, SqlType type) =>
        Expressions.CoerceImplicitlyOrNull(bound, type)
        ?? throw BindingErrors.At(bound.Position, SqlState.CannotCoerce, $"cannot cast XMLSERIALIZE result to {type.WithTypmod(-1)}");
}
