using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>SECURITY LABEL. Labels belong to providers, which are modules that a server loads; there are none.</summary>
internal static class SecurityLabelCommand
{
    /// <summary>Throws 22023, as PostgreSQL does without providers.</summary>
    public static void Execute(SecurityLabelStatement statement) => throw new SqlException(
        SqlState.InvalidParameterValue,
        statement.Provider is null ? "no security label providers have been loaded" : $"security label provider \"{statement.Provider}\" is not loaded");
}
