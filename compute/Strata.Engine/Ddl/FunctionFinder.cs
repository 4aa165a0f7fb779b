using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Finds functions that other objects are made of, by name and exact types.</summary>
internal static class FunctionFinder
{
    /// <summary>The function of a name that takes exactly these types (or polymorphic ones that they fit). Throws 42883.</summary>
    public static FunctionInfo Require(DdlContext context, QualifiedName name, params uint[] types) => Find(context, name, types)
        ?? throw new SqlException(SqlState.UndefinedFunction, $"function {name}({string.Join(", ", types.Select(t => TypeNames.Format(context.Session.Catalog.FindType(t)!)))}) does not exist");

    public static FunctionInfo? Find(DdlContext context, QualifiedName name, params uint[] types)
    {
        IReadOnlyList<FunctionInfo> known = RoutineLookup.Find(context.View, context.Session.SearchPath, name.Schema, name.Name, -1);
        foreach (FunctionInfo function in known)
            if (function.ArgumentTypes.AsSpan().SequenceEqual(types))
                return function;
        var coercion = new TypeCoercion(context.Session.Catalog);
        foreach (FunctionInfo function in known)
        {
            uint[] declared = Expand(function, types.Length);
            bool fits = declared.Length == types.Length;
            for (int i = 0; fits && i < types.Length; i++)
                fits = coercion.IsBinaryCoercible(types[i], declared[i]) || coercion.Type(declared[i]).IsPolymorphic || declared[i] == TypeOid.Any;
            if (fits && PolymorphicTypes.AreConsistent(coercion, types, declared))
                return function;
        }

        return null;
    }

    private static uint[] Expand(FunctionInfo function, int count)
    {
        if (!function.IsVariadic || count < function.ArgumentTypes.Length || function.VariadicElementType == TypeOid.Any)
            return function.IsVariadic && function.VariadicElementType == TypeOid.Any && count >= function.ArgumentTypes.Length
                ? [.. function.ArgumentTypes[..^1], .. Enumerable.Repeat(TypeOid.Any, count - function.ArgumentTypes.Length + 1)]
                : function.ArgumentTypes;
        return function.ArgumentTypes;
    }

    /// <summary>A dependency on a function or type, when a user created it.</summary>
    public static IEnumerable<Dependency> DependenciesOn(ObjectAddress self, IEnumerable<uint> functions, IEnumerable<uint> types)
    {
        foreach (uint function in functions.Distinct())
            if (function >= CatalogOids.FirstUser)
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgProc, function), DependencyKind.Normal);
        foreach (uint type in types.Distinct())
            if (type >= CatalogOids.FirstUser)
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgType, type), DependencyKind.Normal);
    }
}
