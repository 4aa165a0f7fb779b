using System.Net;
using System.Net.Sockets;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Doors;

public sealed class MemoryNetworkTests : NetworkContract
{
    protected override INetwork Network { get; } = new MemoryNetwork(TimeProvider.System);

    protected override string ListenAddress => "service";

    [Fact]
    public void A_sender_that_waits_serves_its_frame_itself_while_the_receiver_sleeps()
    {
        using IFrameListener listener = Network.Listen(ListenAddress);
        using IFrameConnection client = Network.Connect(ListenAddress, TimeSpan.FromSeconds(1));
        using IFrameConnection server = listener.Accept(CancellationToken.None)!;
        List<(byte Frame, int Thread)> served = [];
        void Answer(ReadOnlyMemory<byte> frame)
        {
            served.Add((frame.Span[0], Environment.CurrentManagedThreadId));
            server.Send([(byte)(frame.Span[0] + 1)]);
        }

        // Nobody serves yet: an ordinary send.
        Assert.False(client.SendToServe([1], []));
        Assert.True(server.Receive(out ReadOnlyMemory<byte> first, TimeSpan.FromSeconds(5)));
        Assert.Equal(1, first.Span[0]);
        Assert.True(server.TryLetSendersServe(Answer));
        // The receiver does not wait: an ordinary send too.
        Assert.False(client.SendToServe([3], []));
        bool goesOn = true;
        Task receiver = Task.Run(() =>
        {
            while (server.Receive(out ReadOnlyMemory<byte> frame, Timeout.InfiniteTimeSpan))
                Answer(frame);
            goesOn = false;
        });
        Assert.Equal(4, Receive(client));
        int here = Environment.CurrentManagedThreadId, self = 0;
        for (byte i = 10; i < 110; i += 2)
        {
            if (client.SendToServe([i], []))
            {
                self++;
                client.Serve();
                Assert.Equal((i, here), served[^1]);
            }

            Assert.Equal(i + 1, Receive(client));
        }

        Assert.True(self > 0);
        // Two in a row: the second one waits until the first has been served.
        while (!client.SendToServe([200], []))
            Assert.Equal(201, Receive(client));
        client.Send([202]);
        Assert.True(goesOn);
        client.Serve();
        Assert.Equal(201, Receive(client));
        Assert.Equal(203, Receive(client));
        client.Dispose();
        Assert.True(receiver.Wait(TimeSpan.FromSeconds(10)));
        Assert.False(goesOn);
    }

    private static byte Receive(IFrameConnection connection)
    {
        Assert.True(connection.Receive(out ReadOnlyMemory<byte> frame, TimeSpan.FromSeconds(10)));
        return frame.Span[0];
    }
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
