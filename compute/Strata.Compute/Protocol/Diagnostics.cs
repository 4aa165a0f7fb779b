using Strata.Engine.Sessions;
using Strata.Engine.Types;

namespace Strata.Compute.Protocol;

/// <summary>Turns errors into the fields of an ErrorResponse.</summary>
internal static class Diagnostics
{
    public static Diagnostic Of(SqlException error, string severity) => new()
    {
        Severity = severity,
        SqlState = error.State.Code,
        Message = error.Message,
        Detail = error.Detail,
        Hint = error.Hint,
        Position = error.Position,
        Where = error.Where,
        SchemaName = error.SchemaName,
        TableName = error.TableName,
        ColumnName = error.ColumnName,
        DataTypeName = error.DataTypeName,
        ConstraintName = error.ConstraintName,
    };
}
