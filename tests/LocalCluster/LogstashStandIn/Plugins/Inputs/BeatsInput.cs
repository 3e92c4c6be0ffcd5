using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;
using KafkaLogstash.LocalCluster.LogstashStandIn.Lumberjack;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Codecs;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Inputs;

/// <summary>The beats input: Lumberjack windows become events, acknowledged when all of a window's are queued.</summary>
internal sealed class BeatsInput : IInput
{
    private const string CodecMetadata = "codec_metadata";
    private const string SourceMetadata = "source_metadata";
    private const string PeerMetadata = "ssl_peer_metadata";

    private static readonly IReadOnlyList<string> Texts = ["message", "line"];

    private readonly PluginContext _context;
    private readonly LumberjackServerOptions _options;
    private readonly Codec _codec;
    private readonly HashSet<string> _enrich;
    private readonly CommonOptions _common;
    private readonly FieldPath _peerField;
    private LumberjackServer? _server;

    /// <summary>Reads the input's options.</summary>
    /// <exception cref="PipelineException">One is wrong.</exception>
    public BeatsInput(PluginContext context)
    {
        var settings = context.Settings;
        _context = context;
        _ = settings.Required("port");
        _options = new LumberjackServerOptions
        {
            Endpoint = new IPEndPoint(context.Surroundings.Bind(settings.Text("host") ?? "0.0.0.0"), settings.Integer("port", 0)),
            InactivityTimeout = TimeSpan.FromSeconds(settings.Integer("client_inactivity_timeout", 60)),
            Tls = ServerTls.Read(settings),
            Time = context.Time,
        };
        _enrich = Enrichments(settings);
        _codec = Codec.Of(context, "plain", keepsOriginal: settings.Has("codec") || _enrich.Contains(CodecMetadata));
        _common = CommonOptions.OfInput(context);
        _peerField = context.Pipeline.EcsCompatible
            ? new(["input", "beats", "host", "ip"], InMetadata: true)
            : new(["ip_address"], InMetadata: true);
        settings.Accept("executor_threads", "event_loop_threads", "ecs_compatibility", "include_codec_tag", "add_hostname");
        settings.RefuseOthers();
    }

    /// <inheritdoc/>
    public Task RegisterAsync(IEventSink sink)
    {
        try
        {
            _server = LumberjackServer.Start(_options, (window, stop) => AcceptAsync(window, sink), Failed);
            _context.Info($"Beats inputs: Starting input listener {_server.Endpoint}");
            return Task.CompletedTask;
        }
        catch (SocketException e)
        {
            throw new PipelineException($"The beats input can't listen on {_options.Endpoint}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async Task RunAsync(IEventSink sink, CancellationToken stop)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
        {
            await server.DisposeAsync();
        }
    }

    private static HashSet<string> Enrichments(PluginSettings settings)
    {
        IReadOnlyList<string> wished = settings.Has("enrich") ? settings.Texts("enrich") : [CodecMetadata, SourceMetadata];
        return wished switch
        {
            ["all"] => [CodecMetadata, SourceMetadata, PeerMetadata],
            ["none"] => [],
            _ when wished.All(part => part is CodecMetadata or SourceMetadata or PeerMetadata) => [.. wished],
            _ => throw new PipelineException(
                $"Invalid setting for the {settings.Name} plugin on line {settings.Line}: enrich must be all, none, or some of {CodecMetadata}, {SourceMetadata}, {PeerMetadata}."),
        };
    }

    private async Task AcceptAsync(LumberjackWindow window, IEventSink sink)
    {
        foreach (var frame in window.Events)
        {
            foreach (var logEvent in Decode(frame))
            {
                if (_enrich.Contains(SourceMetadata) && window.Peer is IPEndPoint peer)
                {
                    logEvent.Set(_peerField, JsonValue.Create(peer.Address.ToString()));
                }

                _common.Apply(logEvent);
                await sink.PushAsync(logEvent);
            }
        }
    }

    /// <summary>
    /// The events of a frame. Where it has a <c>message</c> (or <c>line</c>), the codec decodes that and the other fields are added; otherwise the frame's object is the event.
    /// </summary>
    private List<LogEvent> Decode(LumberjackEvent frame)
    {
        JsonObject fields;
        try
        {
            fields = Codec.ParseObject(frame.Json.Span);
        }
        catch (JsonException e)
        {
            throw new PipelineException($"Event {frame.Sequence} of a window is no JSON object; the client will send the window again: {e.Message}", e);
        }

        if (Texts.Select(name => (Name: name, Value: fields[name])).FirstOrDefault(text => text.Value is not null) is not { Value: { } value } text)
        {
            return [Tagged(new LogEvent(fields, _context.Time.GetUtcNow()), "beats_input_raw_event")];
        }

        fields.Remove(text.Name);
        List<LogEvent> decoded = [.. _codec.Decode(Encoding.UTF8.GetBytes(LogEvent.TextOf(value)))];
        foreach (var logEvent in decoded)
        {
            logEvent.Merge(fields);
            Tagged(logEvent, $"beats_input_codec_{_codec.Name}_applied");
        }

        return decoded;
    }

    private LogEvent Tagged(LogEvent logEvent, string tag)
    {
        if (_enrich.Contains(CodecMetadata))
        {
            logEvent.AddTag(tag);
        }

        return logEvent;
    }

    private void Failed(EndPoint peer, Exception error) => _context.Warn($"The connection of {peer} was closed: {error.Message}");
}
