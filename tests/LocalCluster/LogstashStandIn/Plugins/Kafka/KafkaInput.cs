using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Codecs;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Kafka;

/// <summary>
/// The kafka input on librdkafka. As in Logstash, nothing is dialled before the pipeline runs, and what goes wrong there is logged and tried again: the
/// pipeline stays up. Offsets are stored once an event is queued.
/// </summary>
internal sealed class KafkaInput : IInput
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BeforeRestart = TimeSpan.FromSeconds(1);
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly PluginContext _context;
    private readonly Dictionary<string, string> _properties;
    private readonly IReadOnlyList<string> _topics;
    private readonly string _group;
    private readonly int _threads;
    private readonly string _decoration;
    private readonly Codec _codec;
    private readonly CommonOptions _common;

    /// <summary>Reads the input's options.</summary>
    /// <exception cref="PipelineException">One is wrong.</exception>
    public KafkaInput(PluginContext context)
    {
        var settings = context.Settings;
        _context = context;
        _group = settings.Text("group_id") ?? "logstash";
        _threads = settings.Integer("consumer_threads", 1);
        _decoration = settings.Choice("decorate_events", "none", "none", "basic", "extended", "true", "false");
        var topics = settings.Has("topics") ? settings.Texts("topics") : ["logstash"];

        // librdkafka takes a topic that starts with ^ for a regular expression; Java's must match the whole name.
        _topics = settings.Text("topics_pattern") is { } pattern ? [$"^({pattern})$"] : topics;
        _codec = Codec.Of(context, "plain");
        _common = CommonOptions.OfInput(context);
        var commitsByTime = settings.Flag("enable_auto_commit", true);
        _properties = ClientProperties.OfInput(settings);
        _properties["group.id"] = _group;
        _properties["enable.auto.offset.store"] = "false";
        _properties["auto.commit.interval.ms"] = commitsByTime ? settings.Text("auto_commit_interval_ms") ?? "5000" : "200";
        _properties["auto.offset.reset"] = settings.Text("auto_offset_reset") switch
        {
            null => "latest",
            "none" => "error",
            var reset => reset,
        };
        settings.RefuseOthers();
    }

    /// <inheritdoc/>
    public Task RegisterAsync(IEventSink sink) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task RunAsync(IEventSink sink, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, _threads)
        .Select(index => Task.Factory.StartNew(
            () => RunThreadAsync(index, sink, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task RunThreadAsync(int index, IEventSink sink, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ConsumeAsync(index, sink, stop);
            }
            catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
            {
                _context.Log.Error(
                    $"logstash.{_context.Pipeline.Id}.kafka", $"A plugin had an unrecoverable error. Will restart this plugin. Error: {e.Message}");
                await Task.Delay(BeforeRestart, _context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ConsumeAsync(int index, IEventSink sink, CancellationToken stop)
    {
        var properties = new Dictionary<string, string>(_properties, StringComparer.Ordinal);
        if (_threads > 1)
        {
            properties["client.id"] = $"{properties.GetValueOrDefault("client.id") ?? "logstash"}-{index}";
            if (properties.TryGetValue("group.instance.id", out var instance))
            {
                properties["group.instance.id"] = $"{instance}-{index}";
            }
        }

        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(properties)
            .SetErrorHandler((_, error) => _context.Warn($"Kafka consumer: {error.Reason}"))
            .SetLogHandler((_, _) => { })
            .Build();
        consumer.Subscribe(_topics);
        while (!stop.IsCancellationRequested)
        {
            if (Next(consumer) is not { Message.Value: not null } record)
            {
                continue;
            }

            foreach (var logEvent in _codec.Decode(record.Message.Value))
            {
                _common.Apply(logEvent);
                Decorate(logEvent, record);
                await sink.PushAsync(logEvent);
            }

            consumer.StoreOffset(record);
        }

        consumer.Close(); // commits what was stored and leaves the group
    }

    private ConsumeResult<byte[]?, byte[]?>? Next(IConsumer<byte[]?, byte[]?> consumer)
    {
        try
        {
            return consumer.Consume(Poll);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            _context.Log.Error($"logstash.{_context.Pipeline.Id}.kafka", $"Unable to poll Kafka consumer: {e.Error.Reason}");
            return null;
        }
    }

    private void Decorate(LogEvent logEvent, ConsumeResult<byte[]?, byte[]?> record)
    {
        if (_decoration is "none" or "false")
        {
            return;
        }

        Set("topic", record.Topic);
        Set("consumer_group", _group);
        Set("partition", record.Partition.Value);
        Set("offset", record.Offset.Value);
        Set("key", record.Message.Key is { } key ? Encoding.UTF8.GetString(key) : null);
        Set("timestamp", record.Message.Timestamp.UnixTimestampMs);
        if (_decoration == "extended")
        {
            foreach (var header in record.Message.Headers)
            {
                if (TryRead(header, out var value))
                {
                    logEvent.Set(new FieldPath(["kafka", "headers", header.Key], InMetadata: true), value);
                }
            }
        }

        void Set(string name, JsonNode? value) => logEvent.Set(new FieldPath(["kafka", name], InMetadata: true), value);
    }

    private static bool TryRead(IHeader header, out JsonNode? value)
    {
        value = null;
        try
        {
            value = header.GetValueBytes() is { } bytes ? StrictUtf8.GetString(bytes) : null;
            return value is not null;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
