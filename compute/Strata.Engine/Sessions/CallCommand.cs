using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Sessions;

/// <summary>CALL.</summary>
internal static class CallCommand
{
    /// <summary>The row description of a procedure with output parameters; null for others, and for procedures that can't be found.</summary>
    public static ResultColumn[]? Describe(SessionContext context, CallStatement statement, IReadOnlyList<Sql.Syntax.Expression>? values)
    {
        try
        {
            return Columns(context, Binder.BindCall(statement.Call, ContextOf(context, "", values ?? Nulls(statement, []))).Function!);
        }
        catch (SqlException)
        {
            // The execution says what is wrong.
            return null;
        }
    }

    /// <summary>Types of the arguments of the procedure that a statement calls, whatever the values of its parameters are; none when it can't be told.</summary>
    public static IReadOnlyList<uint> ArgumentTypes(SessionContext context, CallStatement statement, SqlType?[] given)
    {
        try
        {
            return Binder.BindCall(statement.Call, ContextOf(context, "", Nulls(statement, given))).Function!.ArgumentTypes;
        }
        catch (SqlException)
        {
            // The execution says what is wrong.
            return [];
        }
    }

    // Nulls for all parameters: they have the types that are known, and no values.
    private static Sql.Syntax.Expression[] Nulls(CallStatement statement, SqlType?[] given)
    {
        int count = given.Length;
        foreach (Sql.Syntax.Expression argument in statement.Call.Arguments)
            if ((argument is NamedArgument named ? named.Value : argument) is ParameterReference parameter)
                count = Math.Max(count, parameter.Number);
        var values = new Sql.Syntax.Expression[count];
        for (int i = 0; i < count; i++)
            values[i] = i < given.Length && given[i] is { } type
                ? new Sql.Syntax.CastExpression(new NullLiteral(-1), new TypeName([type.Name], -1), CastSyntax.DoubleColon, -1)
                : new NullLiteral(-1);
        return values;
    }

    public static UtilityResult Execute(SessionContext context, CallStatement statement, string text, IReadOnlyList<Sql.Syntax.Expression>? values = null)
    {
        ResolvedCall call = Binder.BindCall(statement.Call, ContextOf(context, text, values));
        FunctionInfo procedure = call.Function!;
        RoutineInfo routine = procedure.Routine!;
        context.Catalog.Permissions.CheckExecute(routine);
        // Output parameters get no value: what was written for them is only looked at for its type.
        RoutineParameter[] parameters = [.. routine.Parameters.Where(static p => p.Mode != 't')];
        var inputs = new List<Expression>();
        for (int i = 0; i < parameters.Length; i++)
            if (parameters[i].IsInput)
                inputs.Add(call.Arguments[i]);
        Vector[] arguments = Evaluate(context, inputs);
        UtilityResult result;
        try
        {
            using RowStore? rows = context.RoutineRunner.CallProcedure(procedure, arguments);
            ResultColumn[]? columns = Columns(context, procedure);
            result = new UtilityResult("CALL", columns);
            if (columns is not null)
                result.Rows.Add(Row(context, rows, columns.Length));
        }
        finally
        {
            foreach (Vector argument in arguments)
                argument.Dispose();
        }

        return result;
    }

    private static BindingContext ContextOf(SessionContext context, string text, IReadOnlyList<Sql.Syntax.Expression>? values) =>
        context.StatementRunner.BindingContextFor(text, [], allowParameters: false) with { ParameterValues = values };

    private static Vector[] Evaluate(SessionContext context, List<Expression> inputs)
    {
        var arguments = new Vector[inputs.Count];
        using var evaluation = new EvaluationContext { Functions = context };
        using var batch = new Batch(Array.Empty<Vector>());
        batch.SetCount(1);
        var errors = new ErrorSink();
        for (int i = 0; i < arguments.Length; i++)
        {
            if (inputs[i].Any(static e => e is Planning.Algebra.SubqueryExpression))
                throw new SqlException(SqlState.FeatureNotSupported, "cannot use subquery in CALL argument");
            using ExpressionInstance instance = CompiledExpression.Compile(inputs[i]).CreateInstance();
            Vector value = instance.Evaluate(evaluation, batch, new Selection(1), errors);
            errors.ThrowIfAny();
            arguments[i] = new Vector(inputs[i].Type);
            arguments[i].ResetConstant();
            arguments[i].CopyRow(value, 0, 0);
        }

        return arguments;
    }

    private static ResultColumn[]? Columns(SessionContext context, FunctionInfo procedure)
    {
        var columns = new List<ResultColumn>();
        foreach ((string name, uint oid) in procedure.ResultColumns)
        {
            SqlType type = context.Catalog.FindType(oid)!;
            columns.Add(new ResultColumn(name, 0, 0, type.Oid, type.Length, -1));
        }

        return columns.Count == 0 ? null : [.. columns];
    }

    private static string?[] Row(SessionContext context, RowStore? rows, int columns)
    {
        var values = new string?[columns];
        if (rows is null || rows.Count == 0)
            return values;
        Batch batch = rows.ChunkOf(0);
        var buffer = new ByteBuffer();
        for (int i = 0; i < columns && i < rows.Types.Length; i++)
        {
            if (batch[i].IsNull(0))
                continue;
            buffer.Clear();
            TypeOutput.Write(batch[i], 0, buffer, context.TypeSettings, context.Catalog);
            values[i] = buffer.ToString();
        }

        return values;
    }
}
