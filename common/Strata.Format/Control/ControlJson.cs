using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strata.Format.Control;

/// <summary>JSON of the control state and of the messages between control plane and computes, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProjectRecord))]
[JsonSerializable(typeof(ComputeRequest))]
[JsonSerializable(typeof(ComputeResponse))]
public sealed partial class ControlJson : JsonSerializerContext;
