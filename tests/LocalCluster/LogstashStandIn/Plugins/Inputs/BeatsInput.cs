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
    private static readonly FieldPath Message = new(["message"], InMetadata: false);
    private static readonly FieldPath Line = new(["line"], InMetadata: false);

    private readonly PluginContext _context;
    private readonly LumberjackServerOptions _options;
    private readonly Codec? _codec;
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
        _codec = settings.Has("codec") ? Codec.Of(context, "plain") : null;
        _common = CommonOptions.OfInput(context);
        _peerField = context.Pipeline.EcsCompatible
            ? new(["input", "beats", "host", "ip"], InMetadata: true)
            : new(["ip_address"], InMetadata: true);
        settings.Accept("executor_threads", "event_loop_threads", "enrich", "ecs_compatibility", "include_codec_tag", "add_hostname");
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

    private async Task AcceptAsync(LumberjackWindow window, IEventSink sink)
    {
        foreach (var frame in window.Events)
        {
            foreach (var logEvent in Decode(frame))
            {
                if (window.Peer is IPEndPoint peer)
                {
                    logEvent.Set(_peerField, JsonValue.Create(peer.Address.ToString()));
                }

                _common.Apply(logEvent);
                await sink.PushAsync(logEvent);
            }
        }
    }

    /// <summary>The event of a frame. With a codec, its <c>message</c> (or <c>line</c>) is decoded and the other fields are added.</summary>
    private IEnumerable<LogEvent> Decode(LumberjackEvent frame)
    {
        LogEvent raw;
        try
        {
            raw = Codec.ParseObject(frame.Json.Span, _context.Time.GetUtcNow());
        }
        catch (JsonException e)
        {
            throw new PipelineException($"Event {frame.Sequence} of a window is no JSON object; the client will send the window again: {e.Message}", e);
        }

        var text = (raw.Get(Message) is null ? raw.Remove(Line) : raw.Remove(Message)) as JsonValue;
        if (text is null)
        {
            raw.AddTag("beats_input_raw_event");
            return [raw];
        }

        if (_codec is null)
        {
            raw.Set(Message, text);
            raw.AddTag("beats_input_codec_plain_applied");
            return [raw];
        }

        return [.. _codec.Decode(Encoding.UTF8.GetBytes(LogEvent.TextOf(text))).Select(decoded => raw.MergeInto(decoded))];
    }

    private void Failed(EndPoint peer, Exception error) => _context.Warn($"The connection of {peer} was closed: {error.Message}");
}
