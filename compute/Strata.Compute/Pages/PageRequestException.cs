using Strata.Format.Messages;

namespace Strata.Compute.Pages;

/// <summary>The page server refused for a reason that waiting does not cure.</summary>
public sealed class PageRequestException(PageErrorCode code, string message) : Exception(message)
{
    public PageErrorCode Code { get; } = code;
}
