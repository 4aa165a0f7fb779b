using Strata.Engine.Sessions.Plans;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>A statement that was parsed under a name, by the protocol or by PREPARE. For its session's thread.</summary>
internal sealed class PreparedStatement(string name, string text, Statement? statement, SqlType?[] parameterTypes, bool fromSql, long preparedAt)
{
    /// <summary>Name; empty for the unnamed statement.</summary>
    public string Name { get; } = name;

    public string Text { get; } = text;

    /// <summary>The tree; null for an empty query.</summary>
    public Statement? Statement { get; } = statement;

    /// <summary>Types that were given; null entries are inferred.</summary>
    public SqlType?[] ParameterTypes { get; } = parameterTypes;

    /// <summary>Types of the parameters of the query within a command that has no plan itself (EXPLAIN, DECLARE, CREATE TABLE AS).</summary>
    public SqlType[] QueryParameters { get; set; } = [];

    /// <summary>Made by PREPARE rather than by a Parse message.</summary>
    public bool FromSql { get; } = fromSql;

    /// <summary>Microseconds since 2000-01-01 UTC.</summary>
    public long PreparedAt { get; } = preparedAt;

    /// <summary>The plan, when it can have one; checked at each execution and made anew when something that it depends on changed.</summary>
    public CachedPlan? Plan { get; set; }

    /// <summary>What the plan was made under, as the plan cache keys it.</summary>
    public PlanKey PlanKey { get; set; }

    /// <summary>Whether executions get a plan for their own values.</summary>
    public PlanChoice Choice { get; } = new();
}
