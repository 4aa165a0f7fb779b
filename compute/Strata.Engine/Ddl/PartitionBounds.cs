using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Partitioning;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>FOR VALUES as the catalog keeps it: constants of the key's types; checked against the partitions that are there.</summary>
internal sealed class PartitionBounds(DdlContext context, RelationInfo parent, string partition)
{
    private readonly PartitionKeyInfo _key = parent.PartitionKey!;

    /// <summary>The bound of a new partition. Throws 42P16, 42P17, 42804.</summary>
    public PartitionBoundInfo Build(PartitionBound bound)
    {
        PartitionMap map = PartitionMap.Of(parent, context.View, context.Session);
        PartitionBoundInfo built = bound.Kind switch
        {
            PartitionBoundKind.Default => Default(bound),
            PartitionBoundKind.Hash => Hash(bound),
            PartitionBoundKind.List => List(bound),
            _ => Range(bound),
        };
        CheckOverlap(map, built, bound);
        return built;
    }

    private PartitionBoundInfo Default(PartitionBound bound) => _key.Strategy == PartitionStrategy.Hash
        ? throw Invalid("a hash-partitioned table may not have a default partition", bound)
        : new PartitionBoundInfo("DEFAULT");

    private SqlException Invalid(string message, SyntaxNode at) => new(SqlState.InvalidTableDefinition, message) { Position = context.Position(at.Position) };

