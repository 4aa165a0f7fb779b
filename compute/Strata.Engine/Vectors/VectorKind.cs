namespace Strata.Engine.Vectors;

/// <summary>How rows map to stored values.</summary>
public enum VectorKind : byte
{
    /// <summary>Row i is value i.</summary>
    Flat,

    /// <summary>Every row is value 0.</summary>
    Constant,

    /// <summary>Row i is value Indices[i] of another vector, which is flat.</summary>
    Dictionary,
}
