namespace Strata.Engine.Catalog;

/// <summary>Values are PostgreSQL's <c>pg_depend.deptype</c>.</summary>
public enum DependencyKind : byte
{
    /// <summary>The dependent is dropped only by CASCADE.</summary>
    Normal = (byte)'n',

    /// <summary>The dependent goes silently with the referenced object.</summary>
    Auto = (byte)'a',

    /// <summary>The dependent is a part of the referenced object and can't be dropped alone.</summary>
    Internal = (byte)'i',

    /// <summary>The dependent is a member of an extension and can't be dropped alone. Kept with the extension's entry, shown in pg_depend.</summary>
    Extension = (byte)'e',

    /// <summary>A part of a partition's index: of the partitioned index, shown in pg_depend only.</summary>
    PartitionPrimary = (byte)'P',

    /// <summary>The same: of the partition.</summary>
    PartitionSecondary = (byte)'S',
}

/// <summary>
/// A dependency that can't be told from the dependent's own row: of a default on a sequence, of a view on tables, of a sequence on the column that owns it, of a column on a user type.
/// </summary>
public readonly record struct Dependency(ObjectAddress Dependent, ObjectAddress Referenced, DependencyKind Kind);
