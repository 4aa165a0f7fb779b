using System.Buffers.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Strata.ControlPlane.Operations;
using Strata.Format;
using Strata.Format.Control;
using Strata.Platform;

namespace Strata.ControlPlane.Api;

/// <summary>The HTTP API under /v1: projects, branches, endpoints. <c>default</c> stands for the default project's id.</summary>
internal sealed class ProjectApi(ProjectOperations operations, ControlPlaneOptions options, IRandom random)
{
    private const int PasswordBytes = 18;

    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder v1 = routes.MapGroup("/v1/projects");
        v1.MapGet("/", ListProjectsAsync).WithName("listProjects");
        v1.MapPost("/", CreateProjectAsync).WithName("createProject");
        v1.MapGet("/{project}", GetProjectAsync).WithName("getProject");
        v1.MapDelete("/{project}", DeleteProjectAsync).WithName("deleteProject");
        v1.MapGet("/{project}/branches", ListBranchesAsync).WithName("listBranches");
        v1.MapPost("/{project}/branches", CreateBranchAsync).WithName("createBranch");
        v1.MapDelete("/{project}/branches/{**branch}", DeleteBranchAsync).WithName("deleteBranch");
        v1.MapGet("/{project}/endpoints", ListEndpointsAsync).WithName("listEndpoints");
        v1.MapPost("/{project}/endpoints", CreateEndpointAsync).WithName("createEndpoint");
        v1.MapGet("/{project}/endpoints/{endpoint}", GetEndpointAsync).WithName("getEndpoint");
        v1.MapPut("/{project}/endpoints/{endpoint}/settings", ChangeEndpointAsync).WithName("changeEndpointSettings");
        v1.MapDelete("/{project}/endpoints/{endpoint}", DeleteEndpointAsync).WithName("deleteEndpoint");
        v1.MapPost("/{project}/endpoints/{endpoint}/suspend", (string project, string endpoint, CancellationToken cancellation) =>
            SuspendEndpointAsync(project, endpoint, reopen: false, cancellation)).WithName("suspendEndpoint");
        v1.MapPost("/{project}/endpoints/{endpoint}/restart", (string project, string endpoint, CancellationToken cancellation) =>
            SuspendEndpointAsync(project, endpoint, reopen: true, cancellation)).WithName("restartEndpoint");
    }

    private async Task<IReadOnlyList<ProjectModel>> ListProjectsAsync(CancellationToken cancellation) =>
        [.. (await operations.ListAsync(cancellation)).Select(project => ToModel(project, null))];

    private async Task<ProjectModel> GetProjectAsync(string project, CancellationToken cancellation) =>
        ToModel(await operations.GetAsync(project, cancellation), null);

    private async Task<IResult> CreateProjectAsync(CreateProjectRequest request, CancellationToken cancellation)
    {
        Span<byte> secret = stackalloc byte[PasswordBytes];
        random.Fill(secret);
        string password = Base64Url.EncodeToString(secret);
        ProjectRecord created = await operations.CreateProjectAsync(
            request.Name ?? "", ScramVerifier.Create(password, random), request.HistoryWindowSeconds, cancellation);
        return Results.Json(ToModel(created, password), ApiJson.Default.ProjectModel, statusCode: StatusCodes.Status201Created);
    }

    private async Task<IResult> DeleteProjectAsync(string project, CancellationToken cancellation)
    {
        await operations.DeleteProjectAsync(project, cancellation);
        return Results.NoContent();
    }

    private async Task<IReadOnlyList<BranchModel>> ListBranchesAsync(string project, CancellationToken cancellation) =>
        ToModel(await operations.GetAsync(project, cancellation), null).Branches;

    private async Task<IResult> CreateBranchAsync(string project, CreateBranchRequest request, CancellationToken cancellation)
    {
        if (request is { Lsn: not null, Time: not null })
            throw new ControlPlaneException(ControlPlaneErrorKind.Invalid, "give an LSN or a time, not both");
        Lsn? lsn = null;
        if (request.Lsn is { } text)
            lsn = Lsn.TryParse(text, out Lsn parsed) ? parsed : throw new ControlPlaneException(ControlPlaneErrorKind.Invalid, $"\"{text}\" is not an LSN such as 0/16B3748");
        (ProjectRecord owner, BranchRecord branch) =
            await operations.CreateBranchAsync(project, request.Name, request.Parent, new BranchPoint(lsn, request.Time), cancellation);
        return Results.Json(ToModel(owner, branch, null), ApiJson.Default.BranchModel, statusCode: StatusCodes.Status201Created);
    }

    private async Task<IResult> DeleteBranchAsync(string project, string branch, CancellationToken cancellation)
    {
        await operations.DeleteBranchAsync(project, branch, cancellation);
        return Results.NoContent();
    }

    private async Task<IReadOnlyList<EndpointModel>> ListEndpointsAsync(string project, CancellationToken cancellation)
    {
        ProjectRecord record = await operations.GetAsync(project, cancellation);
        return [.. record.Endpoints.Select(endpoint => WithStatus(record, endpoint))];
    }

    private async Task<EndpointModel> GetEndpointAsync(string project, string endpoint, CancellationToken cancellation)
    {
        ProjectRecord record = await operations.GetAsync(project, cancellation);
        return WithStatus(record, ProjectOperations.FindEndpoint(record, endpoint));
    }

    private async Task<IResult> CreateEndpointAsync(string project, CreateEndpointRequest request, CancellationToken cancellation)
    {
        EndpointRecord created = await operations.CreateEndpointAsync(project, request.Branch, cancellation);
        EndpointModel model = WithStatus(await operations.GetAsync(project, cancellation), created);
        return Results.Json(model, ApiJson.Default.EndpointModel, statusCode: StatusCodes.Status201Created);
    }

    private async Task<EndpointModel> ChangeEndpointAsync(string project, string endpoint, EndpointSettings settings, CancellationToken cancellation)
    {
        await operations.ChangeEndpointAsync(project, endpoint, settings, cancellation);
        return await GetEndpointAsync(project, endpoint, cancellation);
    }

    private async Task<IResult> DeleteEndpointAsync(string project, string endpoint, CancellationToken cancellation)
    {
        await operations.DeleteEndpointAsync(project, endpoint, cancellation);
        return Results.NoContent();
    }

    private async Task<EndpointModel> SuspendEndpointAsync(string project, string endpoint, bool reopen, CancellationToken cancellation)
    {
        await operations.SuspendEndpointAsync(project, endpoint, reopen, cancellation);
        return await GetEndpointAsync(project, endpoint, cancellation);
    }

    private ProjectModel ToModel(ProjectRecord project, string? password) => new(
        project.Id, project.Name, project.CreatedAt, project.DefaultBranchId, project.HistoryWindowSeconds,
        [.. project.Branches.Select(branch => ToModel(project, branch, password))],
        [.. project.Endpoints.Select(endpoint => new EndpointModel(endpoint.Id, endpoint.BranchId, endpoint.CreatedAt, "unknown", null, null, Uri(endpoint.Id, password), endpoint.Settings))],
        project.FindEndpointOf(project.DefaultBranchId) is { } main ? Uri(main.Id, password) : null,
        password);

    private BranchModel ToModel(ProjectRecord project, BranchRecord branch, string? password) => new(
        branch.Id, branch.Name, branch.ParentId, branch.ParentLsn, branch.CreatedAt,
        branch.DeletedAt is not null ? "deleting" : branch.Ready ? "ready" : "creating",
        branch.Id == project.DefaultBranchId,
        project.FindEndpointOf(branch.Id) is { } endpoint ? Uri(endpoint.Id, password) : null);

    private EndpointModel WithStatus(ProjectRecord project, EndpointRecord endpoint)
    {
        EndpointModel model = new(endpoint.Id, endpoint.BranchId, endpoint.CreatedAt, "unknown", null, null, Uri(endpoint.Id, null), endpoint.Settings);
        try
        {
            ComputeResponse status = operations.EndpointStatus(endpoint.Id);
            return model with { State = status.IsOpen ? "active" : "suspended", Sessions = status.Sessions, DurableLsn = status.DurableLsn };
        }
        catch (ControlPlaneException error) when (error.Kind == ControlPlaneErrorKind.Unavailable)
        {
            return model; // The compute host is restarting: the endpoint exists all the same.
        }
    }

    private string Uri(string endpointId, string? password) =>
        $"postgresql://postgres{(password is null ? "" : ":" + password)}@{options.PgHost}:{options.PgPort}/postgres?options=endpoint%3D{endpointId}";
}
