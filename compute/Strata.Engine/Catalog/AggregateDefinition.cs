namespace Strata.Engine.Catalog;

/// <summary>What a user-defined aggregate computes with: its <c>pg_aggregate</c> row. OIDs are 0 for what was not given. Immutable.</summary>
public sealed record AggregateDefinition
{
    /// <summary><c>aggkind</c>: n normal, o ordered set, h hypothetical set.</summary>
    public char Kind { get; init; } = 'n';

    public int DirectArguments { get; init; }
    public required uint TransitionOid { get; init; }
    public uint FinalOid { get; init; }
    public uint CombineOid { get; init; }
    public uint SerialOid { get; init; }
    public uint DeserialOid { get; init; }
    public uint MovingTransitionOid { get; init; }
    public uint MovingInverseOid { get; init; }
    public uint MovingFinalOid { get; init; }
    public bool FinalTakesArguments { get; init; }
    public bool MovingFinalTakesArguments { get; init; }
    public char FinalModify { get; init; } = 'r';
    public char MovingFinalModify { get; init; } = 'r';
    public uint SortOperatorOid { get; init; }
    public required uint StateType { get; init; }
    public int StateSpace { get; init; }
    public uint MovingStateType { get; init; }
    public int MovingStateSpace { get; init; }

    /// <summary>First state in text form; null for a null state.</summary>
    public string? InitialValue { get; init; }

    public string? MovingInitialValue { get; init; }
}
