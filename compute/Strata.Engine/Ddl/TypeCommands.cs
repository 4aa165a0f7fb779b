using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using ConstraintKind = Strata.Engine.Catalog.ConstraintKind;
using SyntaxKind = Strata.Sql.Syntax.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>CREATE TYPE AS ENUM, ALTER TYPE ADD VALUE, CREATE DOMAIN.</summary>
internal static class TypeCommands
{
    /// <summary>A type that a user created, owned by the current role. Throws 42704, 42501.</summary>
    public static UserTypeInfo RequireUserType(DdlContext context, TypeName name)
    {
        SqlType type = context.ResolveType(name);
        if (context.View.FindUserType(type.Oid) is not { Oid: >= CatalogOids.FirstUser } user)
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of type {TypeNames.Format(type)}");
        return context.Permissions.IsOwner(user.OwnerOid)
            ? user
            : throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of type {user.Name}");
    }

    internal static SchemaInfo Reserve(DdlContext context, QualifiedName name)
    {
        SchemaInfo schema = context.CreationSchema(name.Schema, name.Position);
        context.LockName(schema.Oid, name.Name);
        if (context.View.FindUserType(schema.Oid, name.Name) is not null)
            throw new SqlException(SqlState.DuplicateObject, $"type \"{name.Name}\" already exists");
        return schema;
    }

    internal static void CreateWithArray(DdlContext context, UserTypeInfo type)
    {
        context.Changes.Create(type, context.Cancellation);
        CreateArrayOf(context, type);
    }

    internal static void CreateArrayOf(DdlContext context, UserTypeInfo type)
    {
        string arrayName = "_" + type.Name;
        while (context.View.FindUserType(type.SchemaOid, arrayName) is not null)
            arrayName = "_" + arrayName;
        context.Changes.Create(new UserTypeInfo
        {
            Oid = type.ArrayOid,
            Name = arrayName,
            SchemaOid = type.SchemaOid,
            OwnerOid = type.OwnerOid,
            Kind = UserTypeKind.Array,
            ElementOid = type.Oid,
        }, context.Cancellation);
    }

    public static void CreateEnum(DdlContext context, CreateEnumStatement statement)
    {
        SchemaInfo schema = Reserve(context, statement.Name);
        uint oid = context.NewTypePair();
        var labels = new List<EnumLabel>();
        foreach (string label in statement.Labels)
        {
            CheckLabel(label);
            if (labels.Exists(l => l.Label == label))
                throw new SqlException(SqlState.DuplicateObject, $"enum label \"{label}\" used more than once");
            labels.Add(new EnumLabel(context.NewOid(), labels.Count + 1, label));
        }

        CreateWithArray(context, new UserTypeInfo
        {
            Oid = oid,
            Name = statement.Name.Name,
            SchemaOid = schema.Oid,
            OwnerOid = context.CurrentUser,
            Kind = UserTypeKind.Enum,
            ArrayOid = oid + 1,
            Labels = [.. labels],
        });
    }

    private static void CheckLabel(string label)
    {
        const int MaxBytes = 63;
        if (System.Text.Encoding.UTF8.GetByteCount(label) > MaxBytes)
            throw new SqlException(SqlState.InvalidName, $"invalid enum label \"{label}\"") { Detail = $"Labels must be {MaxBytes} bytes or less." };
    }

