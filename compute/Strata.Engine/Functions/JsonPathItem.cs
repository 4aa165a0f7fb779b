using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>One value that a jsonpath has found; moments stand beside their JSON text.</summary>
internal readonly record struct JsonPathItem(JsonValue Json, JsonPathMoment? Moment = null);
