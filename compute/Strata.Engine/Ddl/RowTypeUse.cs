using Strata.Engine.Catalog;
using Strata.Engine.Types;

namespace Strata.Engine.Ddl;

/// <summary>Which stored columns hold values of a composite type, and which types contain it: what keeps a row type from changing under values that exist.</summary>
internal static class RowTypeUse
{
    /// <summary>Throws 0A000 when a table stores values of a relation's row type, also within arrays, domains, ranges and other composite types: they would not follow a change of the relation's columns.</summary>
    /// <param name="ofRowsOnly">Tables without rows do no harm.</param>
    public static void Reject(DdlContext context, RelationInfo relation, bool ofRowsOnly = false)
    {
        if (relation.RowTypeOid == 0)
            return;
        foreach (RelationInfo candidate in context.View.UserRelations)
        {
            if (candidate.Oid == relation.Oid || candidate.Kind is not (RelationKind.Table or RelationKind.MaterializedView or RelationKind.PartitionedTable or RelationKind.Index))
                continue;
            if (ofRowsOnly && (candidate.Kind == RelationKind.Index || new TableRewrite(context).IsEmpty(candidate)))
                continue;
            foreach (ColumnInfo column in candidate.Columns)
                if (!column.IsDropped && column.TypeOid >= CatalogOids.FirstUser && Contains(context.View, column.TypeOid, relation.RowTypeOid))
                    throw new SqlException(SqlState.FeatureNotSupported, relation.Kind == RelationKind.CompositeType
                        ? $"cannot alter type \"{relation.Name}\" because column \"{candidate.Name}.{column.Name}\" uses it"
                        : $"cannot alter {(relation.Kind == RelationKind.ForeignTable ? "foreign table" : "table")} \"{relation.Name}\" because column \"{candidate.Name}.{column.Name}\" uses its row type");
        }
    }

    /// <summary>Throws 42P16 when a column of this type would make a relation's row type contain itself.</summary>
    public static void RejectRecursion(DdlContext context, RelationInfo relation, uint typeOid)
    {
        if (relation.RowTypeOid != 0 && typeOid >= CatalogOids.FirstUser && Contains(context.View, typeOid, relation.RowTypeOid))
            throw new SqlException(SqlState.InvalidTableDefinition, $"composite type {relation.Name} cannot be made a member of itself");
    }

    /// <summary>True when values of one type are or contain values of another.</summary>
    public static bool Contains(CatalogView view, uint typeOid, uint part)
    {
        if (typeOid == part)
            return true;
        if (view.FindUserType(typeOid) is not { } type)
            return false;
        switch (type.Kind)
        {
            case UserTypeKind.Array:
                return Contains(view, type.ElementOid, part);
            case UserTypeKind.Domain:
                return Contains(view, type.BaseTypeOid, part);
            case UserTypeKind.Range or UserTypeKind.Multirange:
                return type.Range is { } range && Contains(view, range.SubtypeOid, part);
            case UserTypeKind.Composite:
                foreach (ColumnInfo column in view.FindRelation(type.RelationOid)?.Columns ?? [])
                    if (!column.IsDropped && column.TypeOid >= CatalogOids.FirstUser && Contains(view, column.TypeOid, part))
                        return true;
                return false;
            default:
                return false;
        }
    }
}
