using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Strata.Platform;

namespace Strata.SystemTests;

/// <summary>Bytes that no client of ours would send, on every port of every role.</summary>
public sealed class HostileInputTests
{
    private const int AttacksPerPort = 60;
    private const int FilesSlack = 16;
    private const long ResidentSlackKilobytes = 64 << 10;

    [Fact]
    public void Garbage_on_every_port_of_every_role_changes_nothing()
    {
        using StrataInstance instance = new("--processes");
        instance.Start();
        Ledger ledger = new(instance);
        ledger.CreateTables();
        ledger.Start(clients: 2);
        ledger.WaitForProgress(TimeSpan.FromSeconds(60));
        string[] roles = ["safekeeper-1", "safekeeper-2", "safekeeper-3", "pageserver", "compute", "control-plane"];
        int[] processes = [.. roles.Select(instance.RoleProcessId)];
        int[] files = [.. processes.Select(OpenFiles)];
        long[] resident = [.. processes.Select(ResidentKilobytes)];

        SeededRandom random = new(7);
        foreach (int port in (int[])[.. InternalPorts(processes[3]), instance.PgPort, instance.ApiPort])
        {
            for (int i = 0; i < AttacksPerPort; i++)
                Attack(port, i, random);
        }

        ledger.WaitForProgress(TimeSpan.FromSeconds(60));
        ledger.Stop();
        ledger.Verify();
        for (int i = 0; i < roles.Length; i++)
        {
            Assert.True(instance.RoleProcessId(roles[i]) == processes[i], $"{roles[i]} died\n{instance.Errors}");
            Assert.InRange(OpenFiles(processes[i]), 0, files[i] + FilesSlack);
            Assert.InRange(ResidentKilobytes(processes[i]), 0, resident[i] + ResidentSlackKilobytes);
        }
    }

    /// <summary>Random bytes, a frame that ends early, a frame of a huge length, a frame of length zero, a connection that says nothing, in turn.</summary>
    private static void Attack(int port, int number, SeededRandom random)
    {
        byte[] bytes = new byte[random.Next(500) + 8];
        random.Fill(bytes);
        switch (number % 5)
        {
            case 1:
                BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length * 2);
                break;
            case 2:
                BinaryPrimitives.WriteInt32LittleEndian(bytes, int.MaxValue);
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), int.MaxValue);
                break;
            case 3:
                bytes.AsSpan(0, 8).Clear();
                break;
            case 4:
                bytes = [];
                break;
        }
        using TcpClient client = new("127.0.0.1", port);
        try
        {
            client.Client.Send(bytes);
        }
        catch (SocketException)
        {
            // It closed before it had read all: a right answer to garbage.
        }
    }

    /// <summary>The ports that the roles were told of each other, from one role's command line.</summary>
    private static IEnumerable<int> InternalPorts(int processId)
    {
        string[] arguments = File.ReadAllText($"/proc/{processId}/cmdline").Split('\0');
        foreach (string flag in (string[])["--safekeepers", "--pageserver", "--compute"])
        {
            foreach (string address in arguments[Array.IndexOf(arguments, flag) + 1].Split(','))
                yield return int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);
        }
    }

    private static int OpenFiles(int processId) => Directory.GetFiles($"/proc/{processId}/fd").Length;

    private static long ResidentKilobytes(int processId)
    {
        string line = File.ReadLines($"/proc/{processId}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
