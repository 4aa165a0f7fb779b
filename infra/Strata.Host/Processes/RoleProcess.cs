using System.Diagnostics;
using System.Globalization;
using Strata.Platform;

namespace Strata.Host.Processes;

/// <summary>One role as an operating system process: started, watched, started again when it dies, stopped by SIGTERM.</summary>
internal sealed class RoleProcess : IDisposable
{
    private static readonly TimeSpan s_restartDelayMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_restartDelayMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_healthyAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(10);

    private readonly string _name;
    private readonly IReadOnlyList<string> _arguments;
    private readonly DataDirectory _directory;
    private readonly IScheduler _scheduler;
    private readonly Log _log;
    private readonly Lock _lock = new();
    private readonly IWorker _watcher;
    private Process? _process;
    private bool _stopping;

    public RoleProcess(string name, IReadOnlyList<string> arguments, DataDirectory directory, IScheduler scheduler, Log log)
    {
        _name = name;
        _arguments = arguments;
        _directory = directory;
        _scheduler = scheduler;
        _log = log;
        _watcher = scheduler.StartThread("watch " + name, Watch);
    }

    /// <summary>Asks the process to end.</summary>
    public void RequestStop()
    {
        lock (_lock)
        {
            _stopping = true;
            if (_process is { HasExited: false })
                Signals.Terminate(_process.Id);
        }
        _watcher.RequestStop();
    }

    /// <summary>Ends the process and waits for it.</summary>
    public void Dispose()
    {
        RequestStop();
        if (!_watcher.Join(s_stopTimeout))
        {
            _log.Warn($"{_name} did not end within {s_stopTimeout.TotalSeconds:F0} s and is killed");
            lock (_lock)
                _process?.Kill();
        }
        _watcher.Dispose();
    }

    private void Watch(CancellationToken cancellation)
    {
        TimeSpan delay = s_restartDelayMin;
        while (!cancellation.IsCancellationRequested)
        {
            long started = _scheduler.Time.GetTimestamp();
            using Process process = Start(cancellation);
            process.WaitForExit();
            File.Delete(PidPath);
            lock (_lock)
            {
                _process = null;
                if (_stopping)
                    return;
            }
            delay = _scheduler.Time.GetElapsedTime(started) > s_healthyAfter ? s_restartDelayMin :
                TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, s_restartDelayMax.Ticks));
            _log.Warn($"{_name} ended with code {process.ExitCode}; it is started again in {delay.TotalMilliseconds:F0} ms");
            _scheduler.Sleep(delay, cancellation);
        }
    }

    private void WritePid(int processId)
    {
        try
        {
            File.WriteAllText(PidPath, processId.ToString(CultureInfo.InvariantCulture) + "\n");
        }
        catch (IOException error)
        {
            _log.Warn($"{PidPath} could not be written: {error.Message}");
        }
    }

    private string PidPath => Path.Combine(_directory.Under("run"), _name + ".pid");

    private Process Start(CancellationToken cancellation)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        // With `dotnet strata.dll` the process is the runtime, and the program its first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(RoleProcess).Assembly.Location);
        foreach (string argument in _arguments)
            start.ArgumentList.Add(argument);
        RoleLog log = new(Path.Combine(_directory.Under("log"), _name + ".log"));
        Process process = Process.Start(start) ?? throw new HostException($"{_name} can't be started");
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                log.WriteLine(line.Data);
            else
                log.Dispose();
        };
        process.BeginErrorReadLine();
        WritePid(process.Id);
        lock (_lock)
        {
            _process = process;
            if (_stopping || cancellation.IsCancellationRequested)
                Signals.Terminate(process.Id);
        }
        return process;
    }
}
