using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using KafkaLogstash.Bridge.Security;

namespace KafkaLogstash.Bridge.Lumberjack;

/// <summary>Makes connections to beats inputs.</summary>
/// <param name="tls">TLS, or null for plain text.</param>
/// <param name="timeout">How long connecting may take, and the handshake again as long.</param>
/// <param name="time">The clock.</param>
internal sealed class LumberjackConnector(ClientTls? tls, TimeSpan timeout, TimeProvider time)
{
    /// <summary>Connects.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="host">The name that the server's certificate must be for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LumberjackException">It could not be made; the message says why and what to do.</exception>
    public async Task<WindowTransport> ConnectAsync(IPEndPoint address, string host, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            await WithinAsync(
                token => socket.ConnectAsync(address, token).AsTask(),
                $"{address} did not answer within {timeout.TotalSeconds:0.#} s. Is the port open, and do firewalls and network policies let the bridge through?",
                cancellationToken);
            if (tls is null)
            {
                return new PlainTransport(socket);
            }

            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await WithinAsync(
                token => stream.AuthenticateAsClientAsync(tls.For(host), token),
                $"The TLS handshake with {address} did not end within {timeout.TotalSeconds:0.#} s. Is ssl_enabled set on the beats input?",
                cancellationToken);
            return new TlsTransport(stream);
        }
        catch (Exception failure)
        {
            socket.Dispose();
            throw failure switch
            {
                LumberjackException or OperationCanceledException => failure,
                AuthenticationException => new LumberjackException(
                    $"The TLS handshake with {address} ({host}) failed: {failure.Message} {failure.InnerException?.Message}".TrimEnd(), failure),
                SocketException { SocketErrorCode: SocketError.ConnectionRefused } => new LumberjackException(
                    $"{address} refuses connections. Does a pipeline with a beats input run there?", failure),
                _ => new LumberjackException($"{address} can't be reached: {failure.Message}", failure),
            };
        }
    }

    private async Task WithinAsync(Func<CancellationToken, Task> work, string tooLate, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await work(both.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new LumberjackException(tooLate);
        }
    }
}
