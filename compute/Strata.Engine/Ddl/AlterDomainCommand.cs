using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using ConstraintKind = Strata.Engine.Catalog.ConstraintKind;
using SyntaxKind = Strata.Sql.Syntax.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>ALTER DOMAIN.</summary>
internal static class AlterDomainCommand
{
    public static void Execute(DdlContext context, AlterDomainStatement statement)
    {
        UserTypeInfo domain = TypeCommands.RequireUserType(context, new TypeName(statement.Name.Parts, statement.Name.Position));
        if (domain.Kind != UserTypeKind.Domain)
            throw new SqlException(SqlState.WrongObjectType, $"{domain.Name} is not a domain");
        SqlType baseType = TypeResolver.Find(domain.Oid, context.View)!.Plain;
        UserTypeInfo changed = domain;
        switch (statement.Kind)
        {
            case AlterDomainKind.Default:
                CatalogExpression? value = statement.Default is null or NullLiteral ? null : StoredExpressions.OfDomain(context, baseType, statement.Default, isCheck: false);
                changed = domain with { Default = value, DefaultText = value is null ? null : context.Session.Catalog.DeparseExpression(value.Text, 0, pretty: false) };
                break;
            case AlterDomainKind.SetNotNull:
                Validate(context, domain, "IS NULL", (table, column) => new SqlException(
                    SqlState.NotNullViolation, $"column \"{column}\" of table \"{table}\" contains null values"));
                changed = domain with { NotNull = true };
                break;
            case AlterDomainKind.DropNotNull:
                changed = domain with { NotNull = false };
                break;
            case AlterDomainKind.AddConstraint:
                changed = Add(context, domain, baseType, statement.Constraint!);
                break;
            case AlterDomainKind.DropConstraint:
                if (!Array.Exists(domain.Constraints, c => c.Name == statement.ConstraintName))
                {
                    if (!statement.IfExists)
                        throw new SqlException(SqlState.UndefinedObject, $"constraint \"{statement.ConstraintName}\" of domain \"{domain.Name}\" does not exist");
                    context.Notice($"constraint \"{statement.ConstraintName}\" of domain \"{domain.Name}\" does not exist, skipping");
                    return;
                }

                changed = domain with { Constraints = [.. domain.Constraints.Where(c => c.Name != statement.ConstraintName)] };
                break;
            case AlterDomainKind.ValidateConstraint:
                ConstraintInfo constraint = Array.Find(domain.Constraints, c => c.Name == statement.ConstraintName)
                    ?? throw new SqlException(SqlState.UndefinedObject, $"constraint \"{statement.ConstraintName}\" of domain \"{domain.Name}\" does not exist");
                CheckRows(context, domain, constraint.Check!.Text, constraint.Name);
                changed = domain with { Constraints = [.. domain.Constraints.Select(c => c.Oid == constraint.Oid ? c with { IsValidated = true } : c)] };
                break;
        }

        if (!ReferenceEquals(changed, domain))
            context.Changes.Replace(domain, changed, context.Cancellation);
    }

    private static UserTypeInfo Add(DdlContext context, UserTypeInfo domain, SqlType baseType, Constraint constraint)
    {
        switch (constraint.Kind)
        {
            case SyntaxKind.NotNull:
                return domain with { NotNull = true };
            case SyntaxKind.Check:
                break;
            default:
                throw new SqlException(SqlState.SyntaxError, "this constraint is not possible for domains");
        }

        string name = constraint.Name ?? context.ChooseName(domain.Name, null, "check", n => Array.Exists(domain.Constraints, c => c.Name == n));
        if (Array.Exists(domain.Constraints, c => c.Name == name))
            throw new SqlException(SqlState.DuplicateObject, $"constraint \"{name}\" for domain \"{domain.Name}\" already exists");
        Binder.BindDomainCheck(constraint.Expression!, baseType, StoredExpressions.BindingContextOf(context));
        CatalogExpression check = StoredExpressions.OfDomain(context, baseType, constraint.Expression!, isCheck: true);
        if (!constraint.IsNotValid)
            CheckRows(context, domain, check.Text, name);
        return domain with
        {
            Constraints =
            [
                .. domain.Constraints,
                new ConstraintInfo
                {
                    Oid = context.NewOid(), Name = name, SchemaOid = domain.SchemaOid, Kind = ConstraintKind.Check, TypeOid = domain.Oid, Check = check, IsValidated = !constraint.IsNotValid,
                },
            ],
        };
    }

    private static void CheckRows(DdlContext context, UserTypeInfo domain, string check, string name) =>
        Validate(context, domain, check, (table, column) => new SqlException(
            SqlState.CheckViolation, $"column \"{column}\" of table \"{table}\" contains values that violate the new constraint"));

    // Looks at every column of the domain: a value that makes the check false (or is null) refuses the change.
    private static void Validate(DdlContext context, UserTypeInfo domain, string condition, Func<string, string, SqlException> refuse)
    {
        RowTypeUse.RejectWithin(context, domain);
        foreach (RelationInfo table in context.View.UserRelations.ToArray())
        {
            if (table.Kind is not (RelationKind.Table or RelationKind.MaterializedView or RelationKind.PartitionedTable))
                continue;
            foreach (ColumnInfo column in table.Columns)
            {
                if (column.IsDropped || column.TypeOid < CatalogOids.FirstUser || !RowTypeUse.IsDerived(context.View, column.TypeOid, domain.Oid))
                    continue;
                string value = TypeNames.QuoteIdentifier(column.Name);
                string source = $"(SELECT {value} AS value FROM {context.Session.Catalog.QualifiedName(table)}) AS rows";
                string where = condition == "IS NULL" ? "value IS NULL" : $"NOT ({condition})";
                if (new InternalQuery(context).First($"SELECT 1 FROM {source} WHERE {where}") is not null)
                    throw refuse(table.Name, column.Name);
            }
        }
    }
}
