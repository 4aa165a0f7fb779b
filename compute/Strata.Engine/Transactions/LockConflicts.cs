namespace Strata.Engine.Transactions;

/// <summary>Which lock modes conflict. Source: PostgreSQL's documentation, "Explicit Locking", tables 13.2 and 13.3.</summary>
internal static class LockConflicts
{
    // Bit m of entry n: mode n conflicts with mode m.
    private static readonly ushort[] s_relation =
    [
        0,
        /* AccessShare          */ Bits(8),
        /* RowShare             */ Bits(7, 8),
        /* RowExclusive         */ Bits(5, 6, 7, 8),
        /* ShareUpdateExclusive */ Bits(4, 5, 6, 7, 8),
        /* Share                */ Bits(3, 4, 6, 7, 8),
        /* ShareRowExclusive    */ Bits(3, 4, 5, 6, 7, 8),
        /* Exclusive            */ Bits(2, 3, 4, 5, 6, 7, 8),
        /* AccessExclusive      */ Bits(1, 2, 3, 4, 5, 6, 7, 8),
    ];

    private static readonly ushort[] s_row =
    [
        0,
        /* KeyShare    */ Bits(4),
        /* Share       */ Bits(3, 4),
        /* NoKeyUpdate */ Bits(2, 3, 4),
        /* Update      */ Bits(1, 2, 3, 4),
    ];

    /// <summary>The modes that conflict with a mode, as a bit mask.</summary>
    public static ushort Of(LockKind kind, byte mode) => kind == LockKind.Row ? s_row[mode] : s_relation[mode];

    private static ushort Bits(params ReadOnlySpan<int> modes)
    {
        int bits = 0;
        foreach (int mode in modes)
            bits |= 1 << mode;
        return (ushort)bits;
    }
}
