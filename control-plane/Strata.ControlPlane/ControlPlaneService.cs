using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Strata.ControlPlane.Api;
using Strata.ControlPlane.Operations;
using Strata.ControlPlane.Services;
using Strata.ControlPlane.State;
using Strata.Format.Control;
using Strata.Platform;

namespace Strata.ControlPlane;

/// <summary>
/// The control plane: the HTTP API over the projects' records, with an OpenAPI document at /openapi/v1.json, /healthz and /metrics. Stateless: any number may run.
/// </summary>
public sealed class ControlPlaneService : IAsyncDisposable
{
    private const int RequestBytesMax = 1 << 20;

    private readonly ControlPlaneOptions _options;
    private readonly ProjectOperations _operations;
    private readonly IRandom _random;
    private readonly Log _log;
    private readonly Func<string> _metrics;
    private WebApplication? _application;
    private volatile string? _defaultEndpoint;

    /// <param name="options">Addresses.</param>
    /// <param name="objects">Where the records are.</param>
    /// <param name="network">The way to the other services.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Ids and passwords.</param>
    /// <param name="log">Where events go.</param>
    /// <param name="metrics">The text for /metrics.</param>
    public ControlPlaneService(
        ControlPlaneOptions options, IObjectStore objects, INetwork network, TimeProvider time, IRandom random, Log log, Func<string> metrics)
    {
        _options = options;
        _random = random;
        _log = log;
        _metrics = metrics;
        _operations = new ProjectOperations(
            new ProjectStore(objects),
            new PageServerClient(network, options.PageServerAddress),
            new ComputeClient(network, options.ComputeAddress),
            [.. options.SafekeeperAddresses.Select(address => new SafekeeperClient(network, address))],
            options.SafekeeperIds, time, random, log);
    }

    /// <summary>The API's address, with the real port. Valid after <see cref="StartAsync"/>.</summary>
    public string Url => _application?.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.First() ??
        throw new InvalidOperationException("not started");

    /// <summary>Starts the API. <see cref="IOException"/> when the port is busy.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Parse(_options.Host), _options.Port);
            kestrel.Limits.MaxRequestBodySize = RequestBytesMax;
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddRouting();
        builder.Services.AddOpenApi();
        // Names as ApiJson writes them, for bodies and answers that the framework reads and writes itself too.
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        });
        WebApplication application = builder.Build();
        application.UseExceptionHandler(handler => handler.Run(WriteErrorAsync));
        application.MapOpenApi();
        application.MapGet("/healthz", () => Results.Text("ok\n"));
        application.MapGet("/readyz", () => IsServing() ? Results.Text("ready\n") : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
        application.MapGet("/metrics", () => Results.Text(_metrics(), "text/plain; version=0.0.4"));
        new ProjectApi(_operations, _options, _random).Map(application);
        await application.StartAsync(cancellation);
        _application = application;
    }

    /// <summary>Makes sure of the default project, and finishes interrupted operations. Needs the page server.</summary>
    public async Task<ProjectRecord> EnsureDefaultProjectAsync(string bootstrapVerifier, CancellationToken cancellation)
    {
        ProjectRecord project = await _operations.EnsureDefaultAsync(bootstrapVerifier, cancellation);
        await _operations.ResumeAsync(cancellation);
        _defaultEndpoint = project.FindEndpointOf(project.DefaultBranchId)?.Id;
        return project;
    }

    /// <summary>Whether the default project's endpoint is open (it is opened when it is not).</summary>
    private bool IsServing()
    {
        try
        {
            return _defaultEndpoint is { } endpointId && _operations.WakeEndpoint(endpointId).IsOpen;
        }
        catch (ControlPlaneException error) when (error.Kind == ControlPlaneErrorKind.Unavailable)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            await _application.StopAsync();
            await _application.DisposeAsync();
        }
    }

    private async Task WriteErrorAsync(HttpContext context)
    {
        Exception? error = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        (int status, string code) = error switch
        {
            ControlPlaneException { Kind: ControlPlaneErrorKind.Invalid } => (StatusCodes.Status400BadRequest, "invalid"),
            ControlPlaneException { Kind: ControlPlaneErrorKind.NotFound } => (StatusCodes.Status404NotFound, "not_found"),
            ControlPlaneException { Kind: ControlPlaneErrorKind.Conflict } => (StatusCodes.Status409Conflict, "conflict"),
            ControlPlaneException or ObjectStoreException => (StatusCodes.Status503ServiceUnavailable, "unavailable"),
            BadHttpRequestException bad => (bad.StatusCode, "invalid"),
            _ => (StatusCodes.Status500InternalServerError, "internal"),
        };
        if (status >= StatusCodes.Status500InternalServerError)
            _log.Error($"{context.Request.Method} {context.Request.Path} failed", error);
        context.Response.StatusCode = status;
        string message = status == StatusCodes.Status500InternalServerError ? "internal error, see the log" : error!.Message;
        await context.Response.WriteAsJsonAsync(new ErrorModel(code, message), ApiJson.Default.ErrorModel, cancellationToken: context.RequestAborted);
    }
}
