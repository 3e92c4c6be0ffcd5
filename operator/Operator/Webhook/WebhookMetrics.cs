using Prometheus;

namespace KafkaLogstash.Operator.Webhook;

/// <summary>How a request for a review ended, as the label <c>result</c> has it.</summary>
internal enum ReviewResult
{
    /// <summary>Checked, and allowed.</summary>
    Allowed,

    /// <summary>Checked, and refused.</summary>
    Denied,

    /// <summary>Allowed without a check, because nothing that is checked changes.</summary>
    Passed,

    /// <summary>No review, or none of this webhook.</summary>
    BadRequest,

    /// <summary>Not answered in time.</summary>
    TimedOut,

    /// <summary>A mistake of the operator's.</summary>
    Failed,
}

/// <summary>The webhook's metrics.</summary>
internal sealed class WebhookMetrics
{
    private const string Prefix = "kafka_logstash_operator";

    // From half a millisecond to about eight seconds: API servers wait ten.
    private static readonly double[] Seconds = Histogram.ExponentialBuckets(0.0005, 2, 15);

    private readonly Counter _reviews;
    private readonly Histogram _duration;
    private readonly Gauge _certificateEnds;

    public WebhookMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        _reviews = factory.CreateCounter(
            $"{Prefix}_admission_reviews_total",
            "Reviews that API servers asked for, by result: allowed, denied, passed (nothing that is checked changes), bad_request, timed_out, failed.",
            ["result"]);
        _duration = factory.CreateHistogram(
            $"{Prefix}_admission_review_duration_seconds", "How long reviews took.", new HistogramConfiguration { Buckets = Seconds });
        _certificateEnds = factory.CreateGauge(
            $"{Prefix}_webhook_certificate_expiry_timestamp_seconds",
            "When the certificate that the webhook serves ends, in seconds since 1970.",
            new GaugeConfiguration { SuppressInitialValue = true });
        foreach (var result in Enum.GetValues<ReviewResult>())
        {
            _reviews.WithLabels(Label(result));
        }
    }

    /// <summary>Counts a request.</summary>
    public void Reviewed(ReviewResult result, TimeSpan took)
    {
        _reviews.WithLabels(Label(result)).Inc();
        _duration.Observe(took.TotalSeconds);
    }

    /// <summary>Shows when the certificate that is served ends.</summary>
    public void Serves(DateTimeOffset until) => _certificateEnds.Set(until.ToUnixTimeSeconds());

    private static string Label(ReviewResult result) => result switch
    {
        ReviewResult.Allowed => "allowed",
        ReviewResult.Denied => "denied",
        ReviewResult.Passed => "passed",
        ReviewResult.BadRequest => "bad_request",
        ReviewResult.TimedOut => "timed_out",
        _ => "failed",
    };
}
