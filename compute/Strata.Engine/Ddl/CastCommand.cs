using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE CAST.</summary>
internal static class CastCommand
{
    public static void Create(DdlContext context, CreateCastStatement statement)
    {
        SqlType source = context.ResolveType(statement.Source), target = context.ResolveType(statement.Target);
        foreach ((SqlType type, string word) in new[] { (source, "source"), (target, "target") })
        {
            if (type.IsPseudo)
                throw new SqlException(SqlState.WrongObjectType, $"{word} data type {TypeNames.Format(type)} is a pseudo-type");
            if (type.Kind == TypeKind.Domain)
                context.Session.Notice("cast will be ignored because the " + word + " data type is a domain", "WARNING", "42809");
        }

        if (!Owns(context, source) && !Owns(context, target))
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of type {TypeNames.Format(source)} or type {TypeNames.Format(target)}");
        char method = statement.IsInOut ? 'i' : statement.Function is null ? 'b' : 'f';
        uint function = statement.Function is { } given ? Function(context, given, source, target) : 0;
        if (method == 'b')
            CheckBinary(context, source, target);
        if (source.Oid == target.Oid && method != 'f')
            throw new SqlException(SqlState.InvalidObjectDefinition, "source data type and target data type are the same");
        bool exists = BuiltinRegistry.Cast(source.Oid, target.Oid) is not null || context.Session.Catalog.UserCast(source.Oid, target.Oid) is not null;
        if (exists)
            throw new SqlException(SqlState.DuplicateObject, $"cast from type {TypeNames.Format(source)} to type {TypeNames.Format(target)} already exists");
        uint oid = context.NewOid();
        char castContext = statement.Context switch
        {
            Sql.Syntax.CastContext.Implicit => 'i',
            Sql.Syntax.CastContext.Assignment => 'a',
            _ => 'e',
        };
        context.Changes.Create(CatalogObjectShapes.Make(
            CatalogOids.PgCast, [oid, source.Oid, target.Oid, function, castContext, method],
            [.. FunctionFinder.DependenciesOn(new ObjectAddress(CatalogOids.PgCast, oid), [function], [source.Oid, target.Oid])]), context.Cancellation);
    }

    private static bool Owns(DdlContext context, SqlType type) =>
        context.Session.IsSuperuser || (context.View.FindUserType(type.Oid) is { } user && context.Permissions.IsOwner(user.OwnerOid));

    private static uint Function(DdlContext context, FunctionObject given, SqlType source, SqlType target)
    {
        (RoutineInfo? _, FunctionInfo function) = ObjectFinder.AnyRoutine(context, ObjectKind.Function, given.Name, given.HasArguments ? given.Arguments : null);
        if (function.ArgumentTypes.Length is < 1 or > 3)
            throw Bad("cast function must take one to three arguments");
        var coercion = new TypeCoercion(context.Session.Catalog);
        if (!coercion.IsBinaryCoercible(source.Oid, function.ArgumentTypes[0]))
            throw Bad("argument of cast function must match or be binary-coercible from source data type");
        if (function.ArgumentTypes.Length > 1 && function.ArgumentTypes[1] != TypeOid.Int4)
            throw Bad("second argument of cast function must be type integer");
        if (function.ArgumentTypes.Length > 2 && function.ArgumentTypes[2] != TypeOid.Boolean)
            throw Bad("third argument of cast function must be type boolean");
        if (!coercion.IsBinaryCoercible(function.ReturnType, target.Oid))
            throw Bad("return data type of cast function must match or be binary-coercible to target data type");
        if (function.Kind != FunctionKind.Function)
            throw Bad("cast function must be a normal function");
        return function.ReturnsSet ? throw Bad("cast function must not return a set") : function.Oid;
    }

    private static void CheckBinary(DdlContext context, SqlType source, SqlType target)
    {
        if (!context.Session.IsSuperuser)
            throw new SqlException(SqlState.InsufficientPrivilege, "must be superuser to create a cast WITHOUT FUNCTION");
        if (source.Physical != target.Physical || source.Length != target.Length || source.Alignment != target.Alignment)
            throw Bad("source and target data types are not physically compatible");
        if (source.Kind == TypeKind.Composite || target.Kind == TypeKind.Composite)
            throw Bad("composite data types are not binary-compatible");
        if (source.Kind == TypeKind.Enum || target.Kind == TypeKind.Enum)
            throw Bad("enum data types are not binary-compatible");
        if (source.IsArray || target.IsArray)
            throw Bad("array data types are not binary-compatible");
        if (source.Kind == TypeKind.Domain || target.Kind == TypeKind.Domain)
            throw Bad("domain data types must not be marked binary-compatible");
    }

    private static SqlException Bad(string message) => new(SqlState.InvalidObjectDefinition, message);
}
