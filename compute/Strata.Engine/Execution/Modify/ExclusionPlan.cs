using Strata.Engine.Catalog;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Execution.Modify;

/// <summary>
/// An exclusion constraint over operators that a key comparison does not decide: how conflicting rows are looked for and judged. Immutable, part of a plan.
/// </summary>
internal sealed class ExclusionPlan
{
    public required RelationInfo Relation { get; init; }

    public required IndexInfo Index { get; init; }

    public required ConstraintInfo Constraint { get; init; }

    public required string? SchemaName { get; init; }

    public required TableLayout Layout { get; init; }

    /// <summary>Types of the keys.</summary>
    public required SqlType[] KeyTypes { get; init; }

    /// <summary>Names of the operators, one for each key.</summary>
    public required string[] OperatorNames { get; init; }

    /// <summary>Classes of the keys.</summary>
    public required ItemClass[] Items { get; init; }

    /// <summary>Whether two rows conflict: over the existing row's keys, then the new row's.</summary>
    public required CompiledExpression Condition { get; init; }

    /// <summary>Key expressions over a stored row; null for plain columns.</summary>
    public required IReadOnlyList<CompiledExpression?> Keys { get; init; }

    /// <summary>True when equal keys are what conflicts, which the index's own check of keys decides. Of the operators of an extension's classes equality alone is commutative.</summary>
    public static bool IsByKey(IndexMethod method, IEnumerable<uint> operators) =>
        method.HasKeys() && operators.All(static oid => oid >= CatalogOids.FirstUser || BuiltinRegistry.Operator(oid)?.Name == "=");

    /// <summary>The constraint of an index; null when it has none, or one that is decided by key.</summary>
    public static ConstraintInfo? ConstraintOf(RelationInfo relation, IndexInfo index) => index.IsExclusion
        ? Array.Find(relation.Constraints, constraint => constraint.Kind == ConstraintKind.Exclusion && constraint.IndexOid == index.Oid && !IsByKey(index.Method, constraint.Operators))
        : null;

    /// <summary>The plan for an index of a relation; null when it carries no such constraint.</summary>
    public static ExclusionPlan? Of(RelationInfo relation, IndexInfo index, TableLayout layout, IReadOnlyList<CompiledExpression?> keys, CatalogView catalog, IFunctionContext functions)
    {
        if (ConstraintOf(relation, index) is not { } constraint)
            return null;
        var factory = new ExpressionFactory(functions);
        int count = index.KeyCount;
        var types = new SqlType[count];
        var names = new string[count];
        var conditions = new Expression[count];
        for (int i = 0; i < count; i++)
        {
            SqlType type = TypeResolver.Find(index.Keys[i].TypeOid, catalog)!.WithTypmod(index.Keys[i].TypeModifier);
            types[i] = index.Keys[i].CollationOid == 0 ? type : type.WithCollation(index.Keys[i].CollationOid);
            OperatorInfo op = BuiltinRegistry.Operator(constraint.Operators[i])
                ?? (catalog.FindObject(CatalogOids.PgOperator, constraint.Operators[i]) is { } row ? OperatorRows.Describe(row, catalog) : null)
                ?? throw new SqlException(SqlState.UndefinedFunction, $"operator with OID {constraint.Operators[i]} does not exist");
            names[i] = op.Name;
            conditions[i] = factory.Apply(op, new SlotExpression(i, types[i]), new SlotExpression(count + i, types[i]));
        }

        return new ExclusionPlan
        {
            Relation = relation,
            Index = index,
            Constraint = constraint,
            SchemaName = catalog.FindSchema(relation.SchemaOid)?.Name,
            Layout = layout,
            KeyTypes = types,
            OperatorNames = names,
            Items = ItemClasses.Of(index, key => types[Array.IndexOf(index.Keys, key)]),
            Condition = CompiledExpression.Compile(BooleanExpression.And(conditions)),
            Keys = keys,
        };
    }
}
