using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>
/// Applies the row security policies of tables (PostgreSQL's get_row_security_policies): conditions under a security barrier for rows that are read, checks that raise for rows that are written. Policies are those of
/// the role whose privileges count: the current one, or the owner of the view through which the table is reached.
/// </summary>
internal sealed class RowSecurity(BindingState state)
{
    /// <summary>Letters of commands in <c>pg_policy.polcmd</c>.</summary>
    public const char Select = 'r', Insert = 'a', Update = 'w', Delete = 'd', All = '*';

    private static readonly FunctionInfo s_check = new()
    {
        Oid = 0,
        Name = "row_security_check",
        ArgumentTypes = [TypeOid.Boolean, TypeOid.Text],
        ReturnType = TypeOid.Boolean,
        IsStrict = false,
        Volatility = Volatility.Volatile,
        Symbol = "row_security_check",
    };

    private readonly Stack<uint> _open = [];

    /// <summary>A policy as its catalog has it.</summary>
    private sealed record Policy(string Name, bool IsPermissive, CatalogExpression? Using, CatalogExpression? Check);

    /// <summary>True when policies of the relation apply to the role. Throws 42501 when row_security is off.</summary>
    public bool IsActive(RelationInfo relation)
    {
        if (state.Context.Security is not { } security || !relation.HasRowSecurity)
            return false;
        state.DependsOnRoles = true;
        uint user = state.PrivilegeRole == 0 ? security.UserOid : state.PrivilegeRole;
        if (!IsActive(relation, user, state.Catalog, out bool isOwner))
            return false;
        return security.IsOn ? true : throw Off(relation, isOwner);
    }

    /// <summary>True when policies of a relation apply to a role.</summary>
    public static bool IsActive(RelationInfo relation, uint user, CatalogView catalog, out bool isOwner)
    {
        isOwner = false;
        if (!relation.HasRowSecurity || catalog.FindRole(user) is { IsSuperuser: true } or { BypassesRowSecurity: true })
            return false;
        isOwner = new Permissions(() => catalog, () => user).HasRole(user, relation.OwnerOid);
        return !isOwner || relation.ForcesRowSecurity;
    }

    private static SqlException Off(RelationInfo relation, bool isOwner) =>
        new(SqlState.InsufficientPrivilege, $"query would be affected by row-level security policy for table \"{relation.Name}\"")
        {
            Hint = isOwner ? "To disable the policy for the table's owner, use ALTER TABLE NO FORCE ROW LEVEL SECURITY." : null,
        };

    /// <summary>The rows of a scan that the role may see or change. <paramref name="commands"/>: each command's policies must let a row through.</summary>
    public RelationalNode Rows(RelationInfo relation, NamespaceItem item, RelationalNode scan, params ReadOnlySpan<char> commands)
    {
        if (!IsActive(relation))
            return scan;
        var conditions = new List<Expression>();
        foreach (char command in commands)
            conditions.AddRange(UsingConditions(relation, RowScope(relation, Names(relation, item), item.SystemColumns), command));
        return new SecurityBarrierNode(new FilterNode(scan, [.. conditions.SelectMany(Conjunction.Split)]));
    }

    /// <summary>A node over rows to be stored that raises 42501 for one that the policies forbid. <paramref name="columns"/>: the row by attribute number - 1, -1 for null.</summary>
    public RelationalNode NewRows(RelationInfo relation, RelationalNode rows, int[] columns, char command, bool isRead)
    {
        if (!IsActive(relation))
            return rows;
        (rows, int[] all) = WithNulls(relation, rows, columns);
        List<Expression> checks = Checks(relation, all, command, isRead);
        return checks.Count == 0 ? rows : new FilterNode(rows, checks);
    }

    /// <summary>The checks of a new row. <paramref name="isRead"/>: the statement shows it, so it must be one that may be seen.</summary>
    public List<Expression> Checks(RelationInfo relation, int[] columns, char command, bool isRead)
    {
        Scope scope = RowScope(relation, Names(relation, columns), []);
        List<Expression> checks = [.. NewRowChecks(relation, scope, command, useUsing: false, "")];
        if (isRead)
            checks.AddRange(NewRowChecks(relation, scope, Select, useUsing: true, ""));
        return checks;
    }

    /// <summary>
    /// Checks of a row that is there, which a statement is about to change: by ON CONFLICT, or by MERGE (<paramref name="isTarget"/>). The USING conditions of the command's policies raise instead of hiding the row.
    /// </summary>
    public List<Expression> ExistingRowChecks(RelationInfo relation, int[] columns, char command, bool isTarget, bool isRead)
    {
        Scope scope = RowScope(relation, Names(relation, columns), []);
        const string Suffix = " (USING expression)";
        List<Expression> checks = [.. NewRowChecks(relation, scope, command, useUsing: true, Suffix, isTarget ? "target row" : "new row")];
        if (isRead)
            checks.AddRange(NewRowChecks(relation, scope, Select, useUsing: true, Suffix, isTarget ? "target row" : "new row"));
        return checks;
    }

