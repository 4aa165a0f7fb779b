using Strata.Engine.Catalog;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>SET CONSTRAINTS, and the checks that wait for the end of a transaction.</summary>
internal static class ConstraintModes
{
    /// <summary>Sets when constraints are checked; what becomes immediate is checked at once. Throws 42704, 55000, 23503, 23505.</summary>
    public static void Set(SessionContext context, SetConstraintsStatement statement)
    {
        if (!context.Transactions.IsBlock)
            context.Notice("SET CONSTRAINTS can only be used in transaction blocks", "WARNING", SqlState.NoActiveSqlTransaction.Code);

        DeferredConstraints deferred = context.Transactions.Current.Deferred;
        if (statement.Constraints.IsEmpty)
            deferred.SetAll(statement.IsDeferred);
        foreach (RelationName name in statement.Constraints)
            SetNamed(context, name, deferred, statement.IsDeferred);
        if (!statement.IsDeferred && deferred.HasPending)
            Check(context, onlyImmediate: true);
    }

    private static void SetNamed(SessionContext context, RelationName name, DeferredConstraints deferred, bool isDeferred)
    {
        bool found = false;
        uint[] schemas = name.Schema is null
            ? context.SearchPath.Schemas
            : [(context.View.FindSchema(context.SearchPath, name.Schema) ?? throw new SqlException(SqlState.InvalidSchemaName, $"schema \"{name.Schema}\" does not exist")).Oid];
        foreach (uint schema in schemas)
        {
            foreach (RelationInfo table in context.View.UserRelations)
                foreach (ConstraintInfo constraint in table.Constraints)
                {
                    if (constraint.Name != name.Name || constraint.SchemaOid != schema)
                        continue;
                    if (!constraint.IsDeferrable)
                        throw new SqlException(SqlState.WrongObjectType, $"constraint \"{name.Name}\" is not deferrable");
                    deferred.Set(constraint, isDeferred);
                    found = true;
                }

            if (found)
                return;
        }

        throw new SqlException(SqlState.UndefinedObject, $"constraint \"{name.Name}\" does not exist");
    }

    /// <summary>Does the checks that wait. Raises 23503, 23505.</summary>
    public static void Check(SessionContext context, bool onlyImmediate) => context.Transactions.Current.Deferred.Run(
        StatementRunner.PlanningContextOf(context), context.Transactions.Current, context.SystemScan, onlyImmediate, context.Cancellation);
}
