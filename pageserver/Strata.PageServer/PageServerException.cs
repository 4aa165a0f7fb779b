using Strata.Format.Messages;

namespace Strata.PageServer;

/// <summary>A request that can't be answered, with what the caller can do about it; becomes a <see cref="PageErrorResponse"/>.</summary>
public sealed class PageServerException(PageErrorCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public PageErrorCode Code { get; } = code;
}
