using System.Globalization;
using System.Text;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Catalog;

/// <summary>Partition keys and the constraints that follow from partition bounds as SQL: <c>pg_get_partkeydef</c>, <c>pg_get_partition_constraintdef</c>. Stateless; thread-safe.</summary>
internal static class PartitionPrinter
{
    /// <summary>The key as PARTITION BY takes it; null for tables that are not partitioned.</summary>
    public static string? Key(RelationInfo table, CatalogView view)
    {
        if (table.PartitionKey is not { } key)
            return null;
        var columns = new List<string>();
        foreach (PartitionKeyColumn column in key.Columns)
        {
            string text = Operand(table, column, isDefinition: true);
            uint own = column.Column > 0 ? table.Columns[column.Column - 1].CollationOid : TypeResolver.Find(column.TypeOid, view)?.CollationOid ?? 0;
            if (column.CollationOid != 0 && column.CollationOid != own)
                text += $" COLLATE \"{BuiltinNames.NameOf("pg_collation", "collname", column.CollationOid)}\"";
            if (!OperatorClassNames.IsDefault(column.OperatorClassOid, column.TypeOid, view))
                text += " " + OperatorClassNames.Of(column.OperatorClassOid, view, Deparsing.DefinitionNames.StoredPath);
            columns.Add(text);
        }

        return $"{key.Strategy.ToString().ToUpperInvariant()} ({string.Join(", ", columns)})";
    }

    private static string Operand(RelationInfo table, PartitionKeyColumn column, bool isDefinition)
    {
        if (column.Column > 0)
            return TypeNames.QuoteIdentifier(table.Columns[column.Column - 1].Name);
        string text = column.Expression!.Text;
        bool isCall = column.Expression.Syntax is FunctionCall;
        return isCall || (!isDefinition && text.StartsWith('(')) ? text : $"({text})";
    }

    /// <summary>What rows of a partition satisfy, of all levels above it; null for tables that are no partitions or take all rows.</summary>
    public static string? Constraint(RelationInfo partition, CatalogView view) => Joined(ConstraintParts(partition, view));

    /// <summary>Conditions that must all hold, as one; null for none.</summary>
    public static string? Joined(List<string> conditions) => conditions.Count == 0 ? null : Joined(conditions, " AND ");

    /// <summary>The conditions of <see cref="Constraint"/>, all of which hold.</summary>
    public static List<string> ConstraintParts(RelationInfo partition, CatalogView view)
    {
        var levels = new List<List<string>>();
        RelationInfo current = partition;
        foreach (RelationInfo parent in RelationTree.PartitionAncestors(view, partition))
        {
            if (current.PartitionBound is { } bound)
                levels.Add(Conditions(parent, bound, view));
            current = parent;
        }

        levels.Reverse();
        return [.. levels.SelectMany(static level => level)];
    }

    private static List<string> Conditions(RelationInfo parent, PartitionBoundInfo bound, CatalogView view)
    {
        PartitionKeyInfo key = parent.PartitionKey!;
        if (bound.IsDefault)
            return Rest(parent, view);
        PartitionBound syntax = bound.Syntax;
        switch (key.Strategy)
        {
            case PartitionStrategy.Hash:
                string columns = string.Join(", ", key.Columns.Select(column => Operand(parent, column, isDefinition: false)));
                return [string.Create(CultureInfo.InvariantCulture, $"satisfies_hash_partition('{parent.Oid}'::oid, {syntax.Modulus}, {syntax.Remainder}, {columns})")];
            case PartitionStrategy.List:
                return Values(parent, [.. syntax.Values.AsSpan().ToArray()], view);
            default:
                return Range(parent, syntax, view);
        }
    }

    private static List<string> Rest(RelationInfo parent, CatalogView view)
    {
        var others = new List<string>();
        var values = new List<Expression>();
        List<PartitionBoundInfo> bounds = [.. parent.Children.Select(view.FindRelation).Select(static child => child?.PartitionBound).OfType<PartitionBoundInfo>().Where(static bound => !bound.IsDefault)];
        if (parent.PartitionKey!.Strategy == PartitionStrategy.Range)
            bounds.Sort(Compare);
        foreach (PartitionBoundInfo bound in bounds)
        {
            if (parent.PartitionKey!.Strategy == PartitionStrategy.List)
                values.AddRange(bound.Syntax.Values);
            else
                others.Add(Joined(Range(parent, bound.Syntax, view, withNulls: false), " AND "));
        }

        if (values.Count > 0)
            return [$"(NOT {Joined(Values(parent, Sorted(values, parent.PartitionKey!.Columns[0].TypeOid), view), " AND ")})"];
        if (others.Count == 0)
            return [];
        List<string> all = [.. parent.PartitionKey!.Columns.Select(column => $"({Operand(parent, column, isDefinition: false)} IS NOT NULL)"), Joined(others, " OR ")];
        return [$"(NOT {Joined(all, " AND ")})"];
    }

