using System.Globalization;
using Strata.Format;

namespace Strata.PageServer.Remote;

// Objects of the page server, below the configured prefix:
//
//   projects/PROJECT/attach                                   who is attached, and the generation (compare-and-swap)
//   projects/PROJECT/branches/TIMELINE                        a timeline exists: ancestor and branch point
//   projects/PROJECT/deleted/TIMELINE                         a timeline was deleted: written first, kept for ever
//   projects/PROJECT/deleted/project                          the whole project was
//   projects/PROJECT/timelines/TIMELINE/index-GGGGGGGGGGGGGGGG    what layers the timeline has, by generation (16 hex digits)
//   projects/PROJECT/timelines/TIMELINE/layers/NAME           a layer; NAME ends in generation and number
//   bases/NAME                                                a base image: an index whose layers stand in its own project and timeline

/// <summary>Names of the page server's objects.</summary>
internal sealed class ObjectNames(string prefix)
{
    public string Projects => $"{prefix}projects/";
    public string Project(ProjectId project) => $"{prefix}projects/{project}/";
    public string Attachment(ProjectId project) => $"{Project(project)}attach";
    public string Branches(ProjectId project) => $"{Project(project)}branches/";
    public string Branch(ProjectId project, TimelineId timeline) => $"{Branches(project)}{timeline}";
    public string Deleted(ProjectId project) => $"{Project(project)}deleted/";
    public string Deleted(ProjectId project, TimelineId timeline) => $"{Deleted(project)}{timeline}";
    public string DeletedProject(ProjectId project) => $"{Deleted(project)}project";
    public string Timeline(ProjectId project, TimelineId timeline) => $"{Project(project)}timelines/{timeline}/";
    public string Indexes(ProjectId project, TimelineId timeline) => $"{Timeline(project, timeline)}index-";
    public string Layers(ProjectId project, TimelineId timeline) => $"{Timeline(project, timeline)}layers/";
    public string Layer(ProjectId project, TimelineId timeline, string name) => $"{Layers(project, timeline)}{name}";
    public string Base(string name) => $"{prefix}bases/{name}";

    public string Index(ProjectId project, TimelineId timeline, ulong generation) =>
        $"{Indexes(project, timeline)}{generation.ToString("x16", CultureInfo.InvariantCulture)}";

    /// <summary>Generation in an index's name; false for other names.</summary>
    public static bool TryParseIndex(string key, out ulong generation)
    {
        generation = 0;
        int dash = key.LastIndexOf('-');
        return dash >= 0 && key.Length - dash - 1 == 16 &&
            ulong.TryParse(key.AsSpan(dash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out generation);
    }

    /// <summary>Name of a new layer. Generation and number make it unique; the rest is for people.</summary>
    public static string NewLayer(int level, Lsn first, Lsn last, ulong generation, long number) => string.Create(
        CultureInfo.InvariantCulture, $"L{level}_{first.Value:x16}-{last.Value:x16}_{generation:x16}-{number:x8}");

    /// <summary>Generation in a layer's name; false for other names.</summary>
    public static bool TryParseLayer(string name, out ulong generation)
    {
        generation = 0;
        int end = name.LastIndexOf('-');
        int begin = name.LastIndexOf('_');
        return begin >= 0 && end - begin - 1 == 16 &&
            ulong.TryParse(name.AsSpan(begin + 1, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out generation);
    }
}
