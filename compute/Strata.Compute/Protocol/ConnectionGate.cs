using System.Diagnostics.CodeAnalysis;

namespace Strata.Compute.Protocol;

/// <summary>
/// Limits on what clients may cost before they have said who they are: connections under way in all and per address, new connections per address and second, wrong passwords per address and minute.
/// Thread-safe. Keeps one small entry per address that is under way or over its rate; the others are forgotten.
/// </summary>
public sealed class ConnectionGate(PgServerOptions options, TimeProvider time)
{
    private const int AddressesMax = 65_536;
    private static readonly TimeSpan s_failuresForgotten = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Address> _addresses = new(StringComparer.Ordinal);
    private int _underway;

    private sealed class Address
    {
        /// <summary>Connections that have not authenticated yet.</summary>
        public int Underway;

        /// <summary>New connections that are allowed at once; grows with time up to the burst.</summary>
        public double Tokens;

        public long RefilledAt;

        public int Failures;

        public long FailingSince;
    }

    /// <summary>A new connection; when let in, <see cref="Leave"/> must follow. Otherwise the reason is given, in words for the client.</summary>
    public bool TryEnter(string address, [NotNullWhen(false)] out string? reason)
    {
        lock (_gate)
        {
            reason = null;
            if (_underway >= options.UnauthenticatedMax)
            {
                reason = "too many connections are being authenticated";
                return false;
            }
            if (!_addresses.TryGetValue(address, out Address? known))
            {
                if (_addresses.Count >= AddressesMax)
                    Forget();
                _addresses.Add(address, known = new Address { Tokens = options.ConnectBurst, RefilledAt = time.GetTimestamp() });
            }
            reason = Refusal(known);
            if (reason is not null)
                return false;
            known.Underway++;
            _underway++;
            return true;
        }
    }

    private string? Refusal(Address address)
    {
        if (address.Underway >= options.UnauthenticatedPerAddressMax)
            return "too many connections from your address are being authenticated";
        if (options.PasswordFailuresPerMinuteMax > 0 && address.Failures >= options.PasswordFailuresPerMinuteMax)
        {
            if (time.GetElapsedTime(address.FailingSince) < s_failuresForgotten)
                return "too many wrong passwords from your address";
            address.Failures = 0;
        }
        if (options.ConnectRatePerSecond <= 0)
            return null;
        long now = time.GetTimestamp();
        address.Tokens = Math.Min(options.ConnectBurst, address.Tokens + (time.GetElapsedTime(address.RefilledAt, now).TotalSeconds * options.ConnectRatePerSecond));
        address.RefilledAt = now;
        if (address.Tokens < 1)
            return "too many new connections from your address";
        address.Tokens--;
        return null;
    }

    /// <summary>A connection that was let in has authenticated, or is gone.</summary>
    public void Leave(string address)
    {
        lock (_gate)
        {
            _underway--;
            if (!_addresses.TryGetValue(address, out Address? known))
                return;
            if (--known.Underway == 0 && known.Failures == 0 && options.ConnectRatePerSecond <= 0)
                _addresses.Remove(address);
        }
    }

    /// <summary>A wrong password came from an address.</summary>
    public void Failed(string address)
    {
        if (options.PasswordFailuresPerMinuteMax <= 0)
            return;
        lock (_gate)
        {
            if (!_addresses.TryGetValue(address, out Address? known))
                return;
            if (known.Failures == 0 || time.GetElapsedTime(known.FailingSince) >= s_failuresForgotten)
            {
                known.Failures = 0;
                known.FailingSince = time.GetTimestamp();
            }
            known.Failures++;
        }
    }

    // Too many addresses: those that are not under way may begin anew.
    private void Forget()
    {
        foreach ((string address, Address known) in _addresses)
        {
            if (known.Underway == 0)
                _addresses.Remove(address);
        }
    }
}