    /// <summary>The order of two partitions of a table, as far as the texts of their bounds tell it: the default one last.</summary>
    public static int Compare(PartitionBoundInfo a, PartitionBoundInfo b)
    {
        if (a.IsDefault || b.IsDefault)
            return a.IsDefault.CompareTo(b.IsDefault);
        if (a.Syntax.From.Count > 0)
            return CompareEnds(a.Syntax.From, b.Syntax.From);
        if (a.Syntax.Values.Count == 0)
            return (a.Syntax.Modulus, a.Syntax.Remainder).CompareTo((b.Syntax.Modulus, b.Syntax.Remainder));
        return CompareEnds([Least(a.Syntax.Values)], [Least(b.Syntax.Values)]);
    }

    private static Expression Least(SyntaxList<Expression> values)
    {
        Expression least = values[0];
        foreach (Expression value in values)
            if (least is NullLiteral || (value is not NullLiteral && CompareEnds([value], [least]) < 0))
                least = value;
        return least;
    }

    private static int CompareEnds(SyntaxList<Expression> a, SyntaxList<Expression> b)
    {
        for (int i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            int order = (a[i], b[i]) switch
            {
                (ColumnReference x, ColumnReference y) => string.CompareOrdinal(y.Names[0], x.Names[0]),
                (ColumnReference x, _) => x.Names[0] == "minvalue" ? -1 : 1,
                (_, ColumnReference y) => y.Names[0] == "minvalue" ? 1 : -1,
                (StringLiteral x, StringLiteral y) => string.CompareOrdinal(x.Value, y.Value),
                var (x, y) => Number(x).CompareTo(Number(y)),
            };
            if (order != 0)
                return order;
        }

        return 0;
    }

    private static double Number(Expression value) => value switch
    {
        IntegerLiteral integer => integer.Value,
        NumericLiteral numeric when double.TryParse(numeric.Text, CultureInfo.InvariantCulture, out double number) => number,
        StringLiteral text when double.TryParse(text.Value, CultureInfo.InvariantCulture, out double number) => number,
        _ => 0,
    };

    // All bounds of a table stand in the order of their values, as far as their texts tell it.
    private static List<Expression> Sorted(List<Expression> values, uint type)
    {
        if (values.TrueForAll(static value => value is IntegerLiteral or NullLiteral))
            return [.. values.OrderBy(static value => (value as IntegerLiteral)?.Value ?? int.MaxValue)];
        bool isText = type is TypeOid.Text or TypeOid.VarChar or TypeOid.BpChar or TypeOid.Name or TypeOid.Date;
        return isText && values.TrueForAll(static value => value is StringLiteral or NullLiteral)
            ? [.. values.OrderBy(static value => (value as StringLiteral)?.Value, StringComparer.Ordinal)]
            : values;
    }

    private static string Joined(List<string> parts, string separator) => parts.Count == 1 ? parts[0] : $"({string.Join(separator, parts)})";

    private static List<string> Values(RelationInfo parent, List<Expression> values, CatalogView view)
    {
        PartitionKeyColumn column = parent.PartitionKey!.Columns[0];
        string plain = Operand(parent, column, isDefinition: false), operand = Compared(parent, column, view);
        bool hasNull = values.Exists(static value => value is NullLiteral);
        List<string> constants = [.. values.Where(static value => value is not NullLiteral).Select(value => Constant(value, column, view))];
        string match = constants.Count == 1 ? $"({operand} = {constants[0]})" : $"({operand} = ANY (ARRAY[{string.Join(", ", constants)}]))";
        if (!hasNull)
            return [$"({plain} IS NOT NULL)", match];
        return constants.Count == 0 ? [$"({plain} IS NULL)"] : [$"(({plain} IS NULL) OR {match})"];
    }

