using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Checks values against the constraints of domains as the catalog has them now. Not thread-safe.</summary>
public interface IDomainChecker
{
    /// <summary>Throws 23502 or 23514 when a row's value (of the domain's base type, or null) is none of the domain.</summary>
    void Check(SqlType domain, Vector values, int row);
}
