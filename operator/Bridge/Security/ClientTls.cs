using System.Net.Security;
using KafkaLogstash.Bridging;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Security;

internal sealed class ClientTls(ClientTlsSettings settings) : IAsyncDisposable
{
    public static ClientTls Open(ClientTlsSettings settings, TimeProvider time, ILogger logger) => new(settings);

    public SslClientAuthenticationOptions For(string host) => new() { TargetHost = settings.ServerName ?? host };

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
