using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>What the last statement of an SQL function must yield, and how its rows become the function's result.</summary>
/// <param name="Type">Result type; polymorphic types resolved.</param>
/// <param name="Columns">Columns of a composite result; empty for a plain value or for a record of any shape.</param>
internal sealed record RoutineResult(SqlType Type, IReadOnlyList<(string Name, SqlType Type)> Columns)
{
    public bool IsVoid => Type.Oid == TypeOid.Void;

    private bool IsRow => Type.Kind == TypeKind.Composite || Type.Oid == TypeOid.Record;

    /// <summary>The result of a call of a routine whose arguments have the given types.</summary>
    public static RoutineResult Of(FunctionInfo function, IReadOnlyList<SqlType> arguments, SqlType resultType, ICatalogServices catalog)
    {
        if (resultType.Kind == TypeKind.Composite)
            return new RoutineResult(resultType, catalog.CompositeColumns(resultType.Oid));
        return resultType.Oid == TypeOid.Record
            ? new RoutineResult(resultType, OutputColumns(function, [.. arguments.Select(static a => a.Oid)], catalog))
            : new RoutineResult(resultType, []);
    }

    /// <summary>Names and types of a function's output parameters, polymorphic ones resolved from the arguments.</summary>
    public static IReadOnlyList<(string Name, SqlType Type)> OutputColumns(FunctionInfo function, uint[] arguments, ICatalogServices catalog)
    {
        IReadOnlyList<(string Name, uint Type)> declared = function.ResultColumns;
        if (declared.Count == 0)
            return [];
        var coercion = new TypeCoercion(catalog);
        uint[] inputs = function.ArgumentTypes;
        PolymorphicTypes polymorphic = PolymorphicTypes.Resolve(coercion, arguments.AsSpan(0, Math.Min(arguments.Length, inputs.Length)), inputs.AsSpan(0, Math.Min(arguments.Length, inputs.Length)));
        return [.. declared.Select(column => (column.Name, polymorphic.Actual(column.Type)))];
    }

    /// <summary>Checks the last statement's columns and brings them to the result's types. Throws 42P13.</summary>
    public BoundQuery Shape(BindingState state, BoundQuery query)
    {
        if (IsVoid)
            return query;
        if (query.Output.Count == 0)
            throw Mismatch("Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.");
        if (!IsRow)
        {
            if (query.Output.Count != 1)
                throw Mismatch("Final statement must return exactly one column.");
            return Coerce(state, query, 0, Type) ?? throw Mismatch($"Actual return type is {Shown(query.Output[0].Type)}.");
        }

        if (IsWhole(query) || Columns.Count == 0)
            return query;
        for (int i = 0; i < Columns.Count; i++)
        {
            if (i >= query.Output.Count)
                throw Mismatch("Final statement returns too few columns.");
            SqlType given = Shown(query.Output[i].Type);
            query = Coerce(state, query, i, Columns[i].Type)
                ?? throw Mismatch($"Final statement returns {given.WithTypmod(-1)} instead of {Columns[i].Type.WithTypmod(-1)} at column {i + 1}.");
        }

        return query.Output.Count > Columns.Count ? throw Mismatch("Final statement returns too many columns.") : query;
    }

    /// <summary>True when the statement's only column is the composite value itself.</summary>
    public bool IsWhole(BoundQuery query) => query.Output is [var only] && IsWholeType(only.Type);

    /// <summary>True when a single column of this type is the whole result rather than its first field.</summary>
    public bool IsWholeType(SqlType only) =>
        IsRow && (only.Oid == Type.Oid || (only.Oid == TypeOid.Record && Columns.Count != 1) || (only.Kind == TypeKind.Composite && Type.Oid == TypeOid.Record && Columns.Count != 1));

    private static SqlType Shown(SqlType type) => type.Oid == TypeOid.Unknown ? SqlType.Text : type.WithTypmod(-1);

    private static BoundQuery? Coerce(BindingState state, BoundQuery query, int index, SqlType type)
    {
        if (query.Output[index].Type.Oid == type.Oid)
            return query;
        // A literal of the list is text by now.
        if (query.Output[index].Type.Oid == TypeOid.Unknown && !new TypeCoercion(state.Context.Functions.Catalog).CanCoerce(TypeOid.Text, type.Oid, CastContext.Assignment))
            return null;
        if (state.Expressions.CoerceForAssignmentOrNull(OutputCoercion.ValueOf(query, index), type.WithTypmod(-1)) is null)
            return null;
        return OutputCoercion.Coerce(state, query, index, type.WithTypmod(-1), assignment: true);
    }

    private SqlException Mismatch(string detail) =>
        new(SqlState.InvalidFunctionDefinition, $"return type mismatch in function declared to return {Type}") { Detail = detail };
}
