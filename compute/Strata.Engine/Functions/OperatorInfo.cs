namespace Strata.Engine.Functions;

/// <summary>One row of pg_operator. Immutable.</summary>
public sealed record OperatorInfo
{
    public required uint Oid { get; init; }

    public required string Name { get; init; }

    public uint NamespaceOid { get; init; } = 11;

    /// <summary>0 for a prefix operator.</summary>
    public required uint LeftType { get; init; }

    public required uint RightType { get; init; }

    public required uint ResultType { get; init; }

    public required uint FunctionOid { get; init; }

    public uint CommutatorOid { get; init; }

    public uint NegatorOid { get; init; }

    public bool CanHash { get; init; }

    public bool CanMerge { get; init; }

    /// <summary>Selectivity estimator of restrictions (pg_proc OID): 101 eqsel, 102 neqsel, 103 scalarltsel, …</summary>
    public uint RestrictOid { get; init; }

    public uint JoinOid { get; init; }

    /// <summary>The function of an operator whose function a user created; null for built-in ones.</summary>
    public FunctionInfo? UserFunction { get; init; }

    /// <summary>What computes the operator; null for a shell.</summary>
    public FunctionInfo? Function => UserFunction ?? BuiltinRegistry.Function(FunctionOid);

    public bool IsPrefix => LeftType == 0;
}
