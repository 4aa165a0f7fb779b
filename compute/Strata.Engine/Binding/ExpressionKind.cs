namespace Strata.Engine.Binding;

/// <summary>Where an expression stands: decides whether aggregates and the like may be used, and names the place in messages.</summary>
internal enum ExpressionKind
{
    Other,
    JoinOn,
    JoinUsing,
    FromSubselect,
    FromFunction,
    Where,
    Having,
    Filter,
    SelectTarget,
    InsertTarget,
    UpdateSource,
    GroupBy,
    OrderBy,
    DistinctOn,
    Limit,
    Offset,
    Returning,
    Values,
    ValuesSingle,
    CheckConstraint,
    GeneratedColumn,
    Policy,
    PartitionKey,
    ColumnDefault,
    ExecuteArgument,
    CallArgument,
    IndexExpression,
    IndexPredicate,
    WindowPartition,
    WindowOrder,
    WindowFrame,
    Arguments,
    CopyWhere,
    MergeWhen,
}

/// <summary>Names of places in messages, PostgreSQL's ParseExprKindName.</summary>
internal static class ExpressionKinds
{
    /// <summary>The clause as messages write it.</summary>
    public static string Name(this ExpressionKind kind) => kind switch
    {
        ExpressionKind.JoinOn => "JOIN/ON",
        ExpressionKind.JoinUsing => "JOIN/USING",
        ExpressionKind.FromSubselect => "sub-SELECT in FROM",
        ExpressionKind.FromFunction => "function in FROM",
        ExpressionKind.Where => "WHERE",
        ExpressionKind.Having => "HAVING",
        ExpressionKind.Filter => "FILTER",
        ExpressionKind.SelectTarget => "SELECT",
        ExpressionKind.InsertTarget => "INSERT",
        ExpressionKind.UpdateSource => "UPDATE",
        ExpressionKind.GroupBy => "GROUP BY",
        ExpressionKind.OrderBy => "ORDER BY",
        ExpressionKind.DistinctOn => "DISTINCT ON",
        ExpressionKind.Limit => "LIMIT",
        ExpressionKind.Offset => "OFFSET",
        ExpressionKind.Returning => "RETURNING",
        ExpressionKind.Values or ExpressionKind.ValuesSingle => "VALUES",
        ExpressionKind.CheckConstraint => "CHECK",
        ExpressionKind.ColumnDefault => "DEFAULT",
        ExpressionKind.ExecuteArgument => "EXECUTE",
        ExpressionKind.GeneratedColumn => "GENERATED AS",
        ExpressionKind.Policy => "POLICY",
        ExpressionKind.PartitionKey => "PARTITION BY",
        ExpressionKind.CallArgument => "CALL",
        ExpressionKind.IndexExpression => "index expression",
        ExpressionKind.IndexPredicate => "index predicate",
        ExpressionKind.WindowPartition => "window PARTITION BY",
        ExpressionKind.WindowOrder => "window ORDER BY",
        ExpressionKind.WindowFrame => "window ROWS",
        ExpressionKind.CopyWhere => "WHERE",
        ExpressionKind.MergeWhen => "MERGE WHEN",
        _ => "expression",
    };

    /// <summary>The message for an aggregate that may not stand there, or null when it may.</summary>
    public static string? AggregateError(this ExpressionKind kind) => kind switch
    {
        ExpressionKind.JoinOn or ExpressionKind.JoinUsing => "aggregate functions are not allowed in JOIN conditions",
        ExpressionKind.FromSubselect => "aggregate functions are not allowed in FROM clause of their own query level",
        ExpressionKind.FromFunction => "aggregate functions are not allowed in functions in FROM",
        ExpressionKind.CheckConstraint => "aggregate functions are not allowed in check constraints",
        ExpressionKind.CallArgument => "aggregate functions are not allowed in CALL arguments",
        ExpressionKind.ColumnDefault => "aggregate functions are not allowed in DEFAULT expressions",
        ExpressionKind.ExecuteArgument => "aggregate functions are not allowed in EXECUTE parameters",
        ExpressionKind.GeneratedColumn => "aggregate functions are not allowed in column generation expressions",
        ExpressionKind.Policy => "aggregate functions are not allowed in policy expressions",
        ExpressionKind.PartitionKey => "aggregate functions are not allowed in partition key expressions",
        ExpressionKind.IndexExpression => "aggregate functions are not allowed in index expressions",
        ExpressionKind.IndexPredicate => "aggregate functions are not allowed in index predicates",
        ExpressionKind.CopyWhere => "aggregate functions are not allowed in COPY FROM WHERE conditions",
        ExpressionKind.MergeWhen => "aggregate functions are not allowed in MERGE WHEN conditions",
        ExpressionKind.Having or ExpressionKind.SelectTarget or ExpressionKind.OrderBy or ExpressionKind.DistinctOn or ExpressionKind.Other
            or ExpressionKind.WindowPartition or ExpressionKind.WindowOrder or ExpressionKind.WindowFrame or ExpressionKind.Arguments => null,
        _ => $"aggregate functions are not allowed in {kind.Name()}",
    };

