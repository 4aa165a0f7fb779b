using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Format.Control;

namespace Strata.ControlPlane.Api;

/// <summary>Body of POST /v1/projects.</summary>
/// <param name="Name">Shown in lists; need not be unique.</param>
/// <param name="HistoryWindowSeconds">History that stays readable; the default is the page server's setting.</param>
public sealed record CreateProjectRequest(string Name, long? HistoryWindowSeconds);

/// <summary>Body of POST /v1/projects/{project}/branches. At the head of the parent unless <paramref name="Lsn"/> or <paramref name="Time"/> is given.</summary>
/// <param name="Name">Unique in the project; made up when absent.</param>
/// <param name="Parent">Id or name; the default branch when absent.</param>
/// <param name="Lsn">A position such as <c>0/16B3748</c>.</param>
/// <param name="Time">A time with its zone.</param>
public sealed record CreateBranchRequest(string? Name, string? Parent, string? Lsn, DateTimeOffset? Time);

/// <summary>Body of POST /v1/projects/{project}/endpoints.</summary>
/// <param name="Branch">Id or name; the default branch when absent.</param>
public sealed record CreateEndpointRequest(string? Branch);

/// <param name="ConnectionUri">With the password of role postgres in the answer to its creation only.</param>
public sealed record ProjectModel(
    string Id, string Name, DateTimeOffset CreatedAt, string DefaultBranchId, long? HistoryWindowSeconds,
    IReadOnlyList<BranchModel> Branches, IReadOnlyList<EndpointModel> Endpoints, string? ConnectionUri, string? Password);

/// <param name="State"><c>ready</c>, <c>creating</c> or <c>deleting</c>.</param>
public sealed record BranchModel(
    string Id, string Name, string? ParentId, string? ParentLsn, DateTimeOffset CreatedAt, string State, bool IsDefault, string? ConnectionUri);

/// <param name="State"><c>active</c>, <c>suspended</c>, or <c>unknown</c> while the compute host does not answer.</param>
public sealed record EndpointModel(string Id, string BranchId, DateTimeOffset CreatedAt, string State, int? Sessions, string? DurableLsn, string ConnectionUri, EndpointSettings? Settings);

public sealed record ErrorModel(string Error, string Message);

/// <summary>JSON of the API, generated at build time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateProjectRequest))]
[JsonSerializable(typeof(CreateBranchRequest))]
[JsonSerializable(typeof(CreateEndpointRequest))]
[JsonSerializable(typeof(ProjectModel))]
[JsonSerializable(typeof(BranchModel))]
[JsonSerializable(typeof(EndpointModel))]
[JsonSerializable(typeof(IReadOnlyList<ProjectModel>))]
[JsonSerializable(typeof(IReadOnlyList<BranchModel>))]
[JsonSerializable(typeof(IReadOnlyList<EndpointModel>))]
[JsonSerializable(typeof(ErrorModel))]
[JsonSerializable(typeof(EndpointSettings))]
public sealed partial class ApiJson : JsonSerializerContext;
