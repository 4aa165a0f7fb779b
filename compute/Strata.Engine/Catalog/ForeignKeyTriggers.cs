using System.Globalization;
using System.Runtime.CompilerServices;

namespace Strata.Engine.Catalog;

/// <summary>One of the triggers that PostgreSQL keeps behind a foreign key or a deferrable key.</summary>
internal sealed record ForeignKeyTrigger(uint Oid, RelationInfo Table, ConstraintInfo Key, uint FunctionOid, short Type, uint OtherTableOid, uint ParentOid, bool IsAction)
{
    public string Name => Key.Kind switch
    {
        ConstraintKind.ForeignKey => string.Create(CultureInfo.InvariantCulture, $"RI_ConstraintTrigger_{(IsAction ? 'a' : 'c')}_{Oid}"),
        ConstraintKind.PrimaryKey => string.Create(CultureInfo.InvariantCulture, $"PK_ConstraintTrigger_{Oid}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"Unique_ConstraintTrigger_{Oid}"),
    };
}

/// <summary>
/// The rows of <c>pg_trigger</c>: here foreign keys are checked by plans, so the triggers are made up when somebody looks at the catalogs. Their OIDs are out of the reach of those that are counted. Thread-safe.
/// </summary>
internal static class ForeignKeyTriggers
{
    private const uint FirstOid = 0x1000_0000, OidBits = 0x2FFF_FFFF;
    private const uint CheckInsert = 1644, CheckUpdate = 1645, CascadeDelete = 1646, RestrictDelete = 1648, SetNullDelete = 1650, SetDefaultDelete = 1652, NoActionDelete = 1654;
    private const uint UniqueRecheck = 1250;
    private const short OnInsertOrUpdate = 21;
    private const short OnInsert = 5, OnDelete = 9, OnUpdate = 17;

    private static readonly ConditionalWeakTable<DatabaseImage, Dictionary<uint, ForeignKeyTrigger>> s_known = [];

    /// <summary>All triggers of a database, by OID.</summary>
    public static IReadOnlyDictionary<uint, ForeignKeyTrigger> Of(CatalogView view) => s_known.GetValue(view.Image, _ => Make(view));

    private static Dictionary<uint, ForeignKeyTrigger> Make(CatalogView view)
    {
        var triggers = new Dictionary<uint, ForeignKeyTrigger>();
        foreach (RelationInfo table in view.UserRelations.OrderBy(static relation => relation.Oid))
            foreach (ConstraintInfo key in table.Constraints.Concat(PartitionReferences.Of(view, table)).OrderBy(static constraint => constraint.Oid))
            {
                // Deferrable keys are looked at again when their time comes.
                if (key is { IsDeferrable: true, Kind: ConstraintKind.PrimaryKey or ConstraintKind.Unique or ConstraintKind.Exclusion })
                    Add(triggers, table, key, UniqueRecheck, OnInsertOrUpdate, 0, isAction: false, 0);
                if (key.Kind != ConstraintKind.ForeignKey || view.FindRelation(key.ReferencedTableOid) is not { } referenced)
                    continue;
                bool isPart = PartitionReferences.IsOne(key.Oid);
                // What a partition takes over from its parent's key refers to the same table, which has its triggers already.
                if (isPart || key.ParentOid == 0)
                {
                    Add(triggers, referenced, key, ActionFunction(key.OnDelete), OnDelete, table.Oid, isAction: true, 0);
                    Add(triggers, referenced, key, ActionFunction(key.OnUpdate) + 1, OnUpdate, table.Oid, isAction: true, 1);
                }

                if (isPart)
                    continue;
                Add(triggers, table, key, CheckInsert, OnInsert, referenced.Oid, isAction: false, 2);
                Add(triggers, table, key, CheckUpdate, OnUpdate, referenced.Oid, isAction: false, 3);
            }

        return triggers;
    }

    private static void Add(Dictionary<uint, ForeignKeyTrigger> triggers, RelationInfo table, ConstraintInfo key, uint function, short type, uint other, bool isAction, uint number)
    {
        uint oid = OidOf(key.Oid, number), parent = key.ParentOid == 0 ? 0 : OidOf(key.ParentOid, number);
        while (triggers.ContainsKey(oid))
            oid++;
        triggers.Add(oid, new ForeignKeyTrigger(oid, table, key, function, type, other, parent, isAction));
    }

    private static uint OidOf(uint constraint, uint number) => FirstOid + ((constraint * 4 + number) % OidBits);

    private static uint ActionFunction(ForeignKeyAction action) => action switch
    {
        ForeignKeyAction.Cascade => CascadeDelete,
        ForeignKeyAction.Restrict => RestrictDelete,
        ForeignKeyAction.SetNull => SetNullDelete,
        ForeignKeyAction.SetDefault => SetDefaultDelete,
        _ => NoActionDelete,
    };

    /// <summary>Rows of <c>pg_trigger</c>.</summary>
    public static IEnumerable<CatalogValue[]> Rows(SystemScanContext context)
    {
        foreach (ForeignKeyTrigger trigger in Of(context.Catalog).Values)
        {
            ConstraintInfo key = trigger.Key;
            // Only checks and actions that look whether rows are still referred to can wait.
            bool mayWait = !trigger.IsAction || trigger.FunctionOid is NoActionDelete or NoActionDelete + 1;
            yield return
            [
                trigger.Oid, trigger.Table.Oid, trigger.ParentOid, trigger.Name, trigger.FunctionOid, trigger.Type, context.Catalog.AreForeignKeysOff(trigger.Table.Oid) ? 'D' : 'O', true,
                trigger.OtherTableOid, key.IndexOid, key.Oid, key.IsDeferrable && mayWait, key.IsDeferred && mayWait, 0L, Array.Empty<long>(), "\\x",
                CatalogValue.Null, CatalogValue.Null, CatalogValue.Null,
            ];
        }
    }

    /// <summary>A trigger goes with its constraint.</summary>
    public static IEnumerable<Dependency> Dependencies(CatalogView view)
    {
        foreach (ForeignKeyTrigger trigger in Of(view).Values)
        {
            var self = new ObjectAddress(CatalogOids.PgTrigger, trigger.Oid);
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgConstraint, trigger.Key.Oid), DependencyKind.Internal);
        }
    }
}
