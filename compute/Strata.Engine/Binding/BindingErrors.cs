using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>Makes binder errors. Positions are UTF-16 offsets of the syntax tree; <see cref="Binder"/> turns them into characters at its boundary.</summary>
internal static class BindingErrors
{
    /// <summary>An error at a node; <paramref name="position"/> is the node's offset from 0, or -1.</summary>
    public static SqlException At(int position, SqlState state, string message, string? hint = null, string? detail = null) =>
        new(state, message) { Position = position + 1, Hint = hint, Detail = detail };

    /// <summary>A feature of the grammar that the engine does not execute.</summary>
    public static SqlException NotSupported(int position, string what) =>
        At(position, SqlState.FeatureNotSupported, $"{what} is not supported");

    public static SqlException UndefinedColumn(int position, string? qualifier, string name, string? hint = null) =>
        At(position, SqlState.UndefinedColumn, qualifier is null ? $"column \"{name}\" does not exist" : $"column {qualifier}.{name} does not exist", hint);

    public static SqlException AmbiguousColumn(int position, string name) =>
        At(position, SqlState.AmbiguousColumn, $"column reference \"{name}\" is ambiguous");

    public static SqlException UndefinedTable(int position, string name) =>
        At(position, SqlState.UndefinedTable, $"relation \"{name}\" does not exist");

    public static SqlException MissingFromEntry(int position, string name, string? hint = null) =>
        At(position, SqlState.UndefinedTable, $"missing FROM-clause entry for table \"{name}\"", hint);

    public static SqlException InvalidFromReference(int position, string name, string? hint, string? detail) =>
        At(position, SqlState.UndefinedTable, $"invalid reference to FROM-clause entry for table \"{name}\"", hint, detail);
}
