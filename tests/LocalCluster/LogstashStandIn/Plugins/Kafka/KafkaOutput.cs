using System.Text;
using Confluent.Kafka;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Codecs;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Kafka;

/// <summary>
/// The kafka output on librdkafka: a batch is sent, and what failed is tried again until Kafka has taken it. As in Logstash, what can't be retried
/// (authentication, authorisation, records that are too large, wrong topic names) is dropped with a warning.
/// </summary>
internal sealed class KafkaOutput : IOutput
{
    private static readonly TimeSpan BeforeRetry = TimeSpan.FromMilliseconds(100);

    private readonly PluginContext _context;
    private readonly string _topic;
    private readonly string? _key;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers;
    private readonly Codec _codec;
    private readonly IProducer<byte[]?, byte[]> _producer;

    /// <summary>Reads the output's options and creates its producer.</summary>
    /// <exception cref="PipelineException">An option is wrong, or librdkafka refuses it.</exception>
    public KafkaOutput(PluginContext context)
    {
        var settings = context.Settings;
        _context = context;
        _topic = settings.Required("topic_id");
        _key = settings.Text("message_key");
        _headers = settings.Pairs("message_headers");
        _codec = Codec.Of(context, "plain");
        var properties = ClientProperties.OfOutput(settings);
        settings.Accept("workers");
        settings.RefuseOthers();
        try
        {
            _producer = new ProducerBuilder<byte[]?, byte[]>(properties)
                .SetErrorHandler((_, error) => context.Warn($"Kafka producer: {error.Reason}"))
                .SetLogHandler((_, _) => { })
                .Build();
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            throw new PipelineException($"Unable to create Kafka producer from given configuration (line {settings.Line}): {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public Task WriteAsync(IReadOnlyList<LogEvent> events, CancellationToken stop) => Task.WhenAll(events.Select(SendAsync));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _producer.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task SendAsync(LogEvent logEvent)
    {
        var topic = Format(_topic, logEvent);
        var message = new Message<byte[]?, byte[]>
        {
            Key = _key is null ? null : Encoding.UTF8.GetBytes(Format(_key, logEvent)),
            Value = Encoding.UTF8.GetBytes(_codec.Encode(logEvent)),
            Headers = [],
        };
        foreach (var (name, template) in _headers)
        {
            message.Headers.Add(name, Encoding.UTF8.GetBytes(Format(template, logEvent)));
        }

        while (true)
        {
            try
            {
                await _producer.ProduceAsync(topic, message);
                return;
            }
            catch (ProduceException<byte[]?, byte[]> e) when (MayBeRetried(e.Error.Code))
            {
                _context.Warn($"Kafka producer failed to send to topic {topic}, will retry: {e.Error.Reason}");
                await Task.Delay(BeforeRetry, _context.Time);
            }
            catch (ProduceException<byte[]?, byte[]> e)
            {
                _context.Warn($"KafkaProducer.send() failed for topic {topic}, the event is dropped: {e.Error.Reason}");
                return;
            }
        }
    }

    private string Format(string template, LogEvent logEvent) => EventTemplate.Format(template, logEvent, _context.Time.GetUtcNow());

    private static bool MayBeRetried(ErrorCode code) => code is not (
        ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication
        or ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord or ErrorCode.TopicException or ErrorCode.Local_InvalidArg
        or ErrorCode.Local_Fatal);
}
