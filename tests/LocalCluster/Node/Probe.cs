using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>Asks a container once how it is.</summary>
internal sealed class Probe(V1Probe probe, V1Container container, IPAddress address, ContainerStart start) : IDisposable
{
    private readonly HttpClient _http = MakeClient();

    /// <summary>Null when all is well, otherwise what is wrong.</summary>
    public async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(probe.TimeoutSeconds ?? 1));
        try
        {
            return probe switch
            {
                { HttpGet: { } get } => await GetAsync(get, patience.Token),
                { TcpSocket: { } socket } => await ConnectAsync(socket, patience.Token),
                { Exec: { } exec } => await ExecuteAsync(exec, patience.Token),
                _ => "this node knows only httpGet, tcpSocket and exec probes",
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {probe.TimeoutSeconds ?? 1} s";
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or System.ComponentModel.Win32Exception or IOException)
        {
            return e.Message;
        }
    }

    public void Dispose() => _http.Dispose();

    [SuppressMessage("Security", "CA5359", Justification = "As kubelet: a probe asks whether the container answers, not who it is.")]
    private static HttpClient MakeClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    });

    private async Task<string?> GetAsync(V1HTTPGetAction get, CancellationToken cancellationToken)
    {
        var scheme = get.Scheme == "HTTPS" ? "https" : "http";
        var uri = new Uri($"{scheme}://{HostOf(get.Host)}:{PortOf(get.Port)}/{get.Path?.TrimStart('/')}");
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/local-cluster");
        foreach (var header in get.HttpHeaders ?? [])
        {
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }

        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return (int)answer.StatusCode is >= 200 and < 400 ? null : $"HTTP probe failed with statuscode: {(int)answer.StatusCode}";
    }

    private async Task<string?> ConnectAsync(V1TCPSocketAction socket, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(HostOf(socket.Host), PortOf(socket.Port), cancellationToken);
        return null;
    }

    private async Task<string?> ExecuteAsync(V1ExecAction exec, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo(exec.Command[0], exec.Command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = start.Root,
        };
        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        using var process = Process.Start(info)!;
        try
        {
            var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? null : $"command ended with {process.ExitCode}: {string.Concat(output).Trim()}";
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private string HostOf(string? host) => string.IsNullOrEmpty(host) ? address.ToString() : host;

    private int PortOf(IntOrString port) => int.TryParse(port.Value, out var number)
        ? number
        : container.Ports?.FirstOrDefault(candidate => candidate.Name == port.Value)?.ContainerPort
            ?? throw new HttpRequestException($"the container has no port named '{port.Value}'");
}
