namespace Strata.Format.Control;

/// <summary>Where the control plane keeps its state in the object store. Computes read it directly, so that they wake while the API is down.</summary>
public static class ControlKeys
{
    /// <summary>All projects: one <see cref="ProjectRecord"/> each, changed by compare-and-swap.</summary>
    public const string ProjectPrefix = "control/projects/";

    /// <summary>Which project an endpoint belongs to: one small object per endpoint, holding the project's id.</summary>
    public const string EndpointPrefix = "control/endpoints/";

    /// <summary>The id of the project that connections without an endpoint go to.</summary>
    public const string DefaultProject = "control/default-project";

    public static string Project(string projectId) => $"{ProjectPrefix}{projectId}.json";

    public static string Endpoint(string endpointId) => EndpointPrefix + endpointId;
}
