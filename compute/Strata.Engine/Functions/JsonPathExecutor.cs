using System.Globalization;
using System.Text;
using Strata.Engine.Functions.Patterns;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>
/// Runs a jsonpath over a document (SQL:2016, "SQL/JSON path language: semantics"). In lax mode structural errors vanish and arrays are unwrapped or
/// made as the accessors need. With <c>throwErrors</c> errors are <see cref="SqlException"/>s, otherwise the result says so. For one run.
/// </summary>
internal sealed class JsonPathExecutor(bool isLax, JsonValue root, JsonValue? variables, bool throwErrors, IFunctionContext context, bool useZone)
{
    private static readonly SqlState s_memberNotFound = new("2203A");
    private static readonly SqlState s_numberNotFound = new("2203B");
    private static readonly SqlState s_objectNotFound = new("2203C");
    private static readonly SqlState s_arrayNotFound = new("22039");
    private static readonly SqlState s_singletonRequired = new("22038");
    private static readonly SqlState s_nonNumeric = new("22036");
    private static readonly SqlState s_invalidSubscript = new("22033");
    private static readonly SqlState s_invalidDatetimeArgument = new("22031");

    private readonly JsonPathObjectIds _ids = new(root, variables is null ? 1 : 2);
    private readonly bool _isLax = isLax;
    private readonly JsonValue _root = root;
    private readonly JsonValue? _variables = variables;
    private bool _throwErrors = throwErrors;
    private bool _ignoreStructuralErrors = isLax;
    private int _innermostArraySize = -1;
    private JsonPathItem _current = new(root);

    /// <summary>Runs the path; the values go to <paramref name="found"/>, or when that is null only their existence counts.</summary>
    public JsonPathResult Run(JsonPathNode path, List<JsonPathItem>? found)
    {
        if (!_isLax && found is null)
        {
            // Strict mode must see every value to know that there is no error.
            var all = new List<JsonPathItem>();
            JsonPathResult result = Execute(path, new JsonPathItem(_root), all);
            return result == JsonPathResult.Error ? result : all.Count > 0 ? JsonPathResult.Found : JsonPathResult.Nothing;
        }

        return Execute(path, new JsonPathItem(_root), found);
    }

    private JsonPathResult Fail(SqlState state, string message, string? hint = null) =>
        _throwErrors ? throw new SqlException(state, message) { Hint = hint } : JsonPathResult.Error;

    private JsonPathResult FailStructure(SqlState state, string message) => _ignoreStructuralErrors ? JsonPathResult.Nothing : Fail(state, message);

    private JsonPathResult Execute(JsonPathNode node, in JsonPathItem item, List<JsonPathItem>? found) => Execute(node, item, found, _isLax);

    private JsonPathResult Continue(JsonPathNode? next, in JsonPathItem item, List<JsonPathItem>? found)
    {
        if (next is not null)
            return Execute(next, item, found, _isLax);
        found?.Add(item);
        return JsonPathResult.Found;
    }