    /// <summary>The place as the message about window functions writes it.</summary>
    public static string WindowPlace(this ExpressionKind kind) => kind switch
    {
        ExpressionKind.CheckConstraint => "check constraints",
        ExpressionKind.ColumnDefault => "DEFAULT expressions",
        ExpressionKind.ExecuteArgument => "EXECUTE parameters",
        ExpressionKind.GeneratedColumn => "column generation expressions",
        ExpressionKind.IndexExpression => "index expressions",
        ExpressionKind.IndexPredicate => "index predicates",
        ExpressionKind.Policy => "policy expressions",
        ExpressionKind.PartitionKey => "partition key expressions",
        _ => kind.Name(),
    };

    /// <summary>The message for a subquery that may not stand there, or null when it may.</summary>
    public static string? SubqueryError(this ExpressionKind kind) => kind switch
    {
        ExpressionKind.CheckConstraint => "cannot use subquery in check constraint",
        ExpressionKind.ColumnDefault => "cannot use subquery in DEFAULT expression",
        ExpressionKind.ExecuteArgument => "cannot use subquery in EXECUTE parameter",
        ExpressionKind.GeneratedColumn => "cannot use subquery in column generation expression",
        ExpressionKind.PartitionKey => "cannot use subquery in partition key expression",
        ExpressionKind.IndexExpression => "cannot use subquery in index expression",
        ExpressionKind.IndexPredicate => "cannot use subquery in index predicate",
        ExpressionKind.CopyWhere => "cannot use subquery in COPY FROM WHERE condition",
        _ => null,
    };

    /// <summary>The message for a set-returning function that may not stand there, or null when it may.</summary>
    public static string? SetError(this ExpressionKind kind) => kind switch
    {
        ExpressionKind.SelectTarget or ExpressionKind.FromFunction or ExpressionKind.GroupBy or ExpressionKind.OrderBy
            or ExpressionKind.DistinctOn or ExpressionKind.WindowPartition or ExpressionKind.WindowOrder or ExpressionKind.InsertTarget or ExpressionKind.ValuesSingle => null,
        ExpressionKind.JoinOn or ExpressionKind.JoinUsing => "set-returning functions are not allowed in JOIN conditions",
        ExpressionKind.CheckConstraint => "set-returning functions are not allowed in check constraints",
        ExpressionKind.CallArgument => "set-returning functions are not allowed in CALL arguments",
        ExpressionKind.ColumnDefault => "set-returning functions are not allowed in DEFAULT expressions",
        ExpressionKind.ExecuteArgument => "set-returning functions are not allowed in EXECUTE parameters",
        ExpressionKind.GeneratedColumn => "set-returning functions are not allowed in column generation expressions",
        ExpressionKind.Policy => "set-returning functions are not allowed in policy expressions",
        ExpressionKind.PartitionKey => "set-returning functions are not allowed in partition key expressions",
        ExpressionKind.IndexExpression => "set-returning functions are not allowed in index expressions",
        ExpressionKind.IndexPredicate => "set-returning functions are not allowed in index predicates",
        ExpressionKind.CopyWhere => "set-returning functions are not allowed in COPY FROM WHERE conditions",
        ExpressionKind.MergeWhen => "set-returning functions are not allowed in MERGE WHEN conditions",
        ExpressionKind.WindowFrame => "set-returning functions are not allowed in window definitions",
        _ => $"set-returning functions are not allowed in {kind.Name()}",
    };
}
