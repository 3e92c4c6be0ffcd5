using System.Net;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>What a role is made from.</summary>
/// <param name="KafkaProperties">Properties of librdkafka, of the client file and the settings. Credentials are among them: never log them.</param>
/// <param name="InstanceId">The pod's name.</param>
/// <param name="Resolver">Resolves names.</param>
/// <param name="Time">The clock.</param>
/// <param name="Loggers">Make loggers.</param>
/// <param name="KafkaLog">Takes librdkafka's log lines.</param>
/// <param name="ListenAddress">Where servers listen: any address in pods, the pod's own where several pods share a machine.</param>
internal sealed record RoleContext(
    IReadOnlyDictionary<string, string> KafkaProperties,
    string InstanceId,
    IHostResolver Resolver,
    TimeProvider Time,
    ILoggerFactory Loggers,
    KafkaLog KafkaLog,
    IPAddress ListenAddress);
