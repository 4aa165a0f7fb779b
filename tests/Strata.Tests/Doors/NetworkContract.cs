using Strata.Platform;
using Xunit;

namespace Strata.Tests.Doors;

/// <summary>What every network must do.</summary>
public abstract class NetworkContract
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(10);

    protected abstract INetwork Network { get; }

    protected abstract string ListenAddress { get; }

    [Fact]
    public void Frames_arrive_whole_and_in_order()
    {
        using Pair pair = new(Network, ListenAddress);
        SeededRandom random = new(1);
        int[] sizes = [0, 1, 7, 8, 4096, 100_000, 3_000_000, 5];
        byte[][] sent = [.. sizes.Select(size =>
        {
            byte[] bytes = new byte[size];
            random.Fill(bytes);
            return bytes;
        })];
        Thread sender = new(() =>
        {
            foreach (byte[] bytes in sent)
                pair.Client.Send(bytes.AsSpan(0, bytes.Length / 2), bytes.AsSpan(bytes.Length / 2));
        });
        sender.Start();
        foreach (byte[] bytes in sent)
        {
            Assert.True(pair.Server.Receive(out ReadOnlyMemory<byte> frame, s_wait));
            Assert.True(bytes.AsSpan().SequenceEqual(frame.Span));
        }
        sender.Join();
    }

    [Fact]
    public void A_timeout_leaves_the_connection_usable()
    {
        using Pair pair = new(Network, ListenAddress);
        Assert.Throws<TimeoutException>(() => pair.Server.Receive(out _, TimeSpan.FromMilliseconds(1)));
        pair.Client.Send([1, 2]);
        Assert.True(pair.Server.Receive(out ReadOnlyMemory<byte> frame, s_wait));
        Assert.Equal([1, 2], frame.ToArray());
    }

    [Fact]
    public void Closing_ends_a_blocked_receive_on_both_sides()
    {
        using Pair pair = new(Network, ListenAddress);
        bool? received = null;
        Thread receiver = new(() => received = pair.Server.Receive(out _, Timeout.InfiniteTimeSpan));
        receiver.Start();
        pair.Client.Dispose();
        receiver.Join();
        Assert.False(received);
        Assert.Throws<IOException>(() => pair.Client.Send([1]));
    }

    [Fact]
    public void Nobody_listens_where_nobody_listens()
    {
        string address;
        using (IFrameListener listener = Network.Listen(ListenAddress))
            address = listener.Address;
        Assert.Throws<IOException>(() => Network.Connect(address, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Disposing_a_listener_ends_accept()
    {
        IFrameListener listener = Network.Listen(ListenAddress);
        IFrameConnection? accepted = null;
        Thread acceptor = new(() => accepted = listener.Accept(CancellationToken.None));
        acceptor.Start();
        listener.Dispose();
        acceptor.Join();
        Assert.Null(accepted);
    }

    private sealed class Pair : IDisposable
    {
        private readonly IFrameListener _listener;

        public Pair(INetwork network, string address)
        {
            _listener = network.Listen(address);
            Client = network.Connect(_listener.Address, s_wait);
            Server = _listener.Accept(CancellationToken.None)!;
        }

        public IFrameConnection Client { get; }

        public IFrameConnection Server { get; }

        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
            _listener.Dispose();
        }
    }
}
