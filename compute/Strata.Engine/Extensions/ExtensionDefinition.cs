using System.Reflection;

namespace Strata.Engine.Extensions;

/// <summary>An extension that databases can have: what PostgreSQL keeps in its control file. Immutable.</summary>
internal sealed record ExtensionDefinition
{
    public required string Name { get; init; }

    /// <summary>The only version there is.</summary>
    public required string Version { get; init; }

    public required string Comment { get; init; }

    /// <summary>Its objects can be moved to another schema.</summary>
    public bool IsRelocatable { get; init; } = true;

    /// <summary>Who may create objects in the database may create it.</summary>
    public bool IsTrusted { get; init; } = true;

    /// <summary>The schema that it must be in; null for any.</summary>
    public string? Schema { get; init; }

    /// <summary>Extensions that it needs.</summary>
    public string[] Requires { get; init; } = [];

    /// <summary>The library that <c>MODULE_PATHNAME</c> stands for.</summary>
    public string Library => "$libdir/" + Name;

    /// <summary>The statements that make its objects.</summary>
    public string ReadScript()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Extensions.{Name}.sql")
            ?? throw new Format.InvariantViolationException($"extension {Name} has no script");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
