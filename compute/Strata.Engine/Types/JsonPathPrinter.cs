using System.Globalization;
using System.Text;

namespace Strata.Engine.Types;

/// <summary>Writes a jsonpath in PostgreSQL's canonical form.</summary>
internal static class JsonPathPrinter
{
    public static byte[] Print(JsonPathNode root, bool isLax)
    {
        var buffer = new ByteBuffer();
        if (!isLax)
            buffer.Write("strict "u8);
        Write(buffer, root, brackets: true);
        return buffer.Written.ToArray();
    }

    private static int Priority(JsonPathNode node) => node.Kind switch
    {
        JsonPathKind.Or => 0,
        JsonPathKind.And => 1,
        JsonPathKind.Equal or JsonPathKind.NotEqual or JsonPathKind.Less or JsonPathKind.Greater or JsonPathKind.LessOrEqual
            or JsonPathKind.GreaterOrEqual or JsonPathKind.StartsWith => 2,
        JsonPathKind.Add or JsonPathKind.Subtract => 3,
        JsonPathKind.Multiply or JsonPathKind.Divide or JsonPathKind.Modulo => 4,
        JsonPathKind.Plus or JsonPathKind.Minus => 5,
        _ => 6,
    };

    public static string OperatorName(JsonPathKind kind) => kind switch
    {
        JsonPathKind.And => "&&",
        JsonPathKind.Or => "||",
        JsonPathKind.Equal => "==",
        JsonPathKind.NotEqual => "!=",
        JsonPathKind.Less => "<",
        JsonPathKind.Greater => ">",
        JsonPathKind.LessOrEqual => "<=",
        JsonPathKind.GreaterOrEqual => ">=",
        JsonPathKind.Add or JsonPathKind.Plus => "+",
        JsonPathKind.Subtract or JsonPathKind.Minus => "-",
        JsonPathKind.Multiply => "*",
        JsonPathKind.Divide => "/",
        JsonPathKind.Modulo => "%",
        _ => "starts with",
    };

    private static void WriteQuoted(ByteBuffer buffer, string text) => JsonScanner.WriteString(buffer, Encoding.UTF8.GetBytes(text));

    private static void WriteOperand(ByteBuffer buffer, JsonPathNode operand, JsonPathNode of) =>
        Write(buffer, operand, brackets: Priority(operand) <= Priority(of));

    private static void Write(ByteBuffer buffer, JsonPathNode node, bool brackets)
    {
        Vectors.DepthGuard.Check();
        switch (node.Kind)
        {
            case JsonPathKind.Null: buffer.Write("null"u8); break;
            case JsonPathKind.Boolean: buffer.Write(node.Boolean ? "true"u8 : "false"u8); break;
            case JsonPathKind.Number:
                // Without brackets an accessor's point would belong to the number.
                WriteBracket(buffer, node.Next is not null, '(');
                NumberText.WriteNumeric(buffer, node.Number);
                WriteBracket(buffer, node.Next is not null, ')');
                break;
            case JsonPathKind.String: WriteQuoted(buffer, node.Text); break;
            case JsonPathKind.Root: buffer.Write('$'); break;
            case JsonPathKind.Current: buffer.Write('@'); break;
            case JsonPathKind.Last: buffer.Write("last"u8); break;
            case JsonPathKind.Variable:
                buffer.Write('$');
                WriteQuoted(buffer, node.Text);
                break;
            case JsonPathKind.Key:
                buffer.Write('.');
                WriteQuoted(buffer, node.Text);
                break;
            case JsonPathKind.AnyKey: buffer.Write(".*"u8); break;
            case JsonPathKind.AnyArray: buffer.Write("[*]"u8); break;
            case JsonPathKind.Subscripts: WriteSubscripts(buffer, node); break;
            case JsonPathKind.AnyLevels: WriteLevels(buffer, node); break;
            case JsonPathKind.Method:
                buffer.Write('.');
                buffer.Write(node.Text);
                buffer.Write('(');
                if (node.Left is { } argument)
                    WriteQuoted(buffer, argument.Text);
                buffer.Write(')');
                break;
            case JsonPathKind.Filter or JsonPathKind.Not or JsonPathKind.Exists:
                buffer.Write(node.Kind == JsonPathKind.Filter ? "?("u8 : node.Kind == JsonPathKind.Not ? "!("u8 : "exists ("u8);
                Write(buffer, node.Left!, brackets: false);
                buffer.Write(')');
                break;
            case JsonPathKind.IsUnknown:
                buffer.Write('(');
                Write(buffer, node.Left!, brackets: false);
                buffer.Write(") is unknown"u8);
                break;
            case JsonPathKind.Plus or JsonPathKind.Minus:
                WriteBracket(buffer, brackets, '(');
                buffer.Write(node.Kind == JsonPathKind.Plus ? '+' : '-');
                WriteOperand(buffer, node.Left!, node);
                WriteBracket(buffer, brackets, ')');
                break;
            case JsonPathKind.LikeRegex:
                WriteBracket(buffer, brackets, '(');
                WriteOperand(buffer, node.Left!, node);
                buffer.Write(" like_regex "u8);
                WriteQuoted(buffer, node.Text);
                if (node.Flags.Length > 0)
                    buffer.Write($" flag \"{node.Flags}\"");
                WriteBracket(buffer, brackets, ')');
                break;
            default:
                WriteBracket(buffer, brackets, '(');
                WriteOperand(buffer, node.Left!, node);
                buffer.Write(' ');
                buffer.Write(OperatorName(node.Kind));
                buffer.Write(' ');
                WriteOperand(buffer, node.Right!, node);
                WriteBracket(buffer, brackets, ')');
                break;
        }

        if (node.Next is { } next)
            Write(buffer, next, brackets: true);
    }

    private static void WriteBracket(ByteBuffer buffer, bool brackets, char bracket)
    {
        if (brackets)
            buffer.Write(bracket);
    }

    private static void WriteSubscripts(ByteBuffer buffer, JsonPathNode node)
    {
        buffer.Write('[');
        for (int i = 0; i < node.Subscripts.Count; i++)
        {
            if (i > 0)
                buffer.Write(',');
            (JsonPathNode from, JsonPathNode? to) = node.Subscripts[i];
            Write(buffer, from, brackets: false);
            if (to is not null)
            {
                buffer.Write(" to "u8);
                Write(buffer, to, brackets: false);
            }
        }

        buffer.Write(']');
    }

    private static void WriteLevels(ByteBuffer buffer, JsonPathNode node)
    {
        static string Level(uint level) => level == JsonPathNode.LastLevel ? "last" : level.ToString(CultureInfo.InvariantCulture);
        buffer.Write(".**"u8);
        if (node.FirstLevel == 0 && node.LastOfLevels == JsonPathNode.LastLevel)
            return;
        buffer.Write(node.FirstLevel == node.LastOfLevels
            ? $"{{{Level(node.FirstLevel)}}}"
            : $"{{{Level(node.FirstLevel)} to {Level(node.LastOfLevels)}}}");
    }
}