    private JsonPathResult Execute(JsonPathNode node, in JsonPathItem item, List<JsonPathItem>? found, bool unwrap)
    {
        DepthGuard.Check();
        context.Cancellation.ThrowIfCancellationRequested();
        JsonValue json = item.Json;
        switch (node.Kind)
        {
            case JsonPathKind.Root:
                _ids.SetBase(_root, 0);
                return Continue(node.Next, new JsonPathItem(_root), found);
            case JsonPathKind.Current:
                return Continue(node.Next, _current, found);
            case JsonPathKind.Key when json.Kind == JsonKind.Object:
                if (json.Member(node.Text) is { } member)
                    return Continue(node.Next, new JsonPathItem(member), found);
                return FailStructure(s_memberNotFound, $"JSON object does not contain key \"{node.Text}\"");
            case JsonPathKind.Key:
                return unwrap && json.Kind == JsonKind.Array ? Unwrap(node, json, found)
                    : FailStructure(s_memberNotFound, "jsonpath member accessor can only be applied to an object");
            case JsonPathKind.AnyKey when json.Kind == JsonKind.Object:
                return Descend(node.Next, json, found, 1, 1, 1, false, _isLax);
            case JsonPathKind.AnyKey:
                return unwrap && json.Kind == JsonKind.Array ? Unwrap(node, json, found)
                    : FailStructure(s_objectNotFound, "jsonpath wildcard member accessor can only be applied to an object");
            case JsonPathKind.AnyArray:
                if (json.Kind == JsonKind.Array)
                    return Descend(node.Next, json, found, 1, 1, 1, false, _isLax);
                return _isLax ? Continue(node.Next, item, found) : FailStructure(s_arrayNotFound, "jsonpath wildcard array accessor can only be applied to an array");
            case JsonPathKind.Subscripts:
                return json.Kind == JsonKind.Array || _isLax ? Subscript(node, item, found)
                    : FailStructure(s_arrayNotFound, "jsonpath array accessor can only be applied to an array");
            case JsonPathKind.AnyLevels:
                return Levels(node, item, found);
            case JsonPathKind.Filter:
                if (unwrap && json.Kind == JsonKind.Array)
                    return Unwrap(node, json, found);
                return TestNested(node.Left!, item) == JsonPathResult.Found ? Continue(node.Next, item, found) : JsonPathResult.Nothing;
            case JsonPathKind.Method:
                return Method(node, item, found, unwrap);
            case >= JsonPathKind.And and <= JsonPathKind.LikeRegex:
                JsonPathResult tested = Test(node, item);
                if (node.Next is null && found is null)
                    return JsonPathResult.Found;
                return Continue(node.Next, Json(tested switch { JsonPathResult.Found => "true", JsonPathResult.Nothing => "false", _ => "null" }), found);
            case JsonPathKind.Add or JsonPathKind.Subtract or JsonPathKind.Multiply or JsonPathKind.Divide or JsonPathKind.Modulo:
                return Arithmetic(node, item, found);
            case JsonPathKind.Plus or JsonPathKind.Minus:
                return Sign(node, item, found);
            default:
                if (node.Next is null && found is null && node.Kind != JsonPathKind.Variable)
                    return JsonPathResult.Found;
                return Continue(node.Next, Literal(node), found);
        }
    }

    private static JsonPathItem Json(string text) => new(JsonValue.Parse(Encoding.UTF8.GetBytes(text)));

    private static JsonPathItem JsonString(string text)
    {
        var buffer = new ByteBuffer();
        JsonScanner.WriteString(buffer, Encoding.UTF8.GetBytes(text));
        return new JsonPathItem(JsonValue.Parse(buffer.Written));
    }

    private static JsonPathItem JsonNumber(in NumericValue value)
    {
        var buffer = new ByteBuffer();
        NumberText.WriteNumeric(buffer, value);
        return new JsonPathItem(JsonValue.Parse(buffer.Written));
    }

    private JsonPathItem Literal(JsonPathNode node)
    {
        switch (node.Kind)
        {
            case JsonPathKind.Null: return Json("null");
            case JsonPathKind.Boolean: return Json(node.Boolean ? "true" : "false");
            case JsonPathKind.Number: return JsonNumber(node.Number);
            case JsonPathKind.String: return JsonString(node.Text);
            case JsonPathKind.Last: return Json((_innermostArraySize - 1).ToString(CultureInfo.InvariantCulture));
            default:
                // The operators pass no variables at all: each is null then.
                if (_variables is null)
                    return Json("null");
                JsonValue value = _variables.Member(node.Text)
                    ?? throw new SqlException(SqlState.UndefinedObject, $"could not find jsonpath variable \"{node.Text}\"");
                _ids.SetBase(_variables, 1);
                return new JsonPathItem(value);
        }
    }

    private JsonPathResult Unwrap(JsonPathNode? node, JsonValue array, List<JsonPathItem>? found) => Descend(node, array, found, 1, 1, 1, false, unwrapNext: false);

    /// <summary>Applies a node to the parts of a container, from one level below to another.</summary>
    private JsonPathResult Descend(JsonPathNode? node, JsonValue container, List<JsonPathItem>? found, uint level, uint first, uint last, bool ignoreErrors, bool unwrapNext)
    {
        DepthGuard.Check();
        var result = JsonPathResult.Nothing;
        if (level > last)
            return result;
        int count = container.Kind == JsonKind.Array ? container.Items.Count : container.Members.Count;
        for (int i = 0; i < count; i++)
        {
            JsonValue part = container.Kind == JsonKind.Array ? container.Items[i] : container.Members[i].Value;
            bool leavesOnly = first == JsonPathNode.LastLevel && last == JsonPathNode.LastLevel;
            if (level >= first || (leavesOnly && !part.IsContainer))
            {
                if (node is not null)
                {
                    bool saved = _ignoreStructuralErrors;
                    _ignoreStructuralErrors |= ignoreErrors;
                    result = Execute(node, new JsonPathItem(part), found, unwrapNext);
                    _ignoreStructuralErrors = saved;
                    if (result == JsonPathResult.Error || (result == JsonPathResult.Found && found is null))
                        return result;
                }
                else if (found is not null)
                {
                    found.Add(new JsonPathItem(part));
                }
                else
                {
                    return JsonPathResult.Found;
                }
            }

            if (level < last && part.IsContainer)
            {
                result = Descend(node, part, found, level + 1, first, last, ignoreErrors, unwrapNext);
                if (result == JsonPathResult.Error || (result == JsonPathResult.Found && found is null))
                    return result;
            }
        }

        return result;
    }

