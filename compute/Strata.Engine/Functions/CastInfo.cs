namespace Strata.Engine.Functions;

/// <summary>pg_cast.castcontext, ordered: a cast applies in its own context and in all later ones.</summary>
public enum CastContext
{
    Implicit,
    Assignment,
    Explicit,
}

/// <summary>pg_cast.castmethod.</summary>
public enum CastMethod : byte
{
    Function = (byte)'f',
    Binary = (byte)'b',
    InputOutput = (byte)'i',
}

/// <summary>One row of pg_cast.</summary>
public sealed record CastInfo(uint Source, uint Target, uint FunctionOid, CastContext Context, CastMethod Method);
