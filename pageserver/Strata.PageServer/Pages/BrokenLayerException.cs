using Strata.PageServer.Layers;

namespace Strata.PageServer.Pages;

/// <summary>A layer file failed its checks while it was read; the reader fetches it again once.</summary>
internal sealed class BrokenLayerException(Layer layer, Exception inner) : Exception(inner.Message, inner)
{
    public Layer Layer { get; } = layer;
}
