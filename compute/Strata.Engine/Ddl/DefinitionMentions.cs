using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Types;

namespace Strata.Engine.Ddl;

/// <summary>A definition that uses an object: of a view, an index or a constraint (<paramref name="Constraint"/>) of a relation, of a column's value, or of a policy or a routine (<paramref name="Other"/>).</summary>
internal readonly record struct DefinitionMention(RelationInfo? Relation, ConstraintInfo? Constraint, int Column, object? Other);

/// <summary>
/// Finds definitions that use an operator, a type, a collation, a text search configuration or a function. Definitions are kept as text with every such name in full, so the text tells: no dependency is kept for these.
/// </summary>
internal static class DefinitionMentions
{
    /// <summary>The definitions that use an object; none for kinds of objects that no definition names so, and for overloaded names, of which the text alone does not tell which one is meant.</summary>
    public static IEnumerable<DefinitionMention> Of(CatalogView view, ObjectAddress address)
    {
        if (PatternOf(view, address) is not { } isUsed)
            yield break;
        foreach (RelationInfo relation in view.UserRelations.ToArray())
            foreach (DefinitionMention mention in OfRelation(relation, address, view.FindUserType(address.ObjectOid)?.ArrayOid ?? 0, isUsed))
                yield return mention;
        foreach (CatalogObject policy in view.ObjectsOf(CatalogOids.PgPolicy).ToArray())
            if ((!policy.Row[6].IsNull && isUsed(policy.Row[6].Text)) || (!policy.Row[7].IsNull && isUsed(policy.Row[7].Text)))
                yield return new DefinitionMention(null, null, 0, policy);
        foreach (RoutineInfo routine in view.UserRoutines.ToArray())
            if (routine.Oid != address.ObjectOid && Array.Exists(routine.Parameters, parameter => parameter.Default is { } value && isUsed(value.Text)))
                yield return new DefinitionMention(null, null, 0, routine);
    }

    private static IEnumerable<DefinitionMention> OfRelation(RelationInfo relation, ObjectAddress address, uint arrayOid, Func<string, bool> isUsed)
    {
        if (relation.View is { IsCanonical: true } definition)
        {
            if (isUsed(definition.Text))
                yield return new DefinitionMention(relation, null, 0, null);
            yield break;
        }

        if (relation.Index is { } index)
        {
            if ((index.Predicate is { } predicate && isUsed(predicate.Text)) || Array.Exists(index.Keys, key => key.Expression is { } expression && isUsed(expression.Text)))
                yield return new DefinitionMention(relation, null, 0, null);
            yield break;
        }

        foreach (ConstraintInfo constraint in relation.Constraints)
            if (constraint.Check is { } check && isUsed(check.Text))
                yield return new DefinitionMention(relation, constraint, 0, null);
        // A column of the type goes itself.
        foreach (ColumnInfo column in relation.Columns)
            if (!column.IsDropped && (address.ClassOid != CatalogOids.PgType || (column.TypeOid != address.ObjectOid && (arrayOid == 0 || column.TypeOid != arrayOid))) && column.Default is { } value && isUsed(value.Text))
                yield return new DefinitionMention(relation, null, column.Number, null);
    }

    private static Func<string, bool>? PatternOf(CatalogView view, ObjectAddress address)
    {
        switch (address.ClassOid)
        {
            case CatalogOids.PgOperator when view.FindObject(address.ClassOid, address.ObjectOid) is { } op:
                string call = $"OPERATOR({Quote(view, op.SchemaOid)}.{op.Name})";
                return view.ObjectsOf(CatalogOids.PgOperator).Count(other => other.SchemaOid == op.SchemaOid && other.Name == op.Name) > 1 ? null : text => text.Contains(call, StringComparison.Ordinal);
            case CatalogOids.PgCollation when view.FindObject(address.ClassOid, address.ObjectOid) is { } collation:
                return text => HasName(text, $"COLLATE {Quote(view, collation.SchemaOid)}.{TypeNames.QuoteIdentifier(collation.Name)}");
            case CatalogOids.PgTsConfig:
                string number = string.Create(CultureInfo.InvariantCulture, $"'{address.ObjectOid}'::");
                return text => text.Contains(number + "regconfig", StringComparison.Ordinal) || text.Contains(number + "pg_catalog.regconfig", StringComparison.Ordinal);
            case CatalogOids.PgType when view.FindUserType(address.ObjectOid) is { Kind: UserTypeKind.Enum or UserTypeKind.Domain or UserTypeKind.Range or UserTypeKind.Multirange } type:
                return text => HasName(text, $"::{Quote(view, type.SchemaOid)}.{TypeNames.QuoteIdentifier(type.Name)}");
            case CatalogOids.PgProc when view.FindRoutine(address.ObjectOid) is { } routine:
                string start = $"{Quote(view, routine.SchemaOid)}.{TypeNames.QuoteIdentifier(routine.Name)}(";
                return view.FindRoutines(routine.SchemaOid, routine.Name).Count() > 1 ? null : text => text.Contains(start, StringComparison.Ordinal);
            default:
                return null;
        }
    }

    private static string Quote(CatalogView view, uint schema) => TypeNames.QuoteIdentifier(view.FindSchema(schema)?.Name ?? "");

    private static bool HasName(string text, string name)
    {
        for (int at = text.IndexOf(name, StringComparison.Ordinal); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.Ordinal))
            if (at + name.Length >= text.Length || !(char.IsLetterOrDigit(text[at + name.Length]) || text[at + name.Length] is '_' or '$'))
                return true;
        return false;
    }
}
