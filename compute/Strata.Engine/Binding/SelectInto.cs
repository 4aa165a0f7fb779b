using Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>SELECT … INTO: the clause of the first query of a statement. Stateless, thread-safe.</summary>
internal static class SelectInto
{
    /// <summary>The clause, or null.</summary>
    public static IntoClause? Of(SelectStatement statement) => statement.Body switch
    {
        SelectBody body => body.Into,
        SetOperationBody set => Of(set.Left),
        _ => null,
    };

    /// <summary>The statement without it.</summary>
    public static SelectStatement Without(SelectStatement statement) => statement.Body switch
    {
        SelectBody body => statement with { Body = body with { Into = null } },
        SetOperationBody set => statement with { Body = set with { Left = Without(set.Left) } },
        _ => statement,
    };
}
