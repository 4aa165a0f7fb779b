using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Operators of exclusion constraints: finding them, and checking rows that are there already.</summary>
internal static class ExclusionOperators
{
    /// <summary>The operator of a key. Throws 42883, 42809.</summary>
    public static uint Find(DdlContext context, IndexMethod method, IndexKey key, OperatorName name)
    {
        SqlType type = TypeResolver.Find(key.TypeOid, context.View)!;
        OperatorInfo op = new ExpressionFactory(context.Session).FindOperator(name.Name, type, type, context.Position(name.Position));
        if (op.CommutatorOid != op.Oid)
        {
            throw new SqlException(SqlState.WrongObjectType, $"operator {Describe(context, op)} is not commutative")
            {
                Detail = "Only commutative operators can be used in exclusion constraints.",
            };
        }

        BuiltinOperatorClass? known = OperatorFamilies.Class(key.OperatorClassOid);
        bool isMember = NativeOperatorClasses.Searches(context.View, key, op.Oid) || (method == IndexMethod.Hash && known?.Method == IndexMethod.BTree && op.Name == "=");
        if (!isMember)
        {
            throw new SqlException(SqlState.WrongObjectType, $"operator {Describe(context, op)} is not a member of operator family \"{BuiltinNames.NameOf("pg_opfamily", "opfname", known?.FamilyOid ?? 0)}\"")
            {
                Detail = "The exclusion operator must be related to the index operator class for the constraint.",
            };
        }

        return op.Oid;
    }

    private static string Describe(DdlContext context, OperatorInfo op) =>
        $"{op.Name}({OperatorCommands.OperandName(context, op.LeftType)},{OperatorCommands.OperandName(context, op.RightType)})";

    private static string Qualified(DdlContext context, uint oid) => context.View.FindObject(CatalogOids.PgOperator, oid) is { } own
        ? $"{TypeNames.QuoteIdentifier(context.View.FindSchema(own.SchemaOid)!.Name)}.{own.Name}"
        : $"pg_catalog.{BuiltinRegistry.Operator(oid)!.Name}";

    /// <summary>Throws 23P01 when rows of the table conflict. The constraint's index is built and in the catalog.</summary>
    public static void Validate(DdlContext context, RelationInfo table, IndexInfo index, uint[] operators)
    {
        var keys = new string[index.KeyCount];
        var conditions = new List<string> { "a.ctid <> b.ctid" };
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = index.Keys[i].Column > 0 ? TypeNames.QuoteIdentifier(table.Columns[index.Keys[i].Column - 1].Name) : $"({index.Keys[i].Expression!.Text})";
            conditions.Add($"a.k{i + 1} OPERATOR({Qualified(context, operators[i])}) b.k{i + 1}");
        }

        string rows = $"SELECT ctid, {string.Join(", ", keys.Select(static (key, i) => $"{key} AS k{i + 1}"))} FROM ONLY {context.Session.Catalog.QualifiedName(table)}"
            + (index.Predicate is null ? "" : $" WHERE {index.Predicate.Text}");
        string sides = string.Join(", ", keys.Select(static (_, i) => $"a.k{i + 1}").Concat(keys.Select(static (_, i) => $"b.k{i + 1}")));
        new InternalQuery(context).Run(
            $"SELECT {sides} FROM ({rows}) a, ({rows}) b WHERE {string.Join(" AND ", conditions)} ORDER BY a.ctid, b.ctid LIMIT 1",
            row => throw Conflict(context, table, index, row));
    }

    private static SqlException Conflict(DdlContext context, RelationInfo table, IndexInfo index, string?[] row)
    {
        var printer = new DefinitionPrinter(context.View, context.Session.Catalog);
        string names = string.Join(", ", index.Keys.Take(index.KeyCount).Select(key => printer.KeyText(table, key)));
        string first = string.Join(", ", row.Take(index.KeyCount)), second = string.Join(", ", row.Skip(index.KeyCount));
        return new SqlException(SqlState.ExclusionViolation, $"could not create exclusion constraint \"{index.Name}\"")
        {
            Detail = $"Key ({names})=({first}) conflicts with key ({names})=({second}).",
            SchemaName = context.View.FindSchema(table.SchemaOid)?.Name,
            TableName = table.Name,
            ConstraintName = index.Name,
        };
    }
}
