using System.Diagnostics;
using System.Net;

namespace KafkaLogstash.LocalCluster.Run;

/// <summary>The operator as a process of its own, as a cluster would run it, with its log in a file.</summary>
internal sealed class OperatorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private OperatorProcess(Process process, StreamWriter log, Uri address, string logFile)
    {
        _process = process;
        _log = log;
        Address = address;
        LogFile = logFile;
    }

    /// <summary>Where it serves health and metrics.</summary>
    public Uri Address { get; }

    /// <summary>The file with its log.</summary>
    public string LogFile { get; }

    /// <summary>Starts it.</summary>
    /// <param name="program">The program's assembly.</param>
    /// <param name="kubeconfig">The kubeconfig file.</param>
    /// <param name="port">A free port on the loopback address.</param>
    /// <param name="logFile">The file for its log.</param>
    public static OperatorProcess Start(string program, string kubeconfig, int port, string logFile)
    {
        var address = new UriBuilder(Uri.UriSchemeHttp, IPAddress.Loopback.ToString(), port).Uri;
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { program, "run", "--kubeconfig", kubeconfig, "--listen", $"{address.Host}:{port}", "--log-format", "plain" },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var log = new StreamWriter(logFile) { AutoFlush = true };
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new OperatorProcess(process, log, address, logFile);

        void Write(string? line)
        {
            if (line is not null)
            {
                lock (log)
                {
                    log.WriteLine(line);
                }
            }
        }
    }

    /// <summary>Waits until its caches are filled.</summary>
    /// <exception cref="RunException">It ended, or did not get ready in time.</exception>
    public async Task WaitUntilReadyAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            if (_process.HasExited)
            {
                throw new RunException($"The operator ended with exit code {_process.ExitCode}; its log is {LogFile}.");
            }

            try
            {
                using var answer = await _http.GetAsync(new Uri(Address, "/readyz"), cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // It does not listen yet.
            }

            if (since.Elapsed > limit)
            {
                throw new RunException($"The operator was not ready within {limit.TotalSeconds:0} s; its log is {LogFile}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            {
                await kill.WaitForExitAsync();
            }

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
        _http.Dispose();
        lock (_log)
        {
            _log.Dispose();
        }
    }
}
