using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Types by OID and by the names that SQL writes.</summary>
internal sealed class TypeLookup(BindingState state)
{
    private readonly ICatalogServices _services = state.Context.Functions.Catalog;
    private readonly IFunctionContext _functions = state.Context.Functions;

    /// <summary>A type that must exist.</summary>
    public SqlType Get(uint oid) =>
        BuiltinTypes.Find(oid) ?? _services.FindType(oid)
        ?? throw new SqlException(SqlState.UndefinedObject, $"type with OID {oid} does not exist");

    /// <summary>Type of a table's column, with its modifier and collation.</summary>
    public SqlType OfColumn(ColumnInfo column)
    {
        SqlType type = Get(column.TypeOid).WithTypmod(column.TypeModifier);
        return column.CollationOid == 0 ? type : type.WithCollation(column.CollationOid);
    }

    /// <summary>The array type over an element type. Throws 42704 when it has none.</summary>
    public SqlType ArrayOf(SqlType element, int position = -1) => element.ArrayOid != 0
        ? Get(element.ArrayOid)
        : throw BindingErrors.At(
            position, SqlState.UndefinedObject, $"could not find array type for data type {element.WithTypmod(-1)}");

    /// <summary>The type that a statement names, with its modifier. Throws 42704 and what the modifier deserves.</summary>
    public SqlType Resolve(TypeName name) =>
        TypeNameResolver.Resolve(name, state.Catalog, state.SearchPath, _services);

    /// <summary>A collation by name, for a COLLATE at a position. Throws 42704; 0A000 for those that do not exist yet.</summary>
    public uint ResolveCollation(QualifiedName name, int position)
    {
        state.CheckDatabase(name, position);
        return Own(name) ?? BuiltinCollation(name, position);
    }

    private static uint BuiltinCollation(QualifiedName name, int position) => name.Name switch
    {
        "C" => CatalogOids.CCollation,
        "POSIX" => 951,
        "default" or "C.UTF-8" or "C.utf8" or "ucs_basic" => CatalogOids.DefaultCollation,
        _ => throw BindingErrors.At(
            position, SqlState.UndefinedObject, $"collation \"{name}\" for encoding \"UTF8\" does not exist"),
    };

    private uint? Own(QualifiedName name)
    {
        foreach (CatalogObject candidate in state.Catalog.ObjectsOf(CatalogOids.PgCollation))
            if (candidate.Name == name.Name && (name.Schema is { } schema ? state.Catalog.FindSchema(state.SearchPath, schema)?.Oid == candidate.SchemaOid : state.SearchPath.Contains(candidate.SchemaOid)))
                return candidate.Oid;
        return null;
    }

    /// <summary>The aggregate of a resolved call, bound to its types. Throws 0A000 when it is not implemented.</summary>
    public AggregateFunction Aggregate(FunctionExpression call, int position) =>
        call.Function.Routine is { Aggregate: { } definition } ? UserAggregateOf(call, definition, position) : BuiltinAggregates.Create(call.Function, call.Arguments.Select(argument => argument.Type).ToArray(), call.Type)
        ?? throw BindingErrors.NotSupported(position, $"aggregate function {call.Function.Name}");

    private UserAggregate UserAggregateOf(FunctionExpression call, AggregateDefinition definition, int position)
    {
        if (definition.Kind != 'n')
            throw BindingErrors.NotSupported(position, "a user-defined ordered-set aggregate");
        FunctionInfo transition = Function(definition.TransitionOid), declared = call.Function;
        SqlType[] types = [.. call.Arguments.Select(static argument => argument.Type)];
        SqlType state = Get(definition.StateType);
        if (state.IsPolymorphic)
            state = PolymorphicTypes.Resolve(new TypeCoercion(_services), [.. types.Take(declared.ArgumentTypes.Length).Select(static t => t.Oid)], declared.ArgumentTypes).Actual(definition.StateType);
        Datum? initial = definition.InitialValue is { } text && !state.IsPseudo
            ? TypeInput.Parse(state.WithTypmod(-1), System.Text.Encoding.UTF8.GetBytes(text), _functions)
            : null;
        return new UserAggregate(declared, types, call.Type, state, transition, definition.FinalOid == 0 ? null : Function(definition.FinalOid), definition.FinalTakesArguments, initial);
    }

    private FunctionInfo Function(uint oid) => _services.FindFunction(oid)
        ?? throw new SqlException(SqlState.UndefinedFunction, $"function with OID {oid} does not exist");
}
