using System.Net;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Operator.Webhook;

/// <summary>How the admission webhook is run.</summary>
internal sealed record WebhookOptions
{
    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The folder with <c>tls.crt</c> and <c>tls.key</c>; null where the operator makes its certificates itself.</summary>
    public string? CertificateDirectory { get; init; }

    /// <summary>The names and addresses that a certificate of the operator's own is for, the one that API servers use first.</summary>
    public required IReadOnlyList<string> ServerNames { get; init; }

    /// <summary>The Secret that keeps the operator's own certificates.</summary>
    public required NamespacedName Secret { get; init; }

    /// <summary>The ValidatingWebhookConfiguration whose <c>caBundle</c> the operator keeps up to date.</summary>
    public required string Configuration { get; init; }

    /// <summary>The namespaces whose connections are checked; empty for all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>How often certificates are looked at.</summary>
    public TimeSpan CertificateInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a review may take, whatever the API server would wait.</summary>
    public TimeSpan LongestReview { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long requests are still taken after the end was asked for: API servers hear only then that this replica goes.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(3);
}
