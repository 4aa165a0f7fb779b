using System.Text;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;
using Strata.Sql;
using ForeignKeyAction = Strata.Engine.Catalog.ForeignKeyAction;

namespace Strata.Engine.Planning;

/// <summary>The foreign key work that goes with modifications of a table: statements that look for referenced and referencing rows, or change the latter. Stateless; thread-safe.</summary>
internal sealed class ForeignKeyPlanner(PlanningContext context)
{
    /// <summary>Work of UPDATE.</summary>
    public List<ForeignKeyWorkPlan> ForUpdate(RelationInfo relation) => [.. Outgoing(relation), .. Incoming(relation, isDelete: false)];

    /// <summary>Foreign keys of the table itself: stored rows must find what they refer to.</summary>
    public List<ForeignKeyWorkPlan> Outgoing(RelationInfo relation)
    {
        var work = new List<ForeignKeyWorkPlan>();
        if (context.Catalog.AreForeignKeysOff(relation.Oid))
            return work;
        foreach (ConstraintInfo constraint in relation.Constraints)
        {
            if (constraint.Kind != ConstraintKind.ForeignKey)
                continue;
            RelationInfo referenced = Find(constraint.ReferencedTableOid);
            SqlType[] types = Types(relation, constraint.Columns);
            string text = $"SELECT 1 FROM {Only(referenced)}{NameOf(referenced)} x WHERE {Conditions(referenced, constraint.ReferencedColumns, 1)} FOR KEY SHARE OF x";
            work.Add(new ForeignKeyWorkPlan(Make(constraint, relation, referenced, text, types), ForeignKeyWork.RequireReferenced, types));
        }

        return work;
    }

    /// <summary>Foreign keys of other tables that refer to this one, or to the partitioned table that it is a part of.</summary>
    public List<ForeignKeyWorkPlan> Incoming(RelationInfo relation, bool isDelete)
    {
        var work = new List<ForeignKeyWorkPlan>();
        if (context.Catalog.AreForeignKeysOff(relation.Oid))
            return work;
        AddIncoming(relation, relation, isDelete, work);
        foreach (RelationInfo ancestor in RelationTree.PartitionAncestors(context.Catalog, relation))
            AddIncoming(relation, ancestor, isDelete, work);
        return work;
    }

    private void AddIncoming(RelationInfo relation, RelationInfo referenced, bool isDelete, List<ForeignKeyWorkPlan> work)
    {
        foreach (ConstraintInfo reference in referenced.ReferencedBy)
        {
            // The partitions' parts of a key of a partitioned table are looked at through that.
            if (reference.ParentOid != 0)
                continue;
            ConstraintInfo constraint = ReferenceEquals(relation, referenced)
                ? reference
                : reference with { ReferencedColumns = RelationTree.Map(referenced, relation, reference.ReferencedColumns) };
            RelationInfo referencing = Find(constraint.TableOid);
            SqlType[] types = Types(relation, constraint.ReferencedColumns);
            string where = Conditions(referencing, constraint.Columns, 1);
            string name = Only(referencing) + NameOf(referencing);
            short[] changed = isDelete && constraint.DeleteColumns.Length > 0 ? constraint.DeleteColumns : constraint.Columns;
            (string text, SqlType[] parameters, ForeignKeyWork kind) = (isDelete ? constraint.OnDelete : constraint.OnUpdate) switch
            {
                ForeignKeyAction.Cascade when isDelete => ($"DELETE FROM {name} WHERE {where}", types, ForeignKeyWork.Act),
                ForeignKeyAction.Cascade =>
                    ($"UPDATE {name} SET {Assignments(referencing, constraint.Columns, i => $"${types.Length + 1 + i}")} WHERE {where}", [.. types, .. types], ForeignKeyWork.Act),
                ForeignKeyAction.SetNull => ($"UPDATE {name} SET {Assignments(referencing, changed, static _ => "NULL")} WHERE {where}", types, ForeignKeyWork.Act),
                ForeignKeyAction.SetDefault => ($"UPDATE {name} SET {Assignments(referencing, changed, static _ => "DEFAULT")} WHERE {where}", types, ForeignKeyWork.Act),
                ForeignKeyAction.Restrict => ($"SELECT 1 FROM {name} x WHERE {where} FOR KEY SHARE OF x", types, ForeignKeyWork.ForbidReferencing),
                _ => (NoAction(), types, ForeignKeyWork.ForbidReferencing),
            };
            bool isRestrict = (isDelete ? constraint.OnDelete : constraint.OnUpdate) == ForeignKeyAction.Restrict;
            work.Add(new ForeignKeyWorkPlan(Make(constraint, referencing, relation, text, parameters, isRestrict), kind, parameters));
            // Rows that have got the defaults may refer to the very key that goes: nothing else would look at them.
            if ((isDelete ? constraint.OnDelete : constraint.OnUpdate) == ForeignKeyAction.SetDefault)
                work.Add(new ForeignKeyWorkPlan(Make(constraint, referencing, relation, NoAction(), types, isRestrict: true), ForeignKeyWork.ForbidReferencing, types));

            // Another row may have the key by the end of the statement. The count is a subquery that is computed only when a referencing row was found.
            string NoAction() =>
                $"SELECT 1 FROM {name} x WHERE {where} AND (SELECT count(*) FROM {Only(referenced)}{NameOf(referenced)} WHERE {Conditions(referenced, reference.ReferencedColumns, 1)}) = 0 FOR KEY SHARE OF x";
        }
    }

