using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using SyntaxKind = Strata.Sql.Syntax.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>What a column's own constraints make of it: NOT NULL, DEFAULT, identity, generation. Keys, checks and references belong to the table.</summary>
/// <param name="context">The command.</param>
/// <param name="table">Name of the table, for messages.</param>
/// <param name="builder">Where identity sequences go; null for ALTER TABLE ADD COLUMN, which makes them itself.</param>
internal sealed class ColumnConstraints(DdlContext context, string table, TableBuilder? builder)
{
    /// <summary>Options of an identity's sequence that the caller has to make, when there is no builder.</summary>
    public SyntaxList<SequenceOption>? IdentityOptions { get; private set; }

    public ColumnInfo Apply(ColumnInfo column, ColumnDefinition definition)
    {
        bool sawNull = false, sawNotNull = false;
        foreach (Constraint constraint in definition.Constraints)
        {
            switch (constraint.Kind)
            {
                case SyntaxKind.Null:
                    if (sawNotNull || column.NotNull)
                        throw Conflict(definition, constraint);
                    sawNull = true;
                    break;
                case SyntaxKind.NotNull:
                    if (sawNull)
                        throw Conflict(definition, constraint);
                    sawNotNull = true;
                    column = column with { NotNull = true };
                    break;
                case SyntaxKind.Default:
                    column = WithDefault(column, constraint, definition);
                    break;
                case SyntaxKind.Identity:
                    column = WithIdentity(column, constraint, definition);
                    break;
                case SyntaxKind.Generated:
                    column = WithGeneration(column, constraint, definition);
                    break;
            }
        }

        return column;
    }

    private SqlException Conflict(ColumnDefinition definition, Constraint constraint) =>
        new(SqlState.SyntaxError, $"conflicting NULL/NOT NULL declarations for column \"{definition.Name}\" of table \"{table}\"") { Position = context.Position(constraint.Position) };

    private ColumnInfo WithDefault(ColumnInfo column, Constraint constraint, ColumnDefinition definition)
    {
        if (column.Generated != '\0')
            throw new SqlException(SqlState.SyntaxError, $"both default and generation expression specified for column \"{definition.Name}\" of table \"{table}\"") { Position = context.Position(constraint.Position) };
        if (column.Default is not null)
            throw new SqlException(SqlState.SyntaxError, $"multiple default values specified for column \"{definition.Name}\" of table \"{table}\"") { Position = context.Position(constraint.Position) };
        return StoredExpressions.Default(context, column, constraint.Expression!) is { } text
            ? column with { Default = text, DefaultOid = context.NewOid() }
            : column;
    }

    private ColumnInfo WithIdentity(ColumnInfo column, Constraint constraint, ColumnDefinition definition)
    {
        if (column.Identity != '\0')
            throw new SqlException(SqlState.SyntaxError, $"multiple identity specifications for column \"{definition.Name}\" of table \"{table}\"") { Position = context.Position(constraint.Position) };
        if (column.Generated != '\0')
            throw new SqlException(SqlState.SyntaxError, $"both identity and generation expression specified for column \"{definition.Name}\" of table \"{table}\"") { Position = context.Position(constraint.Position) };
        if (column.Default is not null)
            throw new SqlException(SqlState.SyntaxError, $"both default and identity specified for column \"{definition.Name}\" of table \"{table}\"") { Position = context.Position(constraint.Position) };
        if (column.TypeOid is not (TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8))
            throw new SqlException(SqlState.InvalidParameterValue, "identity column type must be smallint, integer, or bigint");
        if (builder is null)
            IdentityOptions = constraint.SequenceOptions;
        else
            builder.AddSequence(column, BuiltinTypes.Get(column.TypeOid), constraint.SequenceOptions, DependencyKind.Internal);
        return column with { NotNull = true, Identity = constraint.IsGeneratedAlways ? 'a' : 'd' };
    }

    private ColumnInfo WithGeneration(ColumnInfo column, Constraint constraint, ColumnDefinition definition)
    {
        if (column.Generated != '\0')
            throw new SqlException(SqlState.SyntaxError, $"multiple generation clauses specified for column \"{definition.Name}\" of table \"{table}\"") { Position = context.Position(constraint.Position) };
        if (column.Identity != '\0')
            throw new SqlException(SqlState.SyntaxError, $"both identity and generation expression specified for column \"{definition.Name}\" of table \"{table}\"") { Position = context.Position(constraint.Position) };
        if (column.Default is not null)
            throw new SqlException(SqlState.SyntaxError, $"both default and generation expression specified for column \"{definition.Name}\" of table \"{table}\"") { Position = context.Position(constraint.Position) };
        // As written, until all columns of the table are known: GeneratedColumns.
        return column with { Generated = 's', Default = CatalogExpression.Written(constraint.Expression!), DefaultOid = context.NewOid() };
    }
}
