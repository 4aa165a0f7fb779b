namespace Strata.Engine.Storage.BTree;

/// <summary>Order in which a scan yields entries.</summary>
public enum ScanDirection
{
    /// <summary>Ascending.</summary>
    Forward,

    /// <summary>Descending.</summary>
    Backward,
}
