using System.Globalization;
using Strata.Format;

namespace Strata.PageServer.Remote;

// Objects of the page server, below the configured prefix:
//
//   attached/PROJECT                                          who is attached, and the generation (compare-and-swap); stays for ever
//   projects/PROJECT/branches/TIMELINE                        a timeline exists: ancestor and branch point
//   projects/PROJECT/deleted/TIMELINE                         a timeline was deleted: written first, kept for ever
//   projects/PROJECT/deleted/project                          the whole project was
//   projects/PROJECT/timelines/TIMELINE/index-GGGGGGGGGGGGGGGG    what layers the timeline has, by generation (16 hex digits)
//   projects/PROJECT/timelines/TIMELINE/layers/NAME           a layer; NAME ends in generation and number
//   bases/BASE/index                                          a base image: the index that a new root starts with
//   bases/BASE/layers/NAME                                    its layers, shared by all timelines that were made from it

/// <summary>Names of the page server's objects.</summary>
internal sealed class ObjectNames(string prefix)
{
    private const string BaseMark = "base.";

    public string Attachments => $"{prefix}attached/";
    public string Project(ProjectId project) => $"{prefix}projects/{project}/";
    public string Attachment(ProjectId project) => $"{Attachments}{project}";
    public string Branches(ProjectId project) => $"{Project(project)}branches/";
    public string Branch(ProjectId project, TimelineId timeline) => $"{Branches(project)}{timeline}";
    public string Deleted(ProjectId project) => $"{Project(project)}deleted/";
    public string Deleted(ProjectId project, TimelineId timeline) => $"{Deleted(project)}{timeline}";
    public string DeletedProject(ProjectId project) => $"{Deleted(project)}project";
    public string Timeline(ProjectId project, TimelineId timeline) => $"{Project(project)}timelines/{timeline}/";
    public string Indexes(ProjectId project, TimelineId timeline) => $"{Timeline(project, timeline)}index-";
    public string Layers(ProjectId project, TimelineId timeline) => $"{Timeline(project, timeline)}layers/";

    /// <summary>Object of a layer: the timeline's own, or one of a base image, whose name says which.</summary>
    public string Layer(ProjectId project, TimelineId timeline, string name) =>
        name.StartsWith(BaseMark, StringComparison.Ordinal) && name.IndexOf('.', BaseMark.Length) is > 0 and int dot
            ? BaseLayer(name[BaseMark.Length..dot], name[(dot + 1)..])
            : $"{Layers(project, timeline)}{name}";

    /// <summary>Name of a base image's layer in the indexes of timelines made from it.</summary>
    public static string SharedLayer(string baseName, string layer) => $"{BaseMark}{baseName}.{layer}";

    /// <summary>Letters, digits, '-' and '_', at most 64.</summary>
    public static bool IsBaseName(string name) =>
        name.Length is > 0 and <= 64 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
    public string BaseIndex(string name) => $"{prefix}bases/{name}/index";
    public string BaseLayer(string name, string layer) => $"{prefix}bases/{name}/layers/{layer}";

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
