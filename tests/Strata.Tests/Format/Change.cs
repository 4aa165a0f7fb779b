using Strata.Format;
using Strata.Format.Pages;

namespace Strata.Tests.Format;

/// <summary>Encodes one change for a test.</summary>
internal static class Change
{
    public delegate void Encoder(ref ByteWriter writer);

    public static byte[] Of(Encoder encode)
    {
        var writer = new ByteWriter(new byte[64 * 1024]);
        encode(ref writer);
        return writer.Written.ToArray();
    }

    public static byte[] NewPage(Encoder init)
    {
        var page = new byte[PageFormat.PageSizeBytes];
        PageOps.Apply(page, Of(init), new Lsn(16));
        return page;
    }

    public static void Apply(this byte[] page, Encoder encode) =>
        PageOps.Apply(page, Of(encode), PageFormat.GetLsn(page) + 10);
}
