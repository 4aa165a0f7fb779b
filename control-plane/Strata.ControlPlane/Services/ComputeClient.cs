using System.Text.Json;
using Strata.Format.Control;
using Strata.Platform;

namespace Strata.ControlPlane.Services;

/// <summary>Asks the process that hosts computes. Blocking; thread-safe.</summary>
internal sealed class ComputeClient(INetwork network, string address)
{
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromSeconds(30);

    private readonly FrameCall _call = new(network, "compute host", address);

    public ComputeResponse Send(ComputeRequestKind kind, string endpointId) => _call.Run(connection =>
    {
        connection.Send(JsonSerializer.SerializeToUtf8Bytes(new ComputeRequest(kind, endpointId), ControlJson.Default.ComputeRequest));
        ReadOnlyMemory<byte> frame = FrameCall.Receive(connection, s_answerTimeout);
        ComputeResponse response = JsonSerializer.Deserialize(frame.Span, ControlJson.Default.ComputeResponse) ??
            throw new IOException("malformed answer");
        return response.Error is null ? response : throw new ControlPlaneException(ControlPlaneErrorKind.Unavailable, response.Error);
    });
}
