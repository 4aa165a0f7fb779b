using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>OPTIONS (name 'value', ADD …, SET …, DROP …) of foreign objects.</summary>
internal static class GenericOptions
{
    /// <summary>The list after the changes; null for none. Throws 42704, 42710.</summary>
    public static CatalogValue Change(in CatalogValue before, SyntaxList<DefinitionElement> changes)
    {
        var options = new List<string>(before.IsNull ? [] : (string[])before.Array);
        foreach (DefinitionElement change in changes)
        {
            int at = options.FindIndex(o => o.StartsWith(change.Name + "=", StringComparison.Ordinal));
            if (change.Action is DefinitionAction.Set or DefinitionAction.Drop && at < 0)
                throw new SqlException(SqlState.UndefinedObject, $"option \"{change.Name}\" not found");
            if (change.Action is DefinitionAction.Unspecified or DefinitionAction.Add && at >= 0)
                throw new SqlException(SqlState.DuplicateObject, $"option \"{change.Name}\" provided more than once");
            if (change.Action == DefinitionAction.Drop)
                options.RemoveAt(at);
            else if (at >= 0)
                options[at] = $"{change.Name}={DefinitionValues.Text(change)}";
            else
                options.Add($"{change.Name}={DefinitionValues.Text(change)}");
        }

        return options.Count == 0 ? CatalogValue.Null : (CatalogValue)options.ToArray();
    }
}