    private JsonPathResult Levels(JsonPathNode node, in JsonPathItem item, List<JsonPathItem>? found)
    {
        var result = JsonPathResult.Nothing;
        if (node.FirstLevel == 0)
        {
            bool saved = _ignoreStructuralErrors;
            _ignoreStructuralErrors = true;
            result = Continue(node.Next, item, found);
            _ignoreStructuralErrors = saved;
            if (result == JsonPathResult.Found && found is null)
                return result;
        }

        return item.Json.IsContainer ? Descend(node.Next, item.Json, found, 1, node.FirstLevel, node.LastOfLevels, true, _isLax) : result;
    }

    private JsonPathResult Subscript(JsonPathNode node, in JsonPathItem item, List<JsonPathItem>? found)
    {
        JsonValue json = item.Json;
        bool isArray = json.Kind == JsonKind.Array;
        int size = isArray ? json.Items.Count : 1, savedSize = _innermostArraySize;
        _innermostArraySize = size;
        var result = JsonPathResult.Nothing;
        foreach ((JsonPathNode fromNode, JsonPathNode? toNode) in node.Subscripts)
        {
            result = Index(fromNode, item, out int from);
            if (result == JsonPathResult.Error)
                break;
            int to = from;
            if (toNode is not null && (result = Index(toNode, item, out to)) == JsonPathResult.Error)
                break;
            if (!_ignoreStructuralErrors && (from < 0 || from > to || to >= size))
            {
                result = Fail(s_invalidSubscript, "jsonpath array subscript is out of bounds");
                break;
            }

            result = JsonPathResult.Nothing;
            for (int i = Math.Max(from, 0); i <= Math.Min(to, size - 1); i++)
            {
                if (node.Next is null && found is null)
                {
                    _innermostArraySize = savedSize;
                    return JsonPathResult.Found;
                }

                result = Continue(node.Next, isArray ? new JsonPathItem(json.Items[i]) : item, found);
                if (result == JsonPathResult.Error || (result == JsonPathResult.Found && found is null))
                    break;
            }

            if (result == JsonPathResult.Error || (result == JsonPathResult.Found && found is null))
                break;
        }

        _innermostArraySize = savedSize;
        return result;
    }

    private JsonPathResult Index(JsonPathNode node, in JsonPathItem item, out int index)
    {
        index = 0;
        var values = new List<JsonPathItem>();
        if (Execute(node, item, values) == JsonPathResult.Error)
            return JsonPathResult.Error;
        if (values.Count != 1 || Number(values[0]) is not { } number)
            return Fail(s_invalidSubscript, "jsonpath array subscript is not a single numeric value");
        if (!NumericMath.TryToInt64(NumericMath.Truncate(number, 0), out long value) || value is < int.MinValue or > int.MaxValue)
            return Fail(s_invalidSubscript, "jsonpath array subscript is out of integer range");
        index = (int)value;
        return JsonPathResult.Found;
    }

    private static NumericValue? Number(in JsonPathItem item) => item.Json.Kind == JsonKind.Number ? NumberText.ParseNumeric(item.Json.Text) : null;

    /// <summary>The values of an operand, in lax mode with arrays unwrapped.</summary>
    private JsonPathResult Operand(JsonPathNode node, in JsonPathItem item, bool unwrap, List<JsonPathItem>? found)
    {
        if (!unwrap || !_isLax)
            return Execute(node, item, found);
        var values = new List<JsonPathItem>();
        if (Execute(node, item, values) == JsonPathResult.Error)
            return JsonPathResult.Error;
        foreach (JsonPathItem value in values)
        {
            if (value.Json.Kind == JsonKind.Array)
                Unwrap(null, value.Json, found);
            else
                found?.Add(value);
        }

        return JsonPathResult.Found;
    }

