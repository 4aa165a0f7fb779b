using System.Buffers.Binary;
using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>
/// Parameters of commands that were prepared by the protocol: CALL, and those that have a query in them (EXPLAIN, DECLARE, CREATE TABLE AS). They have no plan, so the values of Bind stand for their parameters as constants.
/// Stateless; for the session's thread.
/// </summary>
internal static class CommandParameters
{
    /// <summary>The values of a Bind message as expressions: a constant of the type that Parse gave, or one whose type the procedure decides. Throws what the types' input functions throw.</summary>
    public static Expression[] Read(in BindMessage bind, SqlType?[] types, SessionContext context)
    {
        var values = new Expression[bind.ParameterCount];
        ReadOnlySpan<byte> rest = bind.ParameterValues;
        for (int i = 0; i < values.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(rest);
            rest = rest[sizeof(int)..];
            SqlType? type = i < types.Length ? types[i] : null;
            Expression literal = new NullLiteral(-1);
            if (length >= 0)
            {
                literal = new StringLiteral(TextOf(rest[..length], RowWriter.FormatOf(bind.ParameterFormats, i) != 0, type ?? SqlType.Text, context), -1);
                rest = rest[length..];
            }

            values[i] = type is null ? literal : new CastExpression(literal, NameOf(type, context), CastSyntax.DoubleColon, -1);
        }

        return values;
    }

    private static string TextOf(ReadOnlySpan<byte> value, bool isBinary, SqlType type, SessionContext context)
    {
        if (!isBinary)
            return context.DecodeText(value);
        using var vector = new Vector(type);
        vector.ResetConstant();
        TypeBinary.Receive(type, value, context, vector, 0);
        var buffer = new ByteBuffer();
        TypeOutput.Write(vector, 0, buffer, context.TypeSettings, context.Catalog);
        return buffer.ToString();
    }

    /// <summary>A type as a statement names it.</summary>
    public static TypeName NameOf(SqlType type, SessionContext context) =>
        new([context.View.FindSchema(type.NamespaceOid)?.Name ?? "pg_catalog", type.Name], -1);

    /// <summary>How many parameters a statement has, and what Parse said of their types; those that it left open take the procedure's.</summary>
    public static uint[] Oids(SessionContext context, CallStatement statement, SqlType?[] given)
    {
        var oids = new List<uint>();
        for (int i = 0; i < given.Length; i++)
            oids.Add(given[i]?.Oid ?? 0);
        IReadOnlyList<uint> wanted = CallCommand.ArgumentTypes(context, statement, given);
        int position = 0;
        foreach (Expression argument in statement.Call.Arguments)
        {
            if ((argument is NamedArgument named ? named.Value : argument) is ParameterReference { Number: > 0 } parameter)
            {
                while (oids.Count < parameter.Number)
                    oids.Add(0);
                if (oids[parameter.Number - 1] == 0 && position < wanted.Count)
                    oids[parameter.Number - 1] = wanted[position];
            }

            position++;
        }

        return [.. oids.Select(static oid => oid == 0 ? TypeOid.Text : oid)];
    }

    /// <summary>The query within a command whose parameters are those of the query; null for other commands. That of a materialized view takes none.</summary>
    public static Statement? QueryOf(Statement? statement)
    {
        Statement? query = statement switch
        {
            ExplainStatement explain => QueryOf(explain.Query) ?? explain.Query,
            DeclareCursorStatement declare => declare.Query,
            CreateTableAsStatement { IsMaterializedView: false } create => create.Query,
            SelectStatement { Body: SelectBody { Into: not null } } into => Binding.SelectInto.Without(into),
            _ => null,
        };
        return query is not null && Binding.Binder.Accepts(query) ? query : null;
    }
}