    private static List<string> Range(RelationInfo parent, PartitionBound bound, CatalogView view, bool withNulls = true)
    {
        PartitionKeyColumn[] columns = parent.PartitionKey!.Columns;
        List<string> conditions = !withNulls ? [] : [.. columns.Select(column => $"({Operand(parent, column, isDefinition: false)} IS NOT NULL)")];
        int equal = 0;
        // Columns that both ends agree on are fixed; the last one always has a range.
        while (equal < columns.Length - 1 && bound.From[equal] is not ColumnReference && bound.To[equal] is not ColumnReference
            && Constant(bound.From[equal], columns[equal], view) == Constant(bound.To[equal], columns[equal], view))
        {
            conditions.Add($"({Compared(parent, columns[equal], view)} = {Constant(bound.From[equal], columns[equal], view)})");
            equal++;
        }

        if (End(parent, bound.From, equal, ">", ">=", "minvalue", view) is { } lower)
            conditions.Add(lower);
        if (End(parent, bound.To, equal, "<", "<", "maxvalue", view) is { } upper)
            conditions.Add(upper);
        return conditions;
    }

    // (a > 1) OR ((a = 1) AND (b >= 2)) …: an infinite end of a column makes the columns before it decide.
    private static string? End(RelationInfo parent, SyntaxList<Expression> values, int from, string strict, string last, string infinite, CatalogView view)
    {
        PartitionKeyColumn[] columns = parent.PartitionKey!.Columns;
        var alternatives = new List<string>();
        var prefix = new StringBuilder();
        int prefixes = 0;
        for (int i = from; i < columns.Length; i++)
        {
            if (values[i] is ColumnReference limit)
            {
                // FROM (1, MINVALUE) is a >= 1; TO (1, MAXVALUE) is a <= 1.
                if (limit.Names[0] == infinite && i > from)
                    alternatives[^1] = WithPrefix(prefix.ToString(), prefixes - 1, alternatives[^1].Replace($" {Operator(columns[i - 1], strict)} ", $" {Operator(columns[i - 1], strict + "=")} ", StringComparison.Ordinal));
                else if (limit.Names[0] == infinite)
                    return null;
                break;
            }

            string operand = Compared(parent, columns[i], view), constant = Constant(values[i], columns[i], view);
            bool isLast = i == columns.Length - 1;
            string comparison = $"({operand} {Operator(columns[i], isLast ? last : strict)} {constant})";
            alternatives.Add(prefixes == 0 ? comparison : $"({prefix} AND {comparison})");
            prefix.Append(prefixes == 0 ? "" : " AND ").Append(CultureInfo.InvariantCulture, $"({operand} = {constant})");
            prefixes++;
        }

        return alternatives.Count == 0 ? null : Joined(alternatives, " OR ");
    }

    private static string WithPrefix(string prefix, int count, string text) => count < 0 ? prefix : text;

    // The key as the operators of its class take it: of the class's type and the key's collation.
    private static string Compared(RelationInfo table, PartitionKeyColumn column, CatalogView view)
    {
        string operand = Operand(table, column, isDefinition: false);
        uint own = column.Column > 0 ? table.Columns[column.Column - 1].CollationOid : TypeResolver.Find(column.TypeOid, view)?.CollationOid ?? 0;
        uint input = column.TypeOid == TypeOid.VarChar ? TypeOid.Text : column.TypeOid;
        return input == column.TypeOid && column.CollationOid == own ? operand : $"({operand})::{TypeNames.Format(TypeResolver.Find(input, view)!)}";
    }

    private static string Operator(PartitionKeyColumn column, string name) =>
        name != "=" && OperatorClassNames.IsPattern(column.OperatorClassOid) ? $"~{name}~" : name;

    private static string Constant(Expression value, PartitionKeyColumn column, CatalogView view)
    {
        string text = Literal(value, column, view);
        return column.CollationOid == 0 || column.CollationOid == CatalogOids.DefaultCollation || value is NullLiteral || column.CollationOid == TypeResolver.Find(column.TypeOid, view)?.CollationOid
            ? text
            : $"{text} COLLATE \"{BuiltinNames.NameOf("pg_collation", "collname", column.CollationOid)}\"";
    }

    private static string Literal(Expression value, PartitionKeyColumn column, CatalogView view)
    {
        string type = TypeResolver.Find(column.TypeOid, view) is { } known ? TypeNames.Format(known) : "unknown";
        return value switch
        {
            IntegerLiteral number when column.TypeOid == TypeOid.Int4 => number.Value.ToString(CultureInfo.InvariantCulture),
            IntegerLiteral number => $"'{number.Value.ToString(CultureInfo.InvariantCulture)}'::{type}",
            NumericLiteral number => number.Text,
            BooleanLiteral boolean => boolean.Value ? "true" : "false",
            StringLiteral text => $"{Functions.TextFunctions.QuoteLiteral(text.Value)}::{type}",
            _ => "NULL",
        };
    }
}
