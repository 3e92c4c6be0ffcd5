using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using KafkaLogstash.Controller;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash.Settings;
using KafkaLogstash.Operator.Hosting;
using KafkaLogstash.Operator.Webhook;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Operator.Settings;

/// <summary>How log lines look.</summary>
internal enum LogFormat
{
    /// <summary>One line of text for people.</summary>
    Plain,

    /// <summary>One JSON object a line for machines.</summary>
    Json,
}

/// <summary>The settings of <c>run</c>, read and checked. <see cref="SettingsTable"/> documents them.</summary>
internal sealed partial record OperatorSettings
{
    /// <summary>The namespaces to watch; empty for all.</summary>
    public required IReadOnlyList<string> Namespaces { get; init; }

    /// <summary>A kubeconfig file; null for what <c>$KUBECONFIG</c> lists, else the pod's own service account, else <c>~/.kube/config</c>.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The context in the kubeconfig; null for the current one.</summary>
    public string? Context { get; init; }

    /// <summary>Where health and metrics are served, as <c>address:port</c>.</summary>
    public required string Listen { get; init; }

    /// <summary>Whether replicas agree on one leader.</summary>
    public required bool LeaderElection { get; init; }

    /// <summary>The namespace of the Lease; null for the pod's own.</summary>
    public string? LeaseNamespace { get; init; }

    /// <summary>The name of the Lease.</summary>
    public required string LeaseName { get; init; }

    /// <summary>Connections reconciled side by side.</summary>
    public required int Concurrency { get; init; }

    /// <summary>How long a pipeline that is reloaded in place may take before the pods are restarted.</summary>
    public required TimeSpan ReloadTimeout { get; init; }

    /// <summary>The image of bridges that name none.</summary>
    public required string BridgeImage { get; init; }

    /// <summary>How the admission webhook is run; null where it is not.</summary>
    public WebhookOptions? Webhook { get; init; }

    /// <summary>How log lines look.</summary>
    public required LogFormat LogFormat { get; init; }

    /// <summary>The least important lines that are written.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary>What the platform decides for all connections.</summary>
    public required ConnectionPolicy Policy { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <param name="value">The value of a setting by name, already chosen among flag, environment, file and default.</param>
    /// <exception cref="SettingsException">A value makes no sense.</exception>
    public static OperatorSettings Read(Func<string, string> value)
    {
        IReadOnlyList<string> List(string name) => value(name).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? Optional(string name) => value(name) is { Length: > 0 } text ? text : null;
        bool Switch(string name) => bool.TryParse(value(name), out var on) ? on : throw Wrong(name, "write true or false");
        T Word<T>(string name)
            where T : struct, Enum =>
            Enum.TryParse<T>(value(name), ignoreCase: true, out var word) && Enum.IsDefined(word) && !int.TryParse(value(name), out _)
                ? word
                : throw Wrong(name, $"write one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
        SettingsException Wrong(string name, string advice) => new($"The setting '{name}' is '{value(name)}': {advice}.");

        var concurrency = int.TryParse(value(SettingsTable.Concurrency), NumberStyles.None, CultureInfo.InvariantCulture, out var workers) && workers is > 0 and <= 256
            ? workers
            : throw Wrong(SettingsTable.Concurrency, "write a number from 1 to 256");
        var reloadTimeout = Durations.TryParse(value(SettingsTable.ReloadTimeout), out var duration) && duration >= TimeSpan.FromSeconds(10) && duration <= TimeSpan.FromHours(1)
            ? duration
            : throw Wrong(SettingsTable.ReloadTimeout, "write a duration from 10s to 1h, for example 3m");
        var listen = value(SettingsTable.Listen);
        var colon = listen.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(listen[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw Wrong(SettingsTable.Listen, "write address:port, for example *:8080, which is every address");
        }

        var logstashImage = value(SettingsTable.LogstashImage);
        if (!Repository().IsMatch(logstashImage))
        {
            throw Wrong(SettingsTable.LogstashImage, "write a repository without protocol, tag or digest, for example registry.example.com/logstash/logstash");
        }

        WebhookOptions ReadWebhook()
        {
            var ns = Optional(SettingsTable.WebhookNamespace) ?? OwnNamespace.Find();
            var service = value(SettingsTable.WebhookService);
            return new WebhookOptions
            {
                Listen = EndPoint(value(SettingsTable.WebhookListen)) ?? throw Wrong(SettingsTable.WebhookListen, "write an IP address and a port, for example *:9443, which is every address"),
                CertificateDirectory = Optional(SettingsTable.WebhookCertificateDirectory),
                ServerNames = [$"{service}.{ns}.svc", $"{service}.{ns}.svc.cluster.local", .. List(SettingsTable.WebhookNames)],
                Secret = new NamespacedName(ns, value(SettingsTable.WebhookSecret)),
                Configuration = value(SettingsTable.WebhookConfiguration),
                Namespaces = List(SettingsTable.Namespaces),
            };
        }

        return new OperatorSettings
        {
            Namespaces = List(SettingsTable.Namespaces),
            Kubeconfig = Optional(SettingsTable.Kubeconfig),
            Context = Optional(SettingsTable.Context),
            Listen = listen,
            LeaderElection = Switch(SettingsTable.LeaderElection),
            LeaseNamespace = Optional(SettingsTable.LeaseNamespace),
            LeaseName = value(SettingsTable.LeaseName),
            Concurrency = concurrency,
            ReloadTimeout = reloadTimeout,
            BridgeImage = Optional(SettingsTable.BridgeImage) ?? BridgeImages.OfThisRelease,
            Webhook = Switch(SettingsTable.Webhook) ? ReadWebhook() : null,
            LogFormat = Word<LogFormat>(SettingsTable.LogFormat),
            LogLevel = Word<LogLevel>(SettingsTable.LogLevel),
            Policy = new ConnectionPolicy
            {
                DeniedPlugins = List(SettingsTable.DeniedPlugins).ToHashSet(StringComparer.Ordinal),
                DeniedSettings = List(SettingsTable.DeniedSettings).ToHashSet(StringComparer.Ordinal),
                LogstashImage = logstashImage,
            },
        };
    }

    /// <summary>An address and a port; null where it is none. A star is every address, as it is for <see cref="Listen"/>.</summary>
    private static IPEndPoint? EndPoint(string text)
    {
        // Takes IPv4 as well.
        var every = Socket.OSSupportsIPv6 ? "[::]" : "0.0.0.0";
        return IPEndPoint.TryParse(text.StartsWith("*:", StringComparison.Ordinal) ? $"{every}{text[1..]}" : text, out var endpoint) && endpoint.Port > 0 ? endpoint : null;
    }

    /// <summary>An image reference without tag and digest: a port may follow the registry.</summary>
    [GeneratedRegex(@"^([A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Repository();
}

/// <summary>A setting that can't be used. The message names it and says what to write.</summary>
internal sealed class SettingsException(string message) : Exception(message);