    public static void CreateDomain(DdlContext context, CreateDomainStatement statement)
    {
        SchemaInfo schema = Reserve(context, statement.Name);
        SqlType baseType = context.ResolveType(statement.Type);
        uint oid = context.NewTypePair();
        var domain = new UserTypeInfo
        {
            Oid = oid,
            Name = statement.Name.Name,
            SchemaOid = schema.Oid,
            OwnerOid = context.CurrentUser,
            Kind = UserTypeKind.Domain,
            ArrayOid = oid + 1,
            BaseTypeOid = baseType.Oid,
            BaseTypeModifier = baseType.Typmod,
            Default = context.View.FindUserType(baseType.Oid)?.Default,
            DefaultText = context.View.FindUserType(baseType.Oid)?.DefaultText,
            CollationOid = statement.Collation is { } collation ? ColumnBuilder.Collation(context, collation) : baseType.CollationOid,
        };
        if (baseType.IsPseudo)
            throw new SqlException(SqlState.DatatypeMismatch, $"\"{baseType.Name}\" is not a valid base type for a domain");
        var checks = new List<ConstraintInfo>();
        foreach (Constraint constraint in statement.Constraints)
        {
            switch (constraint.Kind)
            {
                case SyntaxKind.NotNull:
                    domain = domain with { NotNull = true };
                    break;
                case SyntaxKind.Null:
                    break;
                case SyntaxKind.Default:
                    CatalogExpression value = StoredExpressions.OfDomain(context, baseType, constraint.Expression!, isCheck: false);
                    domain = domain with { Default = value, DefaultText = context.Session.Catalog.DeparseExpression(value.Text, 0, pretty: false) };
                    break;
                case SyntaxKind.Check:
                    Binding.Binder.BindDomainCheck(constraint.Expression!, baseType.Plain, StoredExpressions.BindingContextOf(context));
                    string name = constraint.Name ?? context.ChooseName(statement.Name.Name, null, "check", n => checks.Exists(c => c.Name == n));
                    checks.Add(new ConstraintInfo
                    {
                        Oid = context.NewOid(),
                        Name = name,
                        SchemaOid = schema.Oid,
                        Kind = ConstraintKind.Check,
                        TypeOid = oid,
                        Check = StoredExpressions.OfDomain(context, baseType, constraint.Expression!, isCheck: true),
                    });
                    break;
                default:
                    throw new SqlException(SqlState.SyntaxError, "this constraint is not possible for domains");
            }
        }

        CreateWithArray(context, domain with { Constraints = [.. checks] });
    }

    public static void AddEnumValue(DdlContext context, AlterEnumStatement statement)
    {
        UserTypeInfo type = RequireUserType(context, new TypeName(statement.Name.Parts, statement.Name.Position));
        if (type.Kind != UserTypeKind.Enum)
            throw new SqlException(SqlState.WrongObjectType, $"{type.Name} is not an enum");
        if (statement.OldLabel is { } old)
        {
            int at = Array.FindIndex(type.Labels, l => l.Label == old);
            if (at < 0)
                throw new SqlException(SqlState.InvalidParameterValue, $"\"{old}\" is not an existing enum label");
            if (Array.Exists(type.Labels, l => l.Label == statement.NewLabel))
                throw new SqlException(SqlState.DuplicateObject, $"enum label \"{statement.NewLabel}\" already exists");
            EnumLabel[] renamed = [.. type.Labels];
            renamed[at] = renamed[at] with { Label = statement.NewLabel };
            context.Changes.Replace(type, type with { Labels = renamed }, context.Cancellation);
            return;
        }

        CheckLabel(statement.NewLabel);
        if (Array.Exists(type.Labels, l => l.Label == statement.NewLabel))
        {
            if (!statement.IfNotExists)
                throw new SqlException(SqlState.DuplicateObject, $"enum label \"{statement.NewLabel}\" already exists");
            context.Session.Notice($"enum label \"{statement.NewLabel}\" already exists, skipping", sqlState: SqlState.DuplicateObject.Code);
            return;
        }

        var labels = new List<EnumLabel>(type.Labels);
        int position = labels.Count;
        if (statement.Neighbor is { } neighbor)
        {
            int index = labels.FindIndex(l => l.Label == neighbor);
            if (index < 0)
                throw new SqlException(SqlState.InvalidParameterValue, $"\"{neighbor}\" is not an existing enum label");
            position = statement.IsAfter ? index + 1 : index;
        }

        float low = position == 0 ? labels.Count == 0 ? 0 : labels[0].SortOrder - 2 : labels[position - 1].SortOrder;
        float high = position == labels.Count ? low + 2 : labels[position].SortOrder;
        labels.Insert(position, new EnumLabel(context.NewOid(), (low + high) / 2, statement.NewLabel));
        context.Changes.Replace(type, type with { Labels = [.. labels] }, context.Cancellation);
    }
}
