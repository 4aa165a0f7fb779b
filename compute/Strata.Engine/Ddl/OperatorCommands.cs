using Strata.Engine.Types;

namespace Strata.Engine.Ddl;

/// <summary>CREATE and ALTER OPERATOR.</summary>
internal static class OperatorCommands
{
    /// <summary>An operand's type as messages write it: none for a missing one.</summary>
    public static string OperandName(DdlContext context, uint type) => type == 0 ? "none" : context.Session.Catalog.ObjectName(TypeOid.RegType, type) ?? "none";
}
