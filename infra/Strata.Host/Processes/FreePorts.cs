using System.Net;
using System.Net.Sockets;

namespace Strata.Host.Processes;

/// <summary>Picks loopback ports for the roles of one supervisor.</summary>
internal static class FreePorts
{
    /// <summary>That many different ports that were free a moment ago.</summary>
    public static int[] Take(int count)
    {
        List<TcpListener> held = [];
        try
        {
            for (int i = 0; i < count; i++)
            {
                TcpListener listener = new(IPAddress.Loopback, 0);
                listener.Start();
                held.Add(listener);
            }
            return [.. held.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            held.ForEach(listener => listener.Stop());
        }
    }
}