    private PartitionBoundInfo Hash(PartitionBound bound)
    {
        if (_key.Strategy != PartitionStrategy.Hash)
            throw WrongKind(bound);
        if (bound.Modulus <= 0)
            throw new SqlException(SqlState.InvalidTableDefinition, "modulus for hash partition must be an integer value greater than zero");
        if (bound.Remainder < 0)
            throw new SqlException(SqlState.InvalidTableDefinition, "remainder for hash partition must be an integer value greater than or equal to zero");
        if (bound.Remainder >= bound.Modulus)
            throw new SqlException(SqlState.InvalidTableDefinition, "remainder for hash partition must be less than modulus");
        return new PartitionBoundInfo(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"FOR VALUES WITH (modulus {bound.Modulus}, remainder {bound.Remainder})"));
    }

    private SqlException WrongKind(PartitionBound bound) =>
        Invalid($"invalid bound specification for a {_key.Strategy.ToString().ToLowerInvariant()} partition", bound);

    private PartitionBoundInfo List(PartitionBound bound)
    {
        if (_key.Strategy != PartitionStrategy.List)
            throw WrongKind(bound);
        var values = new List<string>();
        foreach (Expression value in bound.Values)
            if (Constant(value, 0) is var text && !values.Contains(text))
                values.Add(text);
        return new PartitionBoundInfo($"FOR VALUES IN ({string.Join(", ", values)})");
    }

    private PartitionBoundInfo Range(PartitionBound bound)
    {
        if (_key.Strategy != PartitionStrategy.Range)
            throw WrongKind(bound);
        if (bound.From.Count != _key.Columns.Length)
            throw new SqlException(SqlState.InvalidTableDefinition, "FROM must specify exactly one value per partitioning column");
        if (bound.To.Count != _key.Columns.Length)
            throw new SqlException(SqlState.InvalidTableDefinition, "TO must specify exactly one value per partitioning column");
        return new PartitionBoundInfo($"FOR VALUES FROM ({Limits(bound.From)}) TO ({Limits(bound.To)})");
    }

    private string Limits(SyntaxList<Expression> values)
    {
        var texts = new List<string>();
        string? limit = null;
        for (int i = 0; i < values.Count; i++)
        {
            string? own = PartitionMap.IsLimit(values[i], "minvalue") ? "MINVALUE" : PartitionMap.IsLimit(values[i], "maxvalue") ? "MAXVALUE" : null;
            if (limit is not null && own != limit)
                throw Invalid($"every bound following {limit} must also be {limit}", values[i]);
            limit = own;
            string text = own ?? Constant(values[i], i);
            if (text == "NULL")
                throw new SqlException(SqlState.InvalidTableDefinition, "cannot specify NULL in range bound");
            texts.Add(text);
        }

        return string.Join(", ", texts);
    }

    private string Constant(Expression value, int column)
    {
        if (value is ColumnReference reference)
            throw new SqlException(SqlState.InvalidColumnReference, "cannot use column reference in partition bound expression") { Position = context.Position(reference.Position) };
        PartitionKeyColumn key = _key.Columns[column];
        SqlType type = TypeResolver.Find(key.TypeOid, context.View)!.WithTypmod(key.TypeModifier);
        Expressions.Expression bound;
        try
        {
            bound = Binder.BindValue(value, type, StoredExpressions.BindingContextOf(context));
        }
        catch (SqlException error) when (error.State == SqlState.DatatypeMismatch)
        {
            string name = key.Column > 0 ? parent.Columns[key.Column - 1].Name : key.Expression!.Text;
            throw Invalid42804($"specified value cannot be cast to type {TypeNames.Format(type)} for column \"{name}\"", value);
        }

        Datum datum = ConstantValue.Of(bound, context.Session);
        return datum.IsNull ? "NULL" : Literal(TypeOutput.ToText(type, datum, TypeSettings.Default, context.Session.Catalog)!, type);
    }

    private SqlException Invalid42804(string message, SyntaxNode at) => new(SqlState.DatatypeMismatch, message) { Position = context.Position(at.Position) };

    // As PostgreSQL's deparser prints constants without their type: plain numbers and booleans bare, all else quoted.
    private static string Literal(string text, SqlType type) => type.Oid switch
    {
        TypeOid.Int4 when text[0] != '-' => text,
        TypeOid.Numeric when text.All(static c => char.IsAsciiDigit(c) || c == '.') => text,
        TypeOid.Boolean => text is "t" or "true" ? "true" : "false",
        _ => Functions.TextFunctions.QuoteLiteral(text),
    };

    private void CheckOverlap(PartitionMap map, PartitionBoundInfo bound, PartitionBound given)
    {
        if (bound.IsDefault)
        {
            if (map.Default >= 0)
                throw new SqlException(SqlState.InvalidObjectDefinition, $"partition \"{partition}\" conflicts with existing default partition \"{map.Partitions[map.Default].Name}\"") { Position = context.Position(given.Position) };
            return;
        }

        switch (_key.Strategy)
        {
            case PartitionStrategy.List:
                for (int i = 0; i < given.Values.Count; i++)
                    if (map.Find(map.EncodeValue(given.Values[i], StoredExpressions.BindingContextOf(context)), hasNull: false) is var found && found >= 0 && found != map.Default)
                        throw Overlap(map, found, given.Values[i]);
                break;
            case PartitionStrategy.Range:
                CheckRange(map, bound, given);
                break;
            default:
                CheckModulus(map, bound.Syntax, given);
                break;
        }
    }

    private SqlException Overlap(PartitionMap map, int other, SyntaxNode at) =>
        new(SqlState.InvalidObjectDefinition, $"partition \"{partition}\" would overlap partition \"{map.Partitions[other].Name}\"") { Position = context.Position(at.Position) };

    private void CheckRange(PartitionMap map, PartitionBoundInfo bound, PartitionBound given)
    {
        byte[] lower = map.EncodeBound(bound.Syntax.From, StoredExpressions.BindingContextOf(context));
        byte[] upper = map.EncodeBound(bound.Syntax.To, StoredExpressions.BindingContextOf(context));
        if (lower.AsSpan().SequenceCompareTo(upper) >= 0)
        {
            int to = bound.Text.IndexOf(") TO (", StringComparison.Ordinal);
            throw new SqlException(SqlState.InvalidObjectDefinition, $"empty range bound specified for partition \"{partition}\"")
            {
                Position = context.Position(given.From[0].Position),
                Detail = $"Specified lower bound {bound.Text["FOR VALUES FROM ".Length..(to + 1)]} is greater than or equal to upper bound {bound.Text[(to + ") TO ".Length)..]}.",
            };
        }

        for (int i = 0; i < map.Lower.Count; i++)
            if (map.Lower[i].AsSpan().SequenceCompareTo(upper) < 0 && lower.AsSpan().SequenceCompareTo(map.Upper[i]) < 0)
                throw Overlap(map, i, map.Lower[i].AsSpan().SequenceCompareTo(lower) <= 0 ? given.From[0] : given.To[0]);
    }

    private void CheckModulus(PartitionMap map, PartitionBound bound, PartitionBound given)
    {
        RelationInfo? smaller = null, larger = null;
        foreach (RelationInfo other in map.Partitions)
        {
            int modulus = other.PartitionBound!.Syntax.Modulus;
            if (modulus <= bound.Modulus)
                smaller = other;
            else
                larger ??= other;
        }

        if (smaller is not null && bound.Modulus % smaller.PartitionBound!.Syntax.Modulus != 0)
            throw NotAFactor(given, $"The new modulus {bound.Modulus} is not divisible by {smaller.PartitionBound.Syntax.Modulus}, the modulus of existing partition \"{smaller.Name}\".");
        if (larger is not null && larger.PartitionBound!.Syntax.Modulus % bound.Modulus != 0)
            throw NotAFactor(given, $"The new modulus {bound.Modulus} is not a factor of {larger.PartitionBound.Syntax.Modulus}, the modulus of existing partition \"{larger.Name}\".");
        for (int i = 0; i < map.Partitions.Length; i++)
        {
            PartitionBound other = map.Partitions[i].PartitionBound!.Syntax;
            int common = Math.Min(other.Modulus, bound.Modulus);
            if (other.Remainder % common == bound.Remainder % common)
                throw Overlap(map, i, given);
        }
    }

    private SqlException NotAFactor(SyntaxNode at, string detail) =>
        new(SqlState.InvalidObjectDefinition, "every hash partition modulus must be a factor of the next larger modulus") { Detail = detail, Position = context.Position(at.Position) };
}
