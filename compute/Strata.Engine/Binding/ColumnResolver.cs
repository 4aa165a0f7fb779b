using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Finds what a column reference names, with PostgreSQL's rules and messages.</summary>
internal static class ColumnResolver
{
    /// <summary>A column found, and how many query levels out.</summary>
    public readonly record struct Found(NamespaceColumn Column, Scope Scope, NamespaceItem Item);

    /// <summary>Looks an unqualified name up from the inside out; null if there is none. Throws 42702 when two items of one level have it.</summary>
    public static Found? FindUnqualified(Scope start, string name, int position)
    {
        for (Scope? scope = start; scope is not null; scope = scope.Parent)
        {
            Found? found = null;
            foreach (NamespaceItem item in scope.Items)
            {
                if (!item.AreColumnsVisible)
                    continue;
                if (item.IsLateralOnly && !scope.IsLateralActive)
                    continue;
                if (FindIn(item, name, position, withSystem: item.Table is not null) is not { } column)
                    continue;
                if (found is not null)
                    throw BindingErrors.AmbiguousColumn(position, name);
                CheckLateral(item, position);
                found = new Found(column, scope, item);
            }

            if (found is not null)
                return found;
        }

        return null;
    }

    /// <summary>Looks an item up by its name, from the inside out; null if there is none. Throws 42P09 when two match.</summary>
    public static (NamespaceItem Item, Scope Scope)? FindItem(Scope start, string? schema, string name, int position, CatalogView catalog)
    {
        for (Scope? scope = start; scope is not null; scope = scope.Parent)
        {
            NamespaceItem? found = null;
            foreach (NamespaceItem item in scope.Items)
            {
                if (!item.IsRelationVisible || item.Name != name)
                    continue;
                if (schema is not null && (item.Relation is null || catalog.FindSchema(schema)?.Oid != item.Relation.SchemaOid))
                    continue;
                if (item.IsLateralOnly && !scope.IsLateralActive)
                    continue;
                if (found is not null)
                    throw BindingErrors.At(position, SqlState.AmbiguousAlias, $"table reference \"{name}\" is ambiguous");
                CheckLateral(item, position);
                found = item;
            }

            if (found is not null)
                return (found, scope);
        }

        return null;
    }

    /// <summary>A column of an item; null if it has none of that name. Throws 42702 when it has two.</summary>
    public static NamespaceColumn? FindIn(NamespaceItem item, string name, int position, bool withSystem)
    {
        NamespaceColumn? found = null;
        foreach (NamespaceColumn column in item.Columns)
        {
            if (column.Name != name)
                continue;
            if (found is not null)
                throw BindingErrors.AmbiguousColumn(position, name);
            found = column;
        }

        if (found is null && withSystem)
        {
            foreach (NamespaceColumn column in item.SystemColumns)
            {
                if (column.Name == name)
                    return column;
            }
        }

        return found;
    }

    /// <summary>The error for an item that no level has: why it cannot be used, as precisely as PostgreSQL says it.</summary>
    public static SqlException MissingItem(Scope start, string name, int position)
    {
        for (Scope? scope = start; scope is not null; scope = scope.Parent)
        {
            foreach (NamespaceItem item in scope.Known.Concat(scope.Items).Concat(scope.Hidden))
            {
                if (item.Name == name)
                {
                    return BindingErrors.InvalidFromReference(
                        position, name, $"There is an entry for table \"{name}\", but it cannot be referenced from this part of the query.", null);
                }

                if (item.Table is not null && item.Table.Name == name)
                {
                    return BindingErrors.InvalidFromReference(
                        position, name, $"Perhaps you meant to reference the table alias \"{item.Name}\".", null);
                }
            }
        }

        return BindingErrors.MissingFromEntry(position, name);
    }

    /// <summary>The error for a column that no item has, with PostgreSQL's hint when a name is near.</summary>
    public static SqlException MissingColumn(Scope start, string? qualifier, string name, int position)
    {
        var matches = new NearestNames(qualifier, name);
        for (Scope? scope = start; scope is not null; scope = scope.Parent)
        {
            foreach (NamespaceItem item in scope.Known.Concat(scope.Hidden).Concat(scope.Items).Distinct())
            {
                if (!item.IsJoin && matches.Add(item.Name, item.Columns.Select(static column => column.Name)))
                    return BindingErrors.UndefinedColumn(position, qualifier, name, matches.Hint);
            }

            foreach ((string branch, IReadOnlyList<string> columns) in scope.Branches)
                if (matches.Add(branch, columns))
                    return BindingErrors.UndefinedColumn(position, qualifier, name, matches.Hint);
        }

        return BindingErrors.UndefinedColumn(position, qualifier, name, matches.Hint);
    }

    private static void CheckLateral(NamespaceItem item, int position)
    {
        if (item.IsLateralOnly && !item.IsLateralAllowed)
        {
            throw BindingErrors.At(
                position, SqlState.InvalidColumnReference, $"invalid reference to FROM-clause entry for table \"{item.Name}\"",
                detail: "The combining JOIN type must be INNER or LEFT for a LATERAL reference.");
        }
    }
}