    private (RelationalNode Rows, int[] Columns) WithNulls(RelationInfo relation, RelationalNode rows, int[] columns)
    {
        int[] all = [.. columns];
        var nulls = new List<ProjectedColumn>();
        foreach (ColumnInfo column in relation.Columns)
        {
            if (column.IsDropped || all[column.Number - 1] >= 0)
                continue;
            SqlType type = state.TypeOf(column);
            all[column.Number - 1] = state.Metadata.AddColumn(column.Name, type, relation.Name);
            nulls.Add(new ProjectedColumn(all[column.Number - 1], ConstantExpression.Null(type)));
        }

        return (nulls.Count == 0 ? rows : new ProjectNode(rows, [.. Projection.PassThrough(state.Metadata, rows.Columns), .. nulls]), all);
    }

    // Permissive policies are alternatives, restrictive ones all hold; without a permissive one nothing is let through.
    private IEnumerable<Expression> UsingConditions(RelationInfo relation, Scope scope, char command)
    {
        List<Policy> policies = PoliciesOf(relation, command);
        var permissive = new List<Expression>();
        foreach (Policy policy in policies)
            if (policy.IsPermissive && policy.Using is not null)
                permissive.Add(Bind(relation, scope, policy.Using));
        foreach (Policy policy in policies)
            if (!policy.IsPermissive && policy.Using is not null)
                yield return Bind(relation, scope, policy.Using);
        yield return Alternatives(permissive);
    }

    private static Expression Alternatives(List<Expression> permissive) => permissive.Count switch
    {
        0 => ConstantExpression.Boolean(false),
        1 => permissive[0],
        _ => new BooleanExpression(BooleanOperator.Or, permissive),
    };

    private IEnumerable<Expression> NewRowChecks(RelationInfo relation, Scope scope, char command, bool useUsing, string suffix, string row = "new row")
    {
        List<Policy> policies = PoliciesOf(relation, command);
        var permissive = new List<Expression>();
        foreach (Policy policy in policies)
            if (policy.IsPermissive && Condition(policy, useUsing) is { } condition)
                permissive.Add(Bind(relation, scope, condition));
        yield return Check(Alternatives(permissive), $"{row} violates row-level security policy{suffix} for table \"{relation.Name}\"");
        foreach (Policy policy in policies)
            if (!policy.IsPermissive && Condition(policy, useUsing) is { } condition)
                yield return Check(Bind(relation, scope, condition), $"{row} violates row-level security policy \"{policy.Name}\"{suffix} for table \"{relation.Name}\"");
    }

    private static CatalogExpression? Condition(Policy policy, bool useUsing) => useUsing ? policy.Using : policy.Check ?? policy.Using;

    private static FunctionExpression Check(Expression condition, string message) => new(s_check, SqlType.Boolean, [condition, ConstantExpression.Text(message)]);

    private List<Policy> PoliciesOf(RelationInfo relation, char command)
    {
        uint user = state.PrivilegeRole == 0 ? state.Context.Security!.Value.UserOid : state.PrivilegeRole;
        var permissions = new Permissions(() => state.Catalog, () => user);
        var found = new List<Policy>();
        foreach (CatalogObject row in state.Catalog.ObjectsOf(CatalogOids.PgPolicy))
        {
            if (row.OidAt(2) != relation.Oid || (row.Number(3) != command && row.Number(3) != All))
                continue;
            bool applies = false;
            foreach (long role in (long[])row.Row[5].Array)
                applies |= role == 0 || permissions.HasRole(user, (uint)role);
            if (applies)
                found.Add(new Policy(row.Name, row.Number(4) != 0, Expression(row.Row[6]), Expression(row.Row[7])));
        }

        found.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return found;
    }

    private static CatalogExpression? Expression(in CatalogValue value) => value.IsNull ? null : new CatalogExpression(value.Text);

    private Expression Bind(RelationInfo relation, Scope scope, CatalogExpression condition)
    {
        if (_open.Contains(relation.Oid))
            throw new SqlException(SqlState.InvalidObjectDefinition, $"infinite recursion detected in policy for relation \"{relation.Name}\"");
        _open.Push(relation.Oid);
        try
        {
            return state.AsPolicy(relation, () => state.Expressions.BindCondition(condition.Syntax, scope, ExpressionKind.Policy));
        }
        finally
        {
            _open.Pop();
        }
    }

    private List<NamespaceColumn> Names(RelationInfo relation, NamespaceItem item)
    {
        var names = new List<NamespaceColumn>();
        foreach (NamespaceColumn column in item.Columns)
            names.Add(column with { Name = relation.Columns[state.Metadata[column.Column].AttributeNumber - 1].Name });
        return names;
    }

    private List<NamespaceColumn> Names(RelationInfo relation, int[] columns)
    {
        var names = new List<NamespaceColumn>();
        foreach (ColumnInfo column in relation.Columns)
            if (!column.IsDropped && columns[column.Number - 1] is >= 0 and var id)
                names.Add(new NamespaceColumn(column.Name, id, state.Metadata[id].Type));
        return names;
    }

    private static Scope RowScope(RelationInfo relation, List<NamespaceColumn> names, IReadOnlyList<NamespaceColumn> system)
    {
        var scope = new Scope(null);
        scope.Items.Add(new NamespaceItem(relation.Name, names) { Relation = relation, Table = relation, RowTypeOid = relation.RowTypeOid, SystemColumns = system });
        foreach (NamespaceColumn column in names.Concat(system))
            scope.Own(column.Column);
        return scope;
    }
}
