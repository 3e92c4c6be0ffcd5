using System.Net;
using System.Net.Security;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Lumberjack;

/// <summary>How a <see cref="LumberjackServer"/> listens. The defaults are those of Logstash's beats input.</summary>
public sealed record LumberjackServerOptions
{
    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public IPEndPoint Endpoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The server's certificate and whether clients need one; null for plain TCP.</summary>
    public SslServerAuthenticationOptions? Tls { get; init; }

    /// <summary>How often an acknowledgement of 0 tells the client that its window is still being worked on.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a client may be silent before its connection is closed.</summary>
    public TimeSpan InactivityTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many bytes one frame may have, inflated. Logstash has no such limit but its memory.</summary>
    public int MaxFrameBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>The clock of keep-alives and time-outs.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
