namespace Strata.Engine.Sessions;

/// <summary>Transaction status as ReadyForQuery carries it; the values are the protocol's bytes.</summary>
public enum TransactionStatus : byte
{
    Idle = (byte)'I',
    InTransaction = (byte)'T',
    Failed = (byte)'E',
}