    private JsonPathResult OperandQuietly(JsonPathNode node, in JsonPathItem item, bool unwrap, List<JsonPathItem>? found)
    {
        bool saved = _throwErrors;
        _throwErrors = false;
        JsonPathResult result = Operand(node, item, unwrap, found);
        _throwErrors = saved;
        return result;
    }

    private JsonPathResult TestNested(JsonPathNode node, in JsonPathItem item)
    {
        JsonPathItem saved = _current;
        _current = item;
        JsonPathResult result = Test(node, item);
        _current = saved;
        return result;
    }

    /// <summary>A condition: nothing for false, found for true, error for unknown.</summary>
    private JsonPathResult Test(JsonPathNode node, in JsonPathItem item)
    {
        DepthGuard.Check();
        switch (node.Kind)
        {
            case JsonPathKind.And:
                JsonPathResult left = Test(node.Left!, item);
                if (left == JsonPathResult.Nothing)
                    return left;
                JsonPathResult right = Test(node.Right!, item);
                return right == JsonPathResult.Found ? left : right;
            case JsonPathKind.Or:
                left = Test(node.Left!, item);
                if (left == JsonPathResult.Found)
                    return left;
                right = Test(node.Right!, item);
                return right == JsonPathResult.Nothing ? left : right;
            case JsonPathKind.Not:
                return Test(node.Left!, item) switch
                {
                    JsonPathResult.Found => JsonPathResult.Nothing,
                    JsonPathResult.Nothing => JsonPathResult.Found,
                    _ => JsonPathResult.Error,
                };
            case JsonPathKind.IsUnknown:
                return Test(node.Left!, item) == JsonPathResult.Error ? JsonPathResult.Found : JsonPathResult.Nothing;
            case JsonPathKind.Exists:
                if (_isLax)
                    return OperandQuietly(node.Left!, item, false, null);
                var all = new List<JsonPathItem>();
                if (OperandQuietly(node.Left!, item, false, all) == JsonPathResult.Error)
                    return JsonPathResult.Error;
                return all.Count > 0 ? JsonPathResult.Found : JsonPathResult.Nothing;
            default:
                return Predicate(node, item);
        }
    }

    private JsonPathResult Predicate(JsonPathNode node, in JsonPathItem item)
    {
        var lefts = new List<JsonPathItem>();
        if (OperandQuietly(node.Left!, item, true, lefts) == JsonPathResult.Error)
            return JsonPathResult.Error;
        List<JsonPathItem>? rights = null;
        if (node.Right is not null)
        {
            rights = [];
            bool unwrapRight = node.Kind is not (JsonPathKind.StartsWith or JsonPathKind.LikeRegex);
            if (OperandQuietly(node.Right, item, unwrapRight, rights) == JsonPathResult.Error)
                return JsonPathResult.Error;
        }

        bool anyError = false, anyFound = false;
        foreach (JsonPathItem left in lefts)
        {
            for (int i = 0; i < (rights?.Count ?? 1); i++)
            {
                JsonPathResult result = node.Kind switch
                {
                    JsonPathKind.StartsWith => StartsWith(left, rights![i]),
                    JsonPathKind.LikeRegex => LikeRegex(node, left),
                    _ => Compare(node.Kind, left, rights![i]),
                };
                if (result == JsonPathResult.Error)
                {
                    if (!_isLax)
                        return result;
                    anyError = true;
                }
                else if (result == JsonPathResult.Found)
                {
                    if (_isLax)
                        return result;
                    anyFound = true;
                }
            }
        }

        return anyFound ? JsonPathResult.Found : anyError ? JsonPathResult.Error : JsonPathResult.Nothing;
    }

    private static JsonPathResult Of(bool value) => value ? JsonPathResult.Found : JsonPathResult.Nothing;

    private static JsonPathResult StartsWith(in JsonPathItem whole, in JsonPathItem initial) =>
        whole.Json.Kind != JsonKind.String || initial.Json.Kind != JsonKind.String || whole.Moment is not null
            ? JsonPathResult.Error
            : Of(whole.Json.AsText()!.StartsWith(initial.Json.AsText()!, StringComparison.Ordinal));

