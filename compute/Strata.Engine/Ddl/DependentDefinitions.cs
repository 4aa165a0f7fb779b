using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Deparsing;
using Strata.Engine.Types;

namespace Strata.Engine.Ddl;

/// <summary>
/// Brings a new name into the definitions that catalogs keep as text: those that mention the old one are bound while it is still good, and printed again when the object has its new name (or schema). For one command.
/// </summary>
internal sealed class DependentDefinitions
{
    private readonly DdlContext _context;
    private readonly List<(uint Relation, RecordedQuery Query)> _views = [];
    private readonly List<(uint Relation, RecordedExpression Value, Func<RelationInfo, CatalogExpression, RelationInfo> Put)> _expressions = [];
    private readonly List<(uint Type, RecordedExpression Value, Func<UserTypeInfo, CatalogExpression, UserTypeInfo> Put)> _domains = [];
    private readonly List<(uint Policy, int Column, RecordedExpression Value)> _policies = [];
    private readonly List<(uint Routine, int Parameter, RecordedExpression Value)> _parameters = [];

    private DependentDefinitions(DdlContext context) => _context = context;

    private CatalogView View => _context.View;

    /// <summary>Does a renaming, with all definitions that mention the old name following.</summary>
    public static void Follow(DdlContext context, string oldName, Action rename)
    {
        var definitions = new DependentDefinitions(context);
        definitions.Gather(oldName);
        rename();
        definitions.Renew();
    }

    private void Gather(string name)
    {
        foreach (RelationInfo relation in View.UserRelations.ToArray())
        {
            if (relation.View is { IsCanonical: true } view && Mentions(view.Text, name))
                _views.Add((relation.Oid, StoredDefinitions.Rebind(view, View, _context.Session)));
            GatherRelation(relation, name);
        }

        foreach (UserTypeInfo type in View.UserTypes.ToArray())
            GatherDomain(type, name);
        foreach (CatalogObject policy in View.ObjectsOf(CatalogOids.PgPolicy).ToArray())
            for (int column = 6; column <= 7; column++)
                if (!policy.Row[column].IsNull && Mentions(policy.Row[column].Text, name) && View.FindRelation(policy.OidAt(2)) is { } table)
                    _policies.Add((policy.Oid, column, Bind(new CatalogExpression(policy.Row[column].Text), table, null)));
        foreach (RoutineInfo routine in View.UserRoutines.ToArray())
            for (int i = 0; i < routine.Parameters.Length; i++)
                if (routine.Parameters[i].Default is { } value && Mentions(value.Text, name))
                    _parameters.Add((routine.Oid, i, Bind(value, null, null)));
    }

    private static bool Mentions(string text, string name) => text.Contains(name, StringComparison.Ordinal);

    private RecordedExpression Bind(CatalogExpression expression, RelationInfo? relation, SqlType? value) =>
        StoredDefinitions.Rebind(expression, relation, value, ExpressionKind.Other, View, _context.Session);

