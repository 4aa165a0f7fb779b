namespace Strata.Engine.Types.TextSearch;

/// <summary>The checksum of words in tsquery: the table of CRC-32 used from the high end, as PostgreSQL has kept it. Thread-safe.</summary>
internal static class LegacyChecksum
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] s_table = MakeTable();

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
            table[i] = value;
        }

        return table;
    }

    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
            crc = s_table[(byte)((crc >> 24) ^ b)] ^ (crc << 8);
        return ~crc;
    }
}
