using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>
/// ALTER TABLE … ENABLE and DISABLE TRIGGER and RULE. The only triggers are those behind foreign keys, which go by the name of ALL: a row of <c>pg_trigger</c>'s heap, under the table's own OID, says that they are off.
/// </summary>
internal static class TriggerFiring
{
    public static RelationInfo Set(DdlContext context, RelationInfo table, SetFiring command)
    {
        switch (command.Target)
        {
            case FiringTarget.Rule:
                if (table.View is null || command.Name != "_RETURN")
                    throw new SqlException(SqlState.UndefinedObject, $"rule \"{command.Name}\" for relation \"{table.Name}\" does not exist");
                return table;
            case FiringTarget.Trigger:
                throw new SqlException(SqlState.UndefinedObject, $"trigger \"{command.Name}\" for table \"{table.Name}\" does not exist");
            case FiringTarget.AllTriggers:
                return SetAll(context, table, command.Mode == FiringMode.Disable);
            default:
                return table;
        }
    }

    private static RelationInfo SetAll(DdlContext context, RelationInfo table, bool isOff)
    {
        bool hasKeys = table.ReferencedBy.Length > 0 || Array.Exists(table.Constraints, static c => c.Kind == Catalog.ConstraintKind.ForeignKey);
        if (hasKeys && !context.Session.IsSuperuser)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied: \"RI_ConstraintTrigger_{(table.ReferencedBy.Length > 0 ? 'a' : 'c')}_{table.Oid}\" is a system trigger");
        CatalogObject? known = context.View.FindObject(CatalogOids.PgTrigger, table.Oid);
        if (!hasKeys || isOff == known is not null)
            return table;
        if (known is not null)
        {
            context.Changes.Drop(known, context.Cancellation);
        }
        else
        {
            context.Changes.Create(CatalogObjectShapes.Make(CatalogOids.PgTrigger, [table.Oid], []), context.Cancellation);
        }

        // Plans have the checks in them.
        return context.Replace(table, context.View.FindRelation(table.Oid)!);
    }
}
