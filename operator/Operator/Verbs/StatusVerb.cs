using System.Net;
using System.Text.Json;
using k8s;
using KafkaLogstash.Api;
using KafkaLogstash.Operator.Commands;
using KafkaLogstash.Operator.Hosting;
using KafkaLogstash.Operator.Settings;
using KafkaLogstash.Operator.Verbs.Overview;
using KafkaLogstash.Runtime;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace KafkaLogstash.Operator.Verbs;

/// <summary>How <c>status</c> reports.</summary>
internal enum StatusOutput
{
    /// <summary>A table for people.</summary>
    Table,

    /// <summary>One JSON array; while watching, one object a line for each change.</summary>
    Json,
}

/// <summary>What <c>status</c> looks at, and how it tells.</summary>
internal sealed record StatusOptions
{
    /// <summary>The kubeconfig file; null for the usual places.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The context in it; null for the current one.</summary>
    public string? Context { get; init; }

    /// <summary>The namespace; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>The one connection to show in detail; null for an overview of all.</summary>
    public string? Name { get; init; }

    /// <summary>Whether to go on until stopped.</summary>
    public bool Watch { get; init; }

    /// <summary>How to report.</summary>
    public StatusOutput Output { get; init; }

    /// <summary>When to write in colours.</summary>
    public ColorChoice Color { get; init; }
}

/// <summary><c>status</c>: the connections of a cluster in one look.</summary>
internal sealed class StatusVerb
{
    /// <summary>The width of what is no terminal.</summary>
    private const int Unbounded = short.MaxValue;

    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(2);

    private readonly StatusOptions _options;
    private readonly CommandConsole _console;
    private readonly KubernetesClientConfiguration _cluster;

    private StatusVerb(StatusOptions options, CommandConsole console, KubernetesClientConfiguration cluster)
    {
        _options = options;
        _console = console;
        _cluster = cluster;
    }

    /// <summary>Shows the connections.</summary>
    /// <returns>0: all are ready, or watching was ended; 1: some are not; 2: the cluster can't be read, or there is no such connection.</returns>
    public static async Task<int> RunAsync(StatusOptions options, CommandConsole console, CancellationToken cancellationToken)
    {
        string? server = null;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, console.OutputClosed);
        try
        {
            var cluster = ClusterAddress.Find(options.Kubeconfig, options.Context);
            server = cluster.Host;
            return await new StatusVerb(options, console, cluster).RunAsync(ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return ExitCodes.Success;
        }
        catch (SettingsException e)
        {
            await console.Error.WriteLineAsync(e.Message);
            return ExitCodes.Unusable;
        }
        catch (Exception e) when (Explain(e, options) is { } explanation)
        {
            await console.Error.WriteLineAsync($"{server}: {explanation}");
            return ExitCodes.Unusable;
        }
    }

    private static string? Explain(Exception e, StatusOptions options) => e switch
    {
        ApiException { StatusCode: HttpStatusCode.NotFound } =>
            "This cluster does not know KafkaLogstashConnections. Define them: kafka-logstash-operator crd | kubectl apply --server-side -f -",
        ApiException { StatusCode: HttpStatusCode.Unauthorized } => "The API server refuses the credentials. Log in again, or name another kubeconfig or context.",
        ApiException { StatusCode: HttpStatusCode.Forbidden } forbidden =>
            $"{forbidden.Message}. Ask for the right to list and watch kafkalogstashconnections{(options.Namespace is null ? ", or look at a namespace of yours with --namespace" : "")}.",
        ApiException refusal => refusal.Message,
        HttpRequestException or IOException => $"The API server can't be reached: {e.GetBaseException().Message}. Look whether it runs, or name another kubeconfig or context.",
        TimeoutException or OperationCanceledException => "The API server does not answer. Look whether it runs, or name another kubeconfig or context.",
        JsonException => $"The API server's answer can't be read, which a newer definition of the resource may be the cause of: {e.Message}",
        _ => null,
    };

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<KafkaLogstashConnection> connections;
        using (var api = new KubernetesApi(_cluster, _console.Time))
        {
            connections = await api.ListAsync<KafkaLogstashConnection>(_options.Namespace, null, cancellationToken);
        }

        if (_options.Watch)
        {
            await WatchAsync(cancellationToken);
        }

        var view = new ConnectionsView(_options.Name);
        var now = _console.Time.GetUtcNow();
        foreach (var connection in connections)
        {
            view.Apply(new ResourceChange<KafkaLogstashConnection>(ChangeType.Added, null, connection), now);
        }