    private static string Only(RelationInfo relation) => relation.PartitionKey is null ? "ONLY " : "";

    private RelationInfo Find(uint oid) => context.Catalog.FindRelation(oid)
        ?? throw new SqlException(SqlState.UndefinedTable, $"relation with OID {oid} does not exist");

    private SqlType[] Types(RelationInfo relation, short[] columns) =>
        Array.ConvertAll(columns, column => TypeResolver.Find(relation.Columns[column - 1].TypeOid, context.Catalog)!.WithTypmod(-1));

    private string NameOf(RelationInfo relation) =>
        $"{TypeNames.QuoteIdentifier(context.Catalog.FindSchema(relation.SchemaOid)?.Name ?? "public")}.{TypeNames.QuoteIdentifier(relation.Name)}";

    private static string Conditions(RelationInfo relation, short[] columns, int firstParameter)
    {
        var text = new StringBuilder();
        for (int i = 0; i < columns.Length; i++)
        {
            if (i > 0)
                text.Append(" AND ");
            text.Append(TypeNames.QuoteIdentifier(relation.Columns[columns[i] - 1].Name)).Append(" = $").Append(firstParameter + i);
        }

        return text.ToString();
    }

    private static string Assignments(RelationInfo relation, short[] columns, Func<int, string> value) =>
        string.Join(", ", columns.Select((column, i) => $"{TypeNames.QuoteIdentifier(relation.Columns[column - 1].Name)} = {value(i)}"));

    private ForeignKeyPlan Make(ConstraintInfo constraint, RelationInfo referencing, RelationInfo referenced, string text, SqlType[] types, bool isRestrict = false) =>
        new(constraint, referencing, referenced, context.Catalog.FindSchema(referencing.SchemaOid)?.Name, () =>
        {
            BoundStatement bound = Binder.Bind(SqlParser.ParseStatement(text), new BindingContext
            {
                Catalog = context.Catalog,
                SearchPath = new SearchPath([CatalogOids.CatalogSchema], 0),
                Functions = context.Functions,
                Text = text,
                ParameterTypes = types,
            });
            return Planner.Plan(bound, context);
        })
        {
            IsRestrict = isRestrict,
        };

    /// <summary>
    /// Statements that look for the referenced and for a referencing row of one key, for a deferred check. The row looked for is locked when it is the one that must stay. <paramref name="touched"/> is the table whose row
    /// has the key: the referencing one, or the referenced one or a partition of it.
    /// </summary>
    public (ForeignKeyPlan Referenced, ForeignKeyPlan Referencing) Both(ConstraintInfo constraint, RelationInfo table, RelationInfo touched, ForeignKeyWork work)
    {
        RelationInfo referenced = Find(constraint.ReferencedTableOid);
        bool requires = work == ForeignKeyWork.RequireReferenced;
        SqlType[] types = requires ? Types(table, constraint.Columns) : Types(touched, RelationTree.Map(referenced, touched, constraint.ReferencedColumns));
        string lookReferenced = $"SELECT 1 FROM {Only(referenced)}{NameOf(referenced)} x WHERE {Conditions(referenced, constraint.ReferencedColumns, 1)} FOR KEY SHARE OF x";
        string lookReferencing = $"SELECT 1 FROM {Only(table)}{NameOf(table)} x WHERE {Conditions(table, constraint.Columns, 1)}{(requires ? "" : " FOR KEY SHARE OF x")}";
        return (Make(constraint, table, referenced, lookReferenced, types), Make(constraint, table, requires ? referenced : touched, lookReferencing, types));
    }
}
