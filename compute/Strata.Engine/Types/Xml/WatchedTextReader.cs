using Strata.Engine.Vectors;

namespace Strata.Engine.Types.Xml;

/// <summary>Reads a text and looks at the statement's cancellation with each buffer: a document may have hundreds of megabytes.</summary>
internal sealed class WatchedTextReader(string text) : StringReader(text)
{
    public override int Read(char[] buffer, int index, int count)
    {
        DepthGuard.Look();
        return base.Read(buffer, index, count);
    }

    public override int Read(Span<char> buffer)
    {
        DepthGuard.Look();
        return base.Read(buffer);
    }
}
