using System.Net;
using System.Net.Sockets;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Doors;

public sealed class MemoryNetworkTests : NetworkContract
{
    protected override INetwork Network { get; } = new MemoryNetwork(TimeProvider.System);

    protected override string ListenAddress => "service";
}

public sealed class TcpNetworkTests : NetworkContract
{
    protected override INetwork Network { get; } = new TcpNetwork();

    protected override string ListenAddress => "127.0.0.1:0";

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 9, 9, 9, 9, 1 })]
    [InlineData(new byte[] { 71, 69, 84, 32, 47, 32, 72, 84, 84, 80 })]
    public void Garbage_closes_the_connection(byte[] garbage)
    {
        using IFrameListener listener = Network.Listen(ListenAddress);
        using TcpClient client = new();
        client.Connect(IPEndPoint.Parse(listener.Address));
        client.Client.Send(garbage);
        using IFrameConnection server = listener.Accept(CancellationToken.None)!;
        client.Client.Shutdown(SocketShutdown.Send);
        Assert.False(server.Receive(out _, TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("127.0.0.1:99999")]
    [InlineData("127.0.0.1:-1")]
    public void Malformed_addresses_are_refused(string address) =>
        Assert.Throws<IOException>(() => Network.Connect(address, TimeSpan.FromSeconds(1)));
}
