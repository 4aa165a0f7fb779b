using Strata.Engine.Catalog;
using Strata.Engine.Types;

namespace Strata.Engine.Ddl;

/// <summary>
/// Gives stored values of a composite type the column that the type has got, as null. PostgreSQL leaves them as they are and fills in when it reads; here a stored value always has all of its type's columns, which keeps reading
/// and comparing simple, and the tables that hold such values are written anew.
/// </summary>
internal static class RowTypeRefill
{
    /// <summary>Writes the tables anew that hold values of a relation's row type, which has its new columns already. They are locked against everybody.</summary>
    public static void Run(DdlContext context, RelationInfo relation)
    {
        if (relation.RowTypeOid == 0)
            return;
        foreach (RelationInfo candidate in context.View.UserRelations.Where(static r => r.Kind is RelationKind.Table or RelationKind.MaterializedView).ToArray())
        {
            if (candidate.Oid == relation.Oid || !HoldsValues(context, candidate, relation) || context.LockRelation(candidate, Transactions.RelationLockMode.AccessExclusive) is not { } table)
                continue;
            var expressions = new Dictionary<int, string>();
            foreach (ColumnInfo column in table.Columns)
                if (Affects(context, column, relation))
                    expressions[column.Number] = Refilled(context, TypeNames.QuoteIdentifier(column.Name), column.TypeOid, relation.RowTypeOid, 0);
            if (!new TableRewrite(context).IsEmpty(table))
                new TableRewrite(context).Rewrite(table, table, expressions);
        }
    }

    private static bool HoldsValues(DdlContext context, RelationInfo table, RelationInfo relation) => Array.Exists(table.Columns, column => Affects(context, column, relation));

    private static bool Affects(DdlContext context, ColumnInfo column, RelationInfo relation) =>
        !column.IsDropped && column.TypeOid >= CatalogOids.FirstUser && RowTypeUse.Contains(context.View, column.TypeOid, relation.RowTypeOid);

    // A value's fields, put together again; those that it lacks read as null. Ranges over rows have no fields to take apart, and a table that holds some is refused.
    private static string Refilled(DdlContext context, string value, uint typeOid, uint wanted, int depth)
    {
        if (typeOid < CatalogOids.FirstUser || !RowTypeUse.Contains(context.View, typeOid, wanted) || context.View.FindUserType(typeOid) is not { } type)
            return value;
        string name = NameOf(context, type);
        switch (type.Kind)
        {
            case UserTypeKind.Array:
                return RefilledArray(context, value, type, wanted, depth);
            case UserTypeKind.Domain:
                return $"({Refilled(context, $"({value})::{NameOf(context, context.View.FindUserType(type.BaseTypeOid)!)}", type.BaseTypeOid, wanted, depth)})::{name}";
            case UserTypeKind.Composite:
                IEnumerable<string> fields = (context.View.FindRelation(type.RelationOid)?.Columns ?? []).Where(static c => !c.IsDropped)
                    .Select(column => Refilled(context, $"({value}).{TypeNames.QuoteIdentifier(column.Name)}", column.TypeOid, wanted, depth));
                return $"CASE WHEN {value} IS DISTINCT FROM NULL THEN ROW({string.Join(", ", fields)})::{name} END";
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"cannot alter type because values of type {name} are stored, which contain its values");
        }
    }

    // For each number of dimensions as many array constructors within each other. Bounds other than 1 are not kept.
    private static string RefilledArray(DdlContext context, string value, UserTypeInfo type, uint wanted, int depth)
    {
        var text = new System.Text.StringBuilder($"CASE pg_catalog.array_ndims({value})");
        for (int dimensions = 1; dimensions <= ArrayValue.DimensionsMax; dimensions++)
        {
            string[] indexes = [.. Enumerable.Range(1, dimensions).Select(i => $"i{depth}_{i}")];
            string made = Refilled(context, $"({value})[{string.Join("][", indexes)}]", type.ElementOid, wanted, depth + 1);
            for (int i = dimensions; i > 0; i--)
                made = $"ARRAY(SELECT {made} FROM pg_catalog.generate_subscripts({value}, {i}) AS {indexes[i - 1]} ORDER BY {indexes[i - 1]})";
            text.Append($" WHEN {dimensions} THEN {made}");
        }

        return text.Append($" ELSE {value} END::{NameOf(context, type)}").ToString();
    }

    private static string NameOf(DdlContext context, UserTypeInfo type) =>
        $"{TypeNames.QuoteIdentifier(context.View.FindSchema(type.SchemaOid)!.Name)}.{TypeNames.QuoteIdentifier(type.Name)}";
}
