namespace Strata.Engine.Sessions.Settings;

/// <summary>Type of a setting; names as in <c>pg_settings.vartype</c>.</summary>
public enum SettingType
{
    Boolean,
    Integer,
    Real,
    Enum,
    String,
}

/// <summary>Who may change a setting and when; names as in <c>pg_settings.context</c>.</summary>
public enum SettingContext
{
    /// <summary>Never.</summary>
    Internal,

    /// <summary>At the start of the compute.</summary>
    Postmaster,

    /// <summary>By the operator, while running.</summary>
    Sighup,

    /// <summary>At the start of a connection, by superusers.</summary>
    SuperuserBackend,

    /// <summary>At the start of a connection.</summary>
    Backend,

    /// <summary>Any time, by superusers.</summary>
    Superuser,

    /// <summary>Any time, by anybody.</summary>
    User,
}

/// <summary>One setting: PostgreSQL's name, type, bounds and default. Immutable.</summary>
public sealed record SettingDefinition
{
    public required string Name { get; init; }
    public required SettingType Type { get; init; }
    public required SettingContext Context { get; init; }

    /// <summary>Base unit of a number: kB, 8kB, MB, B, ms, s, min; null for none.</summary>
    public string? Unit { get; init; }

    public string Category { get; init; } = "Customized Options";
    public string? Description { get; init; }
    public string? Minimum { get; init; }
    public string? Maximum { get; init; }
    public string[]? EnumValues { get; init; }

    /// <summary>Value that a session starts with, in base units.</summary>
    public required string Default { get; init; }

    /// <summary>As <c>pg_settings_get_flags</c> names them: EXPLAIN, NO_SHOW_ALL, …</summary>
    public string[] Flags { get; init; } = [];

    /// <summary>Clients are told of every change (ParameterStatus).</summary>
    public bool IsReported { get; init; }
}
