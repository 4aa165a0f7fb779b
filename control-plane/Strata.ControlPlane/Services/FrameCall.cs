using Strata.Platform;

namespace Strata.ControlPlane.Services;

/// <summary>One request and one answer over a fresh frame connection to a service. The control plane calls rarely, so nothing is kept open.</summary>
internal sealed class FrameCall(INetwork network, string service, string address)
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Connects, lets <paramref name="exchange"/> talk, closes. A service that does not answer is <see cref="ControlPlaneErrorKind.Unavailable"/>. Blocking.
    /// </summary>
    public T Run<T>(Func<IFrameConnection, T> exchange)
    {
        try
        {
            using IFrameConnection connection = network.Connect(address, s_connectTimeout);
            return exchange(connection);
        }
        catch (Exception error) when (error is IOException or TimeoutException)
        {
            throw new ControlPlaneException(ControlPlaneErrorKind.Unavailable, $"the {service} does not answer: {error.Message}", error);
        }
    }

    /// <summary>Receives the answer; a closed connection is an <see cref="IOException"/>.</summary>
    public static ReadOnlyMemory<byte> Receive(IFrameConnection connection, TimeSpan timeout) =>
        connection.Receive(out ReadOnlyMemory<byte> frame, timeout) ? frame : throw new IOException("connection closed before the answer");
}
