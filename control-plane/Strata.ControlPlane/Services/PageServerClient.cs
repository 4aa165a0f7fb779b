using Strata.Format.Messages;
using Strata.Platform;

namespace Strata.ControlPlane.Services;

/// <summary>Asks the page server for what is about whole timelines. Blocking; thread-safe.</summary>
internal sealed class PageServerClient(INetwork network, string address)
{
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromSeconds(60);

    private readonly FrameCall _call = new(network, "page server", address);

    /// <summary>Sends one request. Errors of the page server come as <see cref="ControlPlaneException"/> of the kind that fits.</summary>
    public PageControlResponse Send(PageControlRequest request) => _call.Run(connection =>
    {
        byte[] buffer = new byte[PageControlRequest.EncodedBytesMax];
        const ulong RequestId = 1;
        connection.Send(buffer.AsSpan(0, request.Encode(buffer, RequestId)));
        ReadOnlyMemory<byte> frame = FrameCall.Receive(connection, s_answerTimeout);
        if (!PageMessageHeader.TryRead(frame.Span, out PageMessageHeader header, out ReadOnlySpan<byte> body))
            throw new IOException("malformed answer");
        if (header.Kind == PageMessageKind.Error && PageErrorResponse.Decode(body) is { } error)
            throw new ControlPlaneException(KindOf(error.Code), error.Message);
        return header.Kind == PageMessageKind.Done && PageControlResponse.Decode(body) is { } response
            ? response
            : throw new IOException("malformed answer");
    });

    private static ControlPlaneErrorKind KindOf(PageErrorCode code) => code switch
    {
        PageErrorCode.NotFound => ControlPlaneErrorKind.NotFound,
        PageErrorCode.Invalid or PageErrorCode.BelowHistory => ControlPlaneErrorKind.Invalid,
        PageErrorCode.Conflict => ControlPlaneErrorKind.Conflict,
        _ => ControlPlaneErrorKind.Unavailable,
    };
}
