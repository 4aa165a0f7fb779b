using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types.Xml;

/// <summary>Text and binary forms of xml: both are the text, which is checked when it comes in.</summary>
internal sealed class XmlCodec : TypeCodec
{
    public static readonly XmlCodec Instance = new();

    public override void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row)
    {
        XmlText.Check(Encoding.UTF8.GetString(text), context.Settings.XmlIsDocument);
        result.SetBytes(row, text);
    }

    public override void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        if (stored.StartsWith("<?xml"u8))
            buffer.Write(XmlText.Output(Encoding.UTF8.GetString(stored)));
        else
            buffer.Write(stored);
    }

    public override void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog) => Write(type, stored, buffer, TypeSettings.Default, catalog);

    public override void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        Utf8Text.Check(bytes);
        Parse(type, bytes, context, result, row);
    }
}