        var summaries = view.Summaries(now);
        if (_options.Output == StatusOutput.Json)
        {
            await _console.Output.WriteLineAsync(OverviewJson.Array(summaries));
        }
        else if (summaries.Count > 0)
        {
            Write(Layout(summaries, now));
        }

        if (summaries.Count == 0)
        {
            await _console.Error.WriteLineAsync(Nothing());
            return _options.Name is null ? ExitCodes.Success : ExitCodes.Unusable;
        }

        return summaries.All(summary => summary.Ready == Readiness.True) ? ExitCodes.Success : ExitCodes.Findings;
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var trouble = new LastTrouble(_console.Time);
        var isLive = _console.OutputKnowsEscapes && _options.Output == StatusOutput.Table;
        await using var watch = await ConnectionWatch.StartAsync(
            _cluster, _options.Namespace, _console.Time, isLive ? trouble.Note : _console.Error.WriteLine, cancellationToken);
        var view = new ConnectionsView(_options.Name);
        if (_options.Output == StatusOutput.Json)
        {
            await foreach (var change in watch.Changes.ReadAllAsync(cancellationToken))
            {
                if (view.Apply(change, _console.Time.GetUtcNow()) is { } summary)
                {
                    await _console.Output.WriteLineAsync(OverviewJson.Line(change.Type, summary));
                }
            }
        }
        else if (isLive)
        {
            // What does not fit is cut off at the end, where all is well.
            var live = Console().Live(Text.Empty).Cropping(VerticalOverflowCropping.Bottom);
            await live.StartAsync(context => FollowAsync(watch, view, trouble, isLive: true, context.UpdateTarget, cancellationToken));
        }
        else
        {
            await FollowAsync(watch, view, trouble, isLive: false, Write, cancellationToken);
        }
    }

    /// <summary>Shows the view after each change; on a terminal also now and then, as ages and rates change by themselves.</summary>
    private async Task FollowAsync(
        ConnectionWatch watch, ConnectionsView view, LastTrouble trouble, bool isLive, Action<IRenderable> show, CancellationToken cancellationToken)
    {
        var more = watch.Changes.WaitToReadAsync(cancellationToken).AsTask();
        for (var changed = true; ; changed = false)
        {
            var now = _console.Time.GetUtcNow();
            while (watch.Changes.TryRead(out var change))
            {
                changed |= view.Apply(change, now) is not null;
            }

            if (changed || isLive)
            {
                var summaries = view.Summaries(now);
                var shown = summaries.Count == 0 ? new Text(Nothing()) : Layout(summaries, now);
                show(trouble.Text is { } text ? new Rows(new Text(text), Text.Empty, shown) : shown);
            }

            await Task.WhenAny(more, Task.Delay(Refresh, _console.Time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (more.IsCompleted)
            {
                more = watch.Changes.WaitToReadAsync(cancellationToken).AsTask();
            }
        }
    }

    private IRenderable Layout(IReadOnlyList<ConnectionSummary> summaries, DateTimeOffset now) => _options.Name is null
        ? OverviewText.Table(summaries, _options.Watch, _console.OutputIsTerminal ? Console().Profile.Width : Unbounded)
        : OverviewText.Details(summaries, _options.Watch, now);

    private string Nothing()
    {
        var where = _options.Namespace is { } ns ? $"in the namespace {ns}" : "in this cluster";
        return _options.Name is { } name ? $"There is no KafkaLogstashConnection {name} {where}." : $"There are no KafkaLogstashConnections {where}.";
    }

    private void Write(IRenderable renderable)
    {
        if (_console.OutputIsTerminal)
        {
            Console().Write(renderable);
            return;
        }

        // Without a terminal there is no width to keep to, and nobody wants the blanks at the ends of lines.
        using var text = new StringWriter { NewLine = "\n" };
        var console = _options.Color.Console(_console, text);
        console.Profile.Width = Unbounded;
        console.Write(renderable);
        foreach (var line in text.ToString().TrimEnd('\n').Split('\n'))
        {
            _console.Output.WriteLine(line.TrimEnd());
        }

        if (_options.Watch)
        {
            _console.Output.WriteLine();
        }
    }

    private IAnsiConsole Console() => _options.Color.Console(_console, _console.Output);

    /// <summary>What the watch last had to complain of; it is dropped after a while, as nobody says that all is well again.</summary>
    private sealed class LastTrouble(TimeProvider time)
    {
        private static readonly TimeSpan Validity = TimeSpan.FromSeconds(45);

        private volatile Tuple<string, DateTimeOffset>? _last;

        public string? Text => _last is { } last && time.GetUtcNow() - last.Item2 < Validity ? last.Item1 : null;

        public void Note(string text) => _last = Tuple.Create(text, time.GetUtcNow());
    }
}
