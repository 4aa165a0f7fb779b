using System.Xml.Linq;
using Xunit;

namespace Strata.Tests.Tidy;

/// <summary>The dependency rule of docs/architecture.md, read from the project files.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Strata.Format"] = [],
        ["Strata.Platform"] = [],
        ["Strata.Sql"] = [],
        ["Strata.Engine"] = ["Strata.Sql", "Strata.Format", "Strata.Platform"],
        ["Strata.Compute"] = ["Strata.Engine"],
        ["Strata.PageServer"] = ["Strata.Format", "Strata.Platform"],
        ["Strata.Safekeeper"] = ["Strata.Format", "Strata.Platform"],
        ["Strata.ControlPlane"] = ["Strata.Format", "Strata.Platform"],
        ["Strata.Host"] = ["Strata.Compute", "Strata.PageServer", "Strata.Safekeeper", "Strata.ControlPlane"],
    };

    [Fact]
    public void Projects_reference_only_what_the_architecture_allows()
    {
        foreach (string project in Repository.Files("*.csproj").Where(static path => !path.StartsWith("tests/", StringComparison.Ordinal)))
        {
            string name = Path.GetFileNameWithoutExtension(project);
            Assert.True(s_allowed.ContainsKey(name), $"{name} is not in the architecture: add it to docs/architecture.md and here");
            string[] actual = [.. XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
                .Select(static reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))];
            Assert.Empty(actual.Except(s_allowed[name]));
        }
    }

    [Fact]
    public void Package_versions_stand_in_one_place()
    {
        foreach (string project in Repository.Files("*.csproj"))
        {
            Assert.DoesNotContain(XDocument.Parse(Repository.Read(project)).Descendants("PackageReference"),
                static reference => reference.Attribute("Version") is not null);
        }
    }
}
