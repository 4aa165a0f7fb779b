using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>PARTITION BY as a partition key.</summary>
internal static class PartitionKeyBuilder
{
    private const int ColumnsMax = 32;

    /// <summary>The key. Throws 22023, 42P17, 42703, 42704, 54011.</summary>
    public static PartitionKeyInfo Build(DdlContext context, RelationInfo table, PartitionSpecification specification)
    {
        PartitionStrategy strategy = specification.Strategy.ToLowerInvariant() switch
        {
            "list" => PartitionStrategy.List,
            "range" => PartitionStrategy.Range,
            "hash" => PartitionStrategy.Hash,
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized partitioning strategy \"{specification.Strategy}\""),
        };
        if (strategy == PartitionStrategy.List && specification.Elements.Count != 1)
            throw Invalid("cannot use \"list\" partition strategy with more than one column");
        if (specification.Elements.Count > ColumnsMax)
            throw new SqlException(SqlState.TooManyColumns, $"cannot partition using more than {ColumnsMax} columns");
        var keys = new PartitionKeyColumn[specification.Elements.Count];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = Key(context, table, specification.Elements[i], strategy);
        return new PartitionKeyInfo(strategy, keys);
    }

    private static SqlException Invalid(string message) => new(SqlState.InvalidObjectDefinition, message);

    private static PartitionKeyColumn Key(DdlContext context, RelationInfo table, PartitionElement element, PartitionStrategy strategy)
    {
        int position = context.Position(element.Position);
        string? name = element.Column ?? (element.Expression is ColumnReference { Names.Count: 1 } reference ? reference.Names[0] : null);
        PartitionKeyColumn key = name is not null ? ColumnKey(table, name, position) : ExpressionKey(context, table, element.Expression!, position);
        SqlType type = TypeResolver.Find(key.TypeOid, context.View)!;
        if (type.IsPseudo)
            throw Invalid($"partition key column {(name is null ? "1" : $"\"{name}\"")} has pseudo-type {TypeNames.Format(type)}");
        uint collation = element.Collation is { } named ? ColumnBuilder.Collation(context, named) : key.CollationOid;
        uint operatorClass = element.OperatorClass is { } given ? OperatorClasses.Find(given, key.TypeOid, context) : DefaultClass(context, type, strategy);
        return key with { CollationOid = collation, OperatorClassOid = operatorClass };
    }

    private static uint DefaultClass(DdlContext context, SqlType type, PartitionStrategy strategy)
    {
        try
        {
            return OperatorClasses.Default(type.Oid, context);
        }
        catch (SqlException error) when (error.State == SqlState.UndefinedObject)
        {
            string method = strategy == PartitionStrategy.Hash ? "hash" : "btree";
            throw new SqlException(SqlState.UndefinedObject, $"data type {TypeNames.Format(type)} has no default operator class for access method \"{method}\"", error)
            {
                Hint = $"You must specify a {method} operator class or define a default {method} operator class for the data type.",
            };
        }
    }

    private static PartitionKeyColumn ColumnKey(RelationInfo table, string name, int position)
    {
        if (ColumnBuilder.SystemColumn(name))
            throw Position(Invalid($"cannot use system column \"{name}\" in partition key"), position);
        ColumnInfo column = table.FindColumn(name) ??
            throw Position(new SqlException(SqlState.UndefinedColumn, $"column \"{name}\" named in partition key does not exist"), position);
        if (column.Generated != '\0')
            throw Position(new SqlException(SqlState.InvalidObjectDefinition, "cannot use generated column in partition key") { Detail = $"Column \"{name}\" is a generated column." }, position);
        return new PartitionKeyColumn(column.Number, null, column.TypeOid, column.TypeModifier, column.CollationOid, 0);
    }

    private static SqlException Position(SqlException error, int position)
    {
        error.Position = position;
        return error;
    }

    private static PartitionKeyColumn ExpressionKey(DdlContext context, RelationInfo table, Expression expression, int position)
    {
        foreach (string name in StoredExpressions.ColumnNames(expression))
        {
            if (ColumnBuilder.SystemColumn(name))
                throw Invalid("partition key expressions cannot contain system column references");
            if (table.FindColumn(name) is { Generated: not '\0' })
                throw Position(new SqlException(SqlState.InvalidObjectDefinition, "cannot use generated column in partition key") { Detail = $"Column \"{name}\" is a generated column." }, position);
        }

        CatalogExpression stored;
        try
        {
            stored = StoredExpressions.OverTable(context, table, expression, isCondition: false, Binding.ExpressionKind.PartitionKey);
        }
        catch (SqlException error) when (error.Message.Contains("partition key expression", StringComparison.Ordinal))
        {
            // What may not stand in a key at all is said without a place.
            error.Position = 0;
            throw;
        }

        Expressions.Expression bound = Binding.Binder.BindOverRow(expression, table, isCondition: false, StoredExpressions.BindingContextOf(context));
        if (bound.Volatility != Functions.Volatility.Immutable)
            throw Invalid("functions in partition key expression must be marked IMMUTABLE");
        if (StoredExpressions.ColumnNames(expression).Count == 0)
            throw Invalid("cannot use constant expression as partition key");
        return new PartitionKeyColumn(0, stored, bound.Type.Oid, bound.Type.Typmod, bound.Type.CollationOid, 0);
    }
}
