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
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            await WithinAsync(
                token => socket.ConnectAsync(address, token).AsTask(),
                $"Nothing answered at {address} within {timeout.TotalSeconds:0.#} s. Is the port open, and do firewalls and network policies let the bridge through?",
                cancellationToken);
            if (tls is null)
            {
                return new PlainTransport(socket);
            }

            return await SecureAsync(socket, tls, address, host, cancellationToken);
        }
        catch (Exception failure)
        {
            socket?.Dispose();
            throw failure switch
            {
                LumberjackException or OperationCanceledException => failure,
                SocketException { SocketErrorCode: SocketError.ConnectionRefused } => new LumberjackException(
                    $"Connections to {address} are refused. Does a pipeline with a beats input run there?", failure),
                _ => new LumberjackException($"A connection to {address} can't be made: {failure.Message}", failure),
            };
        }
    }

    private async Task<WindowTransport> SecureAsync(Socket socket, ClientTls security, IPEndPoint address, string host, CancellationToken cancellationToken)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await WithinAsync(
                token => stream.AuthenticateAsClientAsync(security.For(host), token),
                $"The TLS handshake with {address} did not end within {timeout.TotalSeconds:0.#} s. Is ssl_enabled set on the beats input?",
                cancellationToken);
            return new TlsTransport(stream);
        }
        catch (Exception failure)
        {
            await stream.DisposeAsync();
            throw failure is not (AuthenticationException or IOException) ? failure : new LumberjackException(
                $"The TLS handshake with {address} ({security.NameFor(host)}) failed: {Described(failure)} {Remedy(failure)}", failure);
        }
    }

    private static string Described(Exception failure) =>
        failure.InnerException is { } inner ? $"{failure.Message.TrimEnd('.')}: {inner.Message.TrimEnd('.')}." : $"{failure.Message.TrimEnd('.')}.";

    /// <summary>What is to be looked at. Whether the peer hung up, talks something else, or has a certificate that is not trusted is all that .NET tells apart.</summary>
    private static string Remedy(Exception failure) => failure switch
    {
        AuthenticationException { Message: var message } when message.Contains("remote certificate", StringComparison.OrdinalIgnoreCase) =>
            "Are the certificate's names, its dates and its issuer right for what the bridge is to trust?",
        _ => "Is ssl_enabled set on the beats input, and does it trust the bridge's certificate?",
    };

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
