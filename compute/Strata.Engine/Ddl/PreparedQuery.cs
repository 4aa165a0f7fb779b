using Strata.Engine.Sessions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>The query of <c>CREATE TABLE … AS EXECUTE name(values)</c>.</summary>
internal static class PreparedQuery
{
    /// <summary>The prepared query, and what stands for its parameters. Throws 26000, 42809 for what is no query, 42601 for a wrong number of values.</summary>
    public static (SelectStatement Query, Expression[] Values) Resolve(DdlContext context, ExecuteStatement execute)
    {
        SessionContext session = context.Session;
        PreparedStatement prepared = session.Session.Portals.FindStatement(execute.Name);
        if (prepared.Statement is not SelectStatement query)
            throw new SqlException(SqlState.WrongObjectType, "prepared statement is not a SELECT");
        IReadOnlyList<SqlType> types = session.StatementRunner.PlanOf(prepared).Plan.ParameterTypes;
        if (execute.Arguments.Count != types.Count)
            throw new SqlException(SqlState.SyntaxError, $"wrong number of parameters for prepared statement \"{execute.Name}\"")
            {
                Detail = $"Expected {types.Count} parameters but got {execute.Arguments.Count}.",
            };
        var values = new Expression[types.Count];
        for (int i = 0; i < values.Length; i++)
        {
            Expressions.Expression bound = Binding.Binder.BindValue(execute.Arguments[i], types[i], session.StatementRunner.BindingContextFor(context.StatementText, [], allowParameters: false));
            values[i] = Literal(ConstantValue.Of(bound, session), types[i], session);
        }

        return (query, values);
    }

    private static CastExpression Literal(Datum value, SqlType type, SessionContext session)
    {
        Expression literal = new NullLiteral(-1);
        if (!value.IsNull)
        {
            using var vector = new Vector(type);
            vector.ResetConstant();
            value.Store(vector, 0);
            var buffer = new ByteBuffer();
            TypeOutput.Write(vector, 0, buffer, session.TypeSettings, session.Catalog);
            literal = new StringLiteral(buffer.ToString(), -1);
        }

        return new CastExpression(literal, CommandParameters.NameOf(type, session), CastSyntax.DoubleColon, -1);
    }
}
