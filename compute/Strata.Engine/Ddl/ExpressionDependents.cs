using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Deparsing;
using Strata.Engine.Expressions;

namespace Strata.Engine.Ddl;

/// <summary>Defaults, checks and indexes whose expressions call a function or an operator: they keep it as text, so those that mention the name are bound to know. Stateless.</summary>
internal static class ExpressionDependents
{
    /// <summary>What uses an object: a column with a default (or a generated one), a check constraint, or an index.</summary>
    public readonly record struct Use(RelationInfo Relation, ColumnInfo? Column, ConstraintInfo? Constraint);

    /// <summary>The uses of a function or an operator; none of other objects.</summary>
    public static List<Use> Of(DdlContext context, ObjectAddress address)
    {
        var found = new List<Use>();
        string? name = address.ClassOid switch
        {
            CatalogOids.PgProc => context.View.FindRoutine(address.ObjectOid)?.Name,
            CatalogOids.PgOperator => context.View.FindObject(CatalogOids.PgOperator, address.ObjectOid)?.Name,
            _ => null,
        };
        if (name is null)
            return found;
        foreach (RelationInfo relation in context.View.UserRelations)
        {
            foreach (ColumnInfo column in relation.Columns)
                if (column.Default is { } value && !column.IsDropped && Uses(context, value, relation, name, address.ObjectOid))
                    found.Add(new Use(relation, column, null));
            foreach (ConstraintInfo constraint in relation.Constraints)
                if (constraint.Check is { } check && Uses(context, check, relation, name, address.ObjectOid))
                    found.Add(new Use(relation, null, constraint));
            if (relation.Index is { } index && context.View.FindRelation(index.TableOid) is { } table && IsOf(context, index, table, name, address.ObjectOid))
                found.Add(new Use(relation, null, null));
        }

        return found;
    }

    private static bool IsOf(DdlContext context, IndexInfo index, RelationInfo table, string name, uint oid) =>
        (index.Predicate is { } predicate && Uses(context, predicate, table, name, oid))
        || Array.Exists(index.Keys, key => key.Expression is { } expression && Uses(context, expression, table, name, oid));

    private static bool Uses(DdlContext context, CatalogExpression expression, RelationInfo relation, string name, uint oid) =>
        expression.Text.Contains(name, StringComparison.Ordinal)
        && StoredDefinitions.Rebind(expression, relation, null, ExpressionKind.Other, context.View, context.Session).Value
            .Any(part => part is FunctionExpression call && (call.Function.Oid == oid || call.Operator?.Oid == oid));
}