    private void GatherRelation(RelationInfo relation, string name)
    {
        for (int i = 0; i < relation.Columns.Length; i++)
        {
            int at = i;
            if (relation.Columns[i].Default is { } value && Mentions(value.Text, name))
                _expressions.Add((relation.Oid, BindDefault(relation, relation.Columns[i]), (r, text) => r with { Columns = Replaced(r.Columns, at, c => c with { Default = text }) }));
        }

        foreach (ConstraintInfo constraint in relation.Constraints)
            if (constraint.Check is { } check && Mentions(check.Text, name))
                _expressions.Add((relation.Oid, Bind(check, relation, null), (r, text) =>
                    r with { Constraints = [.. r.Constraints.Select(c => c.Oid == constraint.Oid ? c with { Check = text } : c)] }));
        if (relation.Index is { } index && View.FindRelation(index.TableOid) is { } table)
        {
            if (index.Predicate is { } predicate && Mentions(predicate.Text, name))
                _expressions.Add((relation.Oid, Bind(predicate, table, null), (r, text) => r with { Index = r.Index! with { Predicate = text } }));
            for (int i = 0; i < index.Keys.Length; i++)
            {
                int at = i;
                if (index.Keys[i].Expression is { } key && Mentions(key.Text, name))
                    _expressions.Add((relation.Oid, Bind(key, table, null), (r, text) => r with { Index = r.Index! with { Keys = Replaced(r.Index.Keys, at, k => k with { Expression = text }) } }));
            }
        }

        for (int i = 0; i < (relation.PartitionKey?.Columns.Length ?? 0); i++)
        {
            int at = i;
            if (relation.PartitionKey!.Columns[i].Expression is { } key && Mentions(key.Text, name))
                _expressions.Add((relation.Oid, Bind(key, relation, null), (r, text) =>
                    r with { PartitionKey = r.PartitionKey! with { Columns = Replaced(r.PartitionKey.Columns, at, k => k with { Expression = text }) } }));
        }
    }

    private RecordedExpression BindDefault(RelationInfo relation, ColumnInfo column) => Bind(column.Default!, column.Generated == '\0' ? null : relation, null);

    private static T[] Replaced<T>(T[] items, int at, Func<T, T> change)
    {
        T[] changed = [.. items];
        changed[at] = change(changed[at]);
        return changed;
    }

    private void GatherDomain(UserTypeInfo type, string name)
    {
        if (type.Default is { } value && Mentions(value.Text, name))
            _domains.Add((type.Oid, Bind(value, null, null), (t, text) => t with { Default = text }));
        foreach (ConstraintInfo constraint in type.Constraints)
            if (constraint.Check is { } check && Mentions(check.Text, name))
                _domains.Add((type.Oid, Bind(check, null, TypeResolver.Find(type.BaseTypeOid, View)), (t, text) =>
                    t with { Constraints = [.. t.Constraints.Select(c => c.Oid == constraint.Oid ? c with { Check = text } : c)] }));
    }

    private void Renew()
    {
        foreach ((uint oid, RecordedQuery query) in _views)
        {
            if (View.FindRelation(oid) is not { View: { } old } relation)
                continue;
            string text = StoredDefinitions.KeptText(query, [.. relation.Columns.Where(static c => !c.IsDropped).Select(static c => c.Name)], View, _context.Session);
            if (text != old.Text)
                _context.Replace(relation, relation with { View = new ViewInfo(text) { RuleOid = old.RuleOid, SearchPath = old.SearchPath } });
        }

        foreach ((uint oid, RecordedExpression value, Func<RelationInfo, CatalogExpression, RelationInfo> put) in _expressions)
            if (View.FindRelation(oid) is { } relation)
                _context.Replace(relation, put(relation, StoredDefinitions.KeptText(value, View, _context.Session)));
        foreach ((uint oid, RecordedExpression value, Func<UserTypeInfo, CatalogExpression, UserTypeInfo> put) in _domains)
            if (View.FindUserType(oid) is { } type)
                _context.Changes.Replace(type, put(type, StoredDefinitions.KeptText(value, View, _context.Session)), _context.Cancellation);
        foreach ((uint oid, int column, RecordedExpression value) in _policies)
            if (View.FindObject(CatalogOids.PgPolicy, oid) is { } policy)
                _context.Changes.Replace(policy, policy.With((column, StoredDefinitions.KeptText(value, View, _context.Session).Text)), _context.Cancellation);
        foreach ((uint oid, int at, RecordedExpression value) in _parameters)
            if (View.FindRoutine(oid) is { } routine)
            {
                RoutineParameter[] parameters = Replaced(routine.Parameters, at, p => p with { Default = StoredDefinitions.KeptText(value, View, _context.Session) });
                _context.Changes.Replace(routine, routine with { Parameters = parameters }, _context.Cancellation);
            }
    }
}