    private JsonPathResult LikeRegex(JsonPathNode node, in JsonPathItem item) =>
        item.Json.Kind != JsonKind.String || item.Moment is not null ? JsonPathResult.Error : Of(((PgRegex)node.Cache!).IsMatch(Encoding.UTF8.GetBytes(item.Json.AsText()!), context.Cancellation));

    private JsonPathResult Compare(JsonPathKind op, in JsonPathItem left, in JsonPathItem right)
    {
        int order;
        if (left.Moment is not null && right.Moment is not null)
        {
            if (JsonPathMoment.Compare(left.Moment.Value, right.Moment.Value, useZone ? context.Settings.TimeZone : null) is not { } compared)
                return JsonPathResult.Error;
            order = compared;
        }
        else
        {
            JsonKind a = Class(left.Json.Kind), b = Class(right.Json.Kind);
            if (a != b || (left.Moment is null) != (right.Moment is null))
                return a == JsonKind.Null || b == JsonKind.Null ? Of(op == JsonPathKind.NotEqual) : JsonPathResult.Error;
            if (left.Json.IsContainer)
                return JsonPathResult.Error;
            order = left.Json.CompareTo(right.Json);
        }

        return Of(op switch
        {
            JsonPathKind.Equal => order == 0,
            JsonPathKind.NotEqual => order != 0,
            JsonPathKind.Less => order < 0,
            JsonPathKind.Greater => order > 0,
            JsonPathKind.LessOrEqual => order <= 0,
            _ => order >= 0,
        });

        static JsonKind Class(JsonKind kind) => kind == JsonKind.False ? JsonKind.True : kind == JsonKind.Object ? JsonKind.Array : kind;
    }

    private JsonPathResult Arithmetic(JsonPathNode node, in JsonPathItem item, List<JsonPathItem>? found)
    {
        List<JsonPathItem> lefts = [], rights = [];
        if (Operand(node.Left!, item, true, lefts) == JsonPathResult.Error || Operand(node.Right!, item, true, rights) == JsonPathResult.Error)
            return JsonPathResult.Error;
        string name = JsonPathPrinter.OperatorName(node.Kind);
        if (lefts.Count != 1 || Number(lefts[0]) is not { } left)
            return Fail(s_singletonRequired, $"left operand of jsonpath operator {name} is not a single numeric value");
        if (rights.Count != 1 || Number(rights[0]) is not { } right)
            return Fail(s_singletonRequired, $"right operand of jsonpath operator {name} is not a single numeric value");
        NumericValue result;
        try
        {
            result = node.Kind switch
            {
                JsonPathKind.Add => NumericMath.Add(left, right),
                JsonPathKind.Subtract => NumericMath.Subtract(left, right),
                JsonPathKind.Multiply => NumericMath.Multiply(left, right),
                JsonPathKind.Divide => NumericMath.Divide(left, right),
                _ => NumericMath.Remainder(left, right),
            };
        }
        catch (SqlException) when (!_throwErrors)
        {
            return JsonPathResult.Error;
        }

        return node.Next is null && found is null ? JsonPathResult.Found : Continue(node.Next, JsonNumber(result), found);
    }

    private JsonPathResult Sign(JsonPathNode node, in JsonPathItem item, List<JsonPathItem>? found)
    {
        var values = new List<JsonPathItem>();
        if (Operand(node.Left!, item, true, values) == JsonPathResult.Error)
            return JsonPathResult.Error;
        var result = JsonPathResult.Nothing;
        foreach (JsonPathItem value in values)
        {
            bool onlyExistence = found is null && node.Next is null;
            if (Number(value) is not { } number)
            {
                if (onlyExistence)
                    continue;
                return Fail(s_numberNotFound, $"operand of unary jsonpath operator {JsonPathPrinter.OperatorName(node.Kind)} is not a numeric value");
            }

            if (onlyExistence)
                return JsonPathResult.Found;
            JsonPathResult next = Continue(node.Next, JsonNumber(node.Kind == JsonPathKind.Minus ? NumericMath.Negate(number) : number), found);
            if (next == JsonPathResult.Error)
                return next;
            if (next == JsonPathResult.Found)
            {
                if (found is null)
                    return next;
                result = next;
            }
        }

        return result;
    }

