using Strata.Format;
using Strata.Format.Messages;
using Strata.Format.Pages;
using Strata.PageServer.Pages;
using Strata.PageServer.Timelines;
using Strata.Platform;

namespace Strata.PageServer.Service;

/// <summary>
/// Serves one connection, one request after the other, on its own thread. A frame that is garbage ends it; a request that fails is answered with an error.
/// </summary>
internal sealed class PageConnection(PageServerContext context, ProjectRegistry projects, TimelineCommands commands, IFrameConnection connection)
{
    private static readonly TimeSpan ReceiveTimeout = TimeSpan.FromMinutes(1);

    private readonly GetPagesRequest _request = new();
    private readonly PageReader _reader = new(context.Layers, context.Pages);
    private byte[] _response = new byte[GetPagesResponse.EncodedBytesMax(16)];

    public void Run(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (!connection.Receive(out ReadOnlyMemory<byte> frame, ReceiveTimeout) || !TryServe(frame.Span))
                    return;
            }
            catch (TimeoutException)
            {
                // An idle compute keeps its connection.
                continue;
            }
            catch (IOException error)
            {
                context.Log.Debug($"connection from {connection.RemoteAddress}: {error.Message}");
                return;
            }
        }
    }

    /// <summary>False: garbage.</summary>
    private bool TryServe(ReadOnlySpan<byte> frame)
    {
        if (!PageMessageHeader.TryRead(frame, out PageMessageHeader header, out ReadOnlySpan<byte> body))
            return Refuse();
        try
        {
            if (header.Kind == PageMessageKind.GetPages)
                return _request.TryDecode(body) ? GetPages(header.RequestId) : Refuse();
            if (PageControlRequest.Decode(header.Kind, body) is not { } request)
                return Refuse();
            Answer(commands.Run(request), header.RequestId);
        }
        catch (PageServerException error)
        {
            Fail(header.RequestId, error.Code, error.Message);
        }
        catch (ObjectStoreException error)
        {
            Fail(header.RequestId, PageErrorCode.Unavailable, $"object store: {error.Message}");
        }
        catch (CorruptPageException error)
        {
            context.Log.Error($"request {header.Kind}", error);
            Fail(header.RequestId, PageErrorCode.Corrupt, error.Message);
        }
        return true;
    }

    private bool Refuse()
    {
        context.Log.Info($"garbage from {connection.RemoteAddress}, closing");
        return false;
    }

    private bool GetPages(ulong requestId)
    {
        Timeline timeline = projects.Require(_request.Project, _request.Timeline);
        Lsn at = WaitForLsn(timeline);
        int count = _request.Count;
        if (_response.Length < GetPagesResponse.EncodedBytesMax(count))
            _response = new byte[GetPagesResponse.EncodedBytesMax(count)];
        int used = GetPagesResponse.EncodeHead(_response, requestId, at, timeline.Feedback(), count);
        Span<byte> page = stackalloc byte[PageFormat.PageSizeBytes];
        foreach (PageKey key in _request.Keys)
        {
            bool present = !Read(timeline, key, at, page).IsZero;
            if (present)
                PageFormat.SealChecksum(page);
            used += GetPagesResponse.EncodePage(_response.AsSpan(used), present ? page : default);
        }
        connection.Send(_response.AsSpan(0, used));
        context.Metrics.PagesServed(count);
        return true;
    }

    private Lsn Read(Timeline timeline, PageKey key, Lsn at, Span<byte> page)
    {
        try
        {
            return _reader.Read(timeline, key, at, page);
        }
        catch (PageServerException error) when (error.Code == PageErrorCode.Corrupt && !timeline.Project.Attachment.Validate())
        {
            // A newer server has deleted what this one still knows: nothing is wrong with the data.
            throw new PageServerException(PageErrorCode.Fenced, "another page server is attached to the project", error);
        }
        catch (PageServerException error) when (error.Code == PageErrorCode.Corrupt)
        {
            context.Log.Error(error.Message);
            throw;
        }
    }

    /// <summary>Waits until the answer can be complete and returns the LSN that it is for.</summary>
    private Lsn WaitForLsn(Timeline timeline)
    {
        if (timeline.Project.Attachment.IsFenced)
            timeline.Project.Attachment.Require();
        timeline.LastReadAt = context.Time.GetTimestamp();
        Lsn at = _request.At;
        if (at == Lsn.Max)
        {
            at = Lsn.Zero;
            foreach (Lsn notBefore in _request.NotBefore)
                at = Lsn.MaxOf(at, notBefore);
            Await(timeline, at);
            at = Lsn.MaxOf(at, timeline.IngestedLsn);
        }
        else
        {
            Await(timeline, at);
        }
        // After a restart a parent may still be replaying the WAL below the branch point.
        Lsn inherited = at;
        for (Timeline child = timeline; child.Ancestor is { } parent; child = parent)
        {
            inherited = Lsn.Min(inherited, child.AncestorLsn);
            Await(parent, inherited);
        }
        return at;
    }

    private void Await(Timeline timeline, Lsn lsn)
    {
        if (timeline.IngestedLsn >= lsn)
            return;
        projects.EnsureIngest(timeline);
        if (!timeline.WaitIngested(lsn, context.Options.ReadWaitMax, context.Time))
            throw new PageServerException(
                PageErrorCode.NotYet, $"timeline {timeline.Id} is at {timeline.IngestedLsn} and did not reach {lsn} in time");
    }

    private void Answer(PageControlResponse response, ulong requestId)
    {
        byte[] buffer = new byte[response.EncodedBytes];
        connection.Send(buffer.AsSpan(0, response.Encode(buffer, requestId)));
    }

    private void Fail(ulong requestId, PageErrorCode code, string message)
    {
        context.Metrics.RequestFailed();
        byte[] buffer = new byte[PageErrorResponse.EncodedBytesMax];
        connection.Send(buffer.AsSpan(0, new PageErrorResponse(code, message).Encode(buffer, requestId)));
    }
}
