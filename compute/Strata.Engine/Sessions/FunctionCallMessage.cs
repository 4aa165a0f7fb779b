using System.Buffers;
using System.Globalization;
using Strata.Engine.Execution;
using Strata.Engine.Functions;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql;
using Strata.Sql.Syntax;
using FunctionKind = Strata.Engine.Functions.FunctionKind;

namespace Strata.Engine.Sessions;

// FunctionCallResponse: 'V', int32 length (itself included), then the value: int32 length (-1 for null), bytes.

/// <summary>The function call message of the protocol ("fast path"), with which libpq and others work on large objects: a query of one call, whose answer has a message of its own.</summary>
internal static class FunctionCallMessage
{
    /// <summary>Runs the call and sends its result. Throws 42883, 22023, 08P01, and what the function throws.</summary>
    public static void Run(SessionContext context, StatementRunner runner, uint oid, in BindMessage call)
    {
        FunctionInfo function = context.Catalog.FindFunction(oid) ?? throw new SqlException(SqlState.UndefinedFunction, string.Create(CultureInfo.InvariantCulture, $"function with OID {oid} does not exist"));
        if (function.Kind != FunctionKind.Function || function.ReturnsSet)
            throw new SqlException(SqlState.InvalidParameterValue, $"cannot call function \"{function.Name}\" via fastpath interface");
        if (call.ParameterCount != function.ArgumentTypes.Length)
            throw new SqlException(SqlState.ProtocolViolation, $"function call message contains {call.ParameterCount} arguments but function requires {function.ArgumentTypes.Length}");
        if (call.ParameterFormats.Length > 1 && call.ParameterFormats.Length != call.ParameterCount)
            throw new SqlException(SqlState.ProtocolViolation, $"function call message contains {call.ParameterFormats.Length} argument formats but {call.ParameterCount} arguments");
        string text = $"SELECT {Name(context, function)}({string.Join(", ", Enumerable.Range(1, call.ParameterCount).Select(static n => string.Create(CultureInfo.InvariantCulture, $"${n}")))})";
        SqlType?[] types = [.. function.ArgumentTypes.Select(context.Catalog.FindType)];
        Statement statement = SqlParser.ParseStatement(text);
        CachedPlan plan;
        do
            plan = runner.Plan(statement, text, text, types, allowParameters: true, out _);
        while (!runner.TryLock(plan));
        ExecutionInstance execution = runner.Begin(plan, out _);
        try
        {
            ParameterReader.Read(call, execution, plan.Plan.ParameterTypes, context);
            if (execution.Next(1) is { } batch)
                Send(context, batch[execution.ResultSlots[0]], batch.Selection[0], RowWriter.FormatOf(call.ResultFormats, 0));
        }
        finally
        {
            execution.Close();
        }
    }

    private static string Name(SessionContext context, FunctionInfo function)
    {
        string schema = function.Routine is { } routine ? context.View.FindSchema(routine.SchemaOid)!.Name : "pg_catalog";
        return TypeNames.QuoteIdentifier(schema) + "." + TypeNames.QuoteIdentifier(function.Name);
    }

    private static void Send(SessionContext context, Vector value, int row, short format)
    {
        var buffer = new ByteBuffer(64);
        buffer.Write((byte)'V');
        buffer.WriteInt32(0);
        buffer.WriteInt32(-1);
        if (!value.IsNull(row))
        {
            const int ValueStart = 1 + (2 * sizeof(int));
            if (format == 0)
                TypeOutput.Write(value, row, buffer, context.TypeSettings, context.Catalog);
            else
                TypeBinary.Send(value, row, buffer, context.Catalog);
            buffer.PatchInt32(ValueStart - sizeof(int), buffer.Length - ValueStart);
        }

        buffer.PatchInt32(1, buffer.Length - 1);
        context.Output.Messages.Write(buffer.Written);
        context.Output.BatchWritten();
    }
}