    private JsonPathResult Method(JsonPathNode node, in JsonPathItem item, List<JsonPathItem>? found, bool unwrap)
    {
        JsonValue json = item.Json;
        switch (node.Text)
        {
            case "type":
                return Continue(node.Next, JsonString(item.Moment?.TypeName ?? JsonFunctions.KindName(json.Kind)), found);
            case "size":
                if (json.Kind == JsonKind.Array || _isLax)
                    return Continue(node.Next, Json((json.Kind == JsonKind.Array ? json.Items.Count : 1).ToString(CultureInfo.InvariantCulture)), found);
                return FailStructure(s_arrayNotFound, "jsonpath item method .size() can only be applied to an array");
        }

        if (unwrap && json.Kind == JsonKind.Array)
            return Unwrap(node, json, found);
        switch (node.Text)
        {
            case "abs" or "floor" or "ceiling":
                if (Number(item) is not { } number)
                    return Fail(s_nonNumeric, $"jsonpath item method .{node.Text}() can only be applied to a numeric value");
                NumericValue result = node.Text == "abs" ? NumericMath.Abs(number) : node.Text == "floor" ? NumericMath.Floor(number) : NumericMath.Ceiling(number);
                return node.Next is null && found is null ? JsonPathResult.Found : Continue(node.Next, JsonNumber(result), found);
            case "double":
                return Double(node, item, found);
            case "datetime":
                return DateTime(node, item, found);
            default:
                return KeyValue(node, json, found);
        }
    }

    private JsonPathResult Double(JsonPathNode node, in JsonPathItem item, List<JsonPathItem>? found)
    {
        bool isString = item.Json.Kind == JsonKind.String && item.Moment is null;
        if (!isString && item.Json.Kind != JsonKind.Number)
            return Fail(s_nonNumeric, "jsonpath item method .double() can only be applied to a string or numeric value");
        double value;
        try
        {
            value = NumberText.ParseFloat64(isString ? Encoding.UTF8.GetBytes(item.Json.AsText()!) : item.Json.Text);
        }
        catch (SqlException)
        {
            return Fail(s_nonNumeric, isString
                ? "string argument of jsonpath item method .double() is not a valid representation of a double precision number"
                : "numeric argument of jsonpath item method .double() is out of range for type double precision");
        }

        if (!double.IsFinite(value))
        {
            return Fail(s_nonNumeric, isString
                ? "string argument of jsonpath item method .double() is not a valid representation of a double precision number"
                : "numeric argument of jsonpath item method .double() is out of range for type double precision");
        }

        return Continue(node.Next, isString ? JsonNumber(NumericFunctions.FromFloat(value, 15)) : item, found);
    }

    private JsonPathResult DateTime(JsonPathNode node, in JsonPathItem item, List<JsonPathItem>? found)
    {
        if (item.Json.Kind != JsonKind.String)
            return Fail(s_invalidDatetimeArgument, "jsonpath item method .datetime() can only be applied to a string");
        string text = item.Json.AsText()!;
        JsonPathMoment? moment;
        try
        {
            moment = node.Left is { } template
                ? JsonPathDateTime.Read(text, template.Text)
                : JsonPathDateTime.ReadIso(text);
        }
        catch (SqlException) when (!_throwErrors)
        {
            return JsonPathResult.Error;
        }

        if (moment is not { } known)
            return Fail(s_invalidDatetimeArgument, $"datetime format is not recognized: \"{text}\"", "Use a datetime template argument to specify the input data format.");
        return node.Next is null && found is null ? JsonPathResult.Found : Continue(node.Next, new JsonPathItem(known.ToJson(), known), found);
    }

    private JsonPathResult KeyValue(JsonPathNode node, JsonValue json, List<JsonPathItem>? found)
    {
        if (json.Kind != JsonKind.Object)
            return Fail(s_objectNotFound, "jsonpath item method .keyvalue() can only be applied to an object");
        if (json.Members.Count == 0)
            return JsonPathResult.Nothing;
        if (node.Next is null && found is null)
            return JsonPathResult.Found;
        JsonValue id = Json(_ids.IdOf(json).ToString(CultureInfo.InvariantCulture)).Json;
        var result = JsonPathResult.Nothing;
        foreach ((string key, JsonValue value) in json.Members)
        {
            JsonValue triple = JsonValue.NewObject([new("id", id), new("key", JsonString(key).Json), new("value", value)]);
            (JsonValue Base, long Id) saved = _ids.EnterGenerated(triple);
            result = Continue(node.Next, new JsonPathItem(triple), found);
            _ids.SetBase(saved.Base, saved.Id);
            if (result == JsonPathResult.Error || (result == JsonPathResult.Found && found is null))
                return result;
        }

        return result;
    }
}
