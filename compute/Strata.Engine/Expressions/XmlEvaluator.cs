using System.Text;
using Strata.Engine.Functions.Xml;
using Strata.Engine.Types;
using Strata.Engine.Types.Xml;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Expressions;

/// <summary>Computes an <see cref="XmlExpression"/> row by row.</summary>
internal sealed class XmlEvaluator(XmlExpression expression, Evaluator[] named, Evaluator[] arguments) : Evaluator(expression.Type)
{
    private readonly Vector _result = new(expression.Type);
    private readonly Vector[] _named = new Vector[named.Length];
    private readonly Vector[] _arguments = new Vector[arguments.Length];
    private readonly StringBuilder _text = new();

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        for (int i = 0; i < named.Length; i++)
            _named[i] = named[i].Evaluate(context, batch, selection, errors);
        for (int i = 0; i < arguments.Length; i++)
            _arguments[i] = arguments[i].Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            try
            {
                Store(context, row);
            }
            catch (SqlException error)
            {
                errors.Report(row, error);
                return _result;
            }
        }

        return _result;
    }

    private void Store(EvaluationContext context, int row)
    {
        if (expression.Operation == XmlOperation.IsDocument)
        {
            if (_arguments[0].IsNull(row))
                _result.SetNull(row);
            else
                _result.Set(row, XmlText.IsWellFormed(TextOf(0, row), isDocument: true, out _) ? (byte)1 : (byte)0);
            return;
        }

        if (Compute(context, row) is { } value)
            _result.SetBytes(row, Encoding.UTF8.GetBytes(value));
        else
            _result.SetNull(row);
    }

    private string? Compute(EvaluationContext context, int row)
    {
        _text.Clear();
        switch (expression.Operation)
        {
            case XmlOperation.Concat:
                var values = new List<string>();
                for (int i = 0; i < _arguments.Length; i++)
                    if (!_arguments[i].IsNull(row))
                        values.Add(TextOf(i, row));
                return values.Count == 0 ? null : XmlText.Concat(values);
            case XmlOperation.Element:
                return Element(context, row);
            case XmlOperation.Forest:
                return Forest(context, row);
            case XmlOperation.ProcessingInstruction:
                return ProcessingInstruction(row);
        }

        if (_arguments[0].IsNull(row))
            return null;
        string value = TextOf(0, row);
        switch (expression.Operation)
        {
            case XmlOperation.Parse:
                XmlText.Check(value, expression.IsDocument);
                return value;
            case XmlOperation.Serialize:
                if (expression.IsDocument && !XmlText.IsWellFormed(value, isDocument: true, out _))
                    throw new SqlException(SqlState.NotAnXmlDocument, "not an XML document");
                return value;
            default:
                return XmlText.WithDeclaration(
                    value, _arguments[1].IsNull(row) ? null : TextOf(1, row), expression.Standalone != XmlStandalone.Omitted,
                    expression.Standalone switch { XmlStandalone.Yes => true, XmlStandalone.No => false, _ => null });
        }
    }

    private string Element(EvaluationContext context, int row)
    {
        _text.Append('<').Append(expression.Name);
        var value = new StringBuilder();
        for (int i = 0; i < _named.Length; i++)
        {
            if (_named[i].IsNull(row))
                continue;
            value.Clear();
            XmlValues.Write(_named[i].Type, _named[i].GetStored(row), value, context.Functions, isEscaped: false);
            _text.Append(' ').Append(expression.Names[i]).Append("=\"");
            XmlText.EscapeAttribute(_text, value.ToString());
            _text.Append('"');
        }

        int start = _text.Length;
        bool hasContent = false;
        _text.Append('>');
        foreach (Vector argument in _arguments)
        {
            if (argument.IsNull(row))
                continue;
            hasContent = true;
            XmlValues.Write(argument.Type, argument.GetStored(row), _text, context.Functions, isEscaped: true);
        }

        if (hasContent)
            return _text.Append("</").Append(expression.Name).Append('>').ToString();
        _text.Length = start;
        return _text.Append("/>").ToString();
    }

    private string? Forest(EvaluationContext context, int row)
    {
        for (int i = 0; i < _named.Length; i++)
        {
            if (_named[i].IsNull(row))
                continue;
            _text.Append('<').Append(expression.Names[i]).Append('>');
            XmlValues.Write(_named[i].Type, _named[i].GetStored(row), _text, context.Functions, isEscaped: true);
            _text.Append("</").Append(expression.Names[i]).Append('>');
        }

        return _text.Length == 0 ? null : _text.ToString();
    }

    private string? ProcessingInstruction(int row)
    {
        if (expression.Name.Equals("xml", StringComparison.OrdinalIgnoreCase))
        {
            throw new SqlException(SqlState.InvalidXmlProcessingInstruction, "invalid XML processing instruction")
            {
                Detail = $"XML processing instruction target name cannot be \"{expression.Name}\".",
            };
        }

        if (_arguments.Length == 0)
            return $"<?{expression.Name}?>";
        if (_arguments[0].IsNull(row))
            return null;
        string content = TextOf(0, row).TrimStart(' ');
        if (content.Contains("?>", StringComparison.Ordinal))
            throw new SqlException(SqlState.InvalidXmlProcessingInstruction, "invalid XML processing instruction") { Detail = "XML processing instruction cannot contain \"?>\"." };
        return $"<?{expression.Name} {content}?>";
    }

    private string TextOf(int argument, int row) => Encoding.UTF8.GetString(_arguments[argument].GetBytes(row));

    public override void Dispose()
    {
        foreach (Evaluator value in named)
            value.Dispose();
        foreach (Evaluator value in arguments)
            value.Dispose();
        _result.Dispose();
    }
}
