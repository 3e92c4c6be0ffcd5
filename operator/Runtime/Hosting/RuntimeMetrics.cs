using Prometheus;

namespace KafkaLogstash.Runtime;

/// <summary>
/// The runtime's metrics, named as controller-runtime and client-go name theirs, behind <see cref="RuntimeOptions.MetricsPrefix"/>.
/// </summary>
internal sealed class RuntimeMetrics
{
    // From a millisecond to about four minutes.
    private static readonly double[] Seconds = Histogram.ExponentialBuckets(0.001, 2, 18);

    // client-go's, up to the longest that a request may take.
    private static readonly double[] RequestSeconds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30];

    private static readonly string[] Results = [ReconcileResults.Success, ReconcileResults.RequeueAfter, ReconcileResults.Conflict, ReconcileResults.Error];

    private readonly MetricFactory _factory;
    private readonly CollectorRegistry _registry;
    private readonly string _prefix;
    private readonly Counter _reconciles;
    private readonly Histogram _reconcileTime;
    private readonly Gauge _workers;
    private readonly Counter _writes;
    private readonly Counter _eventsLost;
    private readonly Counter _lists;
    private readonly Counter _watches;
    private readonly Counter _watchFailures;
    private readonly Gauge _cached;
    private readonly Counter _requests;
    private readonly Histogram _requestTime;
    private readonly Gauge _leader;

    public RuntimeMetrics(CollectorRegistry registry, RuntimeOptions options)
    {
        _registry = registry;
        _factory = Metrics.WithCustomRegistry(registry);
        _prefix = options.MetricsPrefix;
        _reconciles = _factory.CreateCounter(
            Name("reconcile_total"),
            "Reconciles by result: success, requeue_after (to be looked at again), conflict (the cache was behind), error.",
            ["controller", "result"]);
        _reconcileTime = _factory.CreateHistogram(
            Name("reconcile_time_seconds"), "How long reconciles took.", ["controller"], new HistogramConfiguration { Buckets = Seconds });
        _workers = _factory.CreateGauge(Name("max_concurrent_reconciles"), "How many reconciles may run side by side.", ["controller"]);
        _writes = _factory.CreateCounter(Name("object_writes_total"), "Objects that were created, updated and deleted.", ["kind", "verb"]);
        _eventsLost = _factory.CreateCounter(Name("events_lost_total"), "Events that could not be written.");
        _lists = _factory.CreateCounter(
            Name("informer_lists_total"), "Whole collections listed, by reason: start, expired (the watch fell too far behind), failures (of watches in a row).", ["kind", "reason"]);
        _watches = _factory.CreateCounter(Name("informer_watches_total"), "Watches begun; each is to last five to ten minutes.", ["kind"]);
        _watchFailures = _factory.CreateCounter(Name("informer_failures_total"), "Lists and watches that failed.", ["kind"]);
        _cached = _factory.CreateGauge(Name("informer_objects"), "Objects in the caches.", ["kind"]);
        _requests = _factory.CreateCounter(
            Name("rest_client_requests_total"),
            $"Requests to the API server by verb, resource and the status code of the answer; 429 is throttling, '{RequestMeter.NoAnswer}' no answer.",
            ["verb", "resource", "code"]);
        _requestTime = _factory.CreateHistogram(
            Name("rest_client_request_duration_seconds"),
            "Time from a request to the API server to the head of its answer.",
            ["verb", "resource"],
            new HistogramConfiguration { Buckets = RequestSeconds });
        _leader = _factory.CreateGauge(Name("leader_election_master_status"), "1 while this replica leads, 0 while it stands by.");
    }

    /// <summary>Sets up the metrics of one controller and of its queue.</summary>
    public ControllerMetrics ForController(string name, int workers)
    {
        _workers.WithLabels(name).Set(workers);
        foreach (var result in Results)
        {
            _reconciles.WithLabels(name, result);
        }

        return new ControllerMetrics(this, name);
    }

    public void Wrote(ResourceKind kind, string verb) => _writes.WithLabels(kind.ToString(), verb).Inc();

    public void EventLost() => _eventsLost.Inc();

    public void Listed(ResourceKind kind, ListReason reason) => _lists.WithLabels(kind.ToString(), Word(reason)).Inc();

    public void Watches(ResourceKind kind) => _watches.WithLabels(kind.ToString()).Inc();

    public void WatchFailed(ResourceKind kind) => _watchFailures.WithLabels(kind.ToString()).Inc();

    /// <summary>Shows how many objects of a kind are cached, whenever metrics are read.</summary>
    public void ShowCached(ResourceKind kind, Func<int> count)
    {
        _watchFailures.WithLabels(kind.ToString());
        foreach (var reason in Enum.GetValues<ListReason>())
        {
            _lists.WithLabels(kind.ToString(), Word(reason));
        }

        var cached = _cached.WithLabels(kind.ToString());
        _registry.AddBeforeCollectCallback(() => cached.Set(count()));
    }

    public void Requested(RequestSubject asked, string code, TimeSpan took)
    {
        _requests.WithLabels(asked.Verb, asked.Resource, code).Inc();
        _requestTime.WithLabels(asked.Verb, asked.Resource).Observe(took.TotalSeconds);
    }

    public void Leads(bool leads) => _leader.Set(leads ? 1 : 0);

    private static string Word(ListReason reason) => reason switch
    {
        ListReason.Expired => "expired",
        ListReason.Failures => "failures",
        _ => "start",
    };

    private string Name(string name) => $"{_prefix}_{name}";

    /// <summary>The metrics of one controller and of its queue.</summary>
    internal sealed class ControllerMetrics : IWorkQueueObserver
    {
        private readonly RuntimeMetrics _runtime;
        private readonly string _controller;
        private readonly Counter.Child _adds;
        private readonly Counter.Child _retries;
        private readonly Histogram.Child _waited;
        private readonly Histogram.Child _worked;

        public ControllerMetrics(RuntimeMetrics runtime, string controller)
        {
            _runtime = runtime;
            _controller = controller;
            var durations = new HistogramConfiguration { Buckets = Seconds };
            var factory = runtime._factory;
            _adds = factory.CreateCounter(runtime.Name("workqueue_adds_total"), "Keys (names of objects to look at) added to the queue.", ["name"]).WithLabels(controller);
            _retries = factory.CreateCounter(runtime.Name("workqueue_retries_total"), "Keys added again after a failure.", ["name"]).WithLabels(controller);
            _waited = factory
                .CreateHistogram(runtime.Name("workqueue_queue_duration_seconds"), "How long keys waited.", ["name"], durations)
                .WithLabels(controller);
            _worked = factory
                .CreateHistogram(runtime.Name("workqueue_work_duration_seconds"), "How long keys were worked on.", ["name"], durations)
                .WithLabels(controller);
        }

        /// <summary>Shows the state of the queue whenever metrics are read.</summary>
        public void Show(Func<WorkQueueState> state)
        {
            var factory = _runtime._factory;
            var depth = factory.CreateGauge(_runtime.Name("workqueue_depth"), "Keys that wait.", ["name"]).WithLabels(_controller);
            var oldest = factory
                .CreateGauge(_runtime.Name("workqueue_oldest_key_age_seconds"), "How long the key that has waited longest waits.", ["name"])
                .WithLabels(_controller);
            var failing = factory.CreateGauge(_runtime.Name("workqueue_failing_keys"), "Keys whose last attempt failed and that are tried again.", ["name"]).WithLabels(_controller);
            var active = factory.CreateGauge(_runtime.Name("active_workers"), "Reconciles that run.", ["controller"]).WithLabels(_controller);
            var longest = factory
                .CreateGauge(_runtime.Name("workqueue_longest_running_processor_seconds"), "How long the slowest running reconcile has been running.", ["name"])
                .WithLabels(_controller);
            var unfinished = factory
                .CreateGauge(_runtime.Name("workqueue_unfinished_work_seconds"), "How long all running reconciles together have been running.", ["name"])
                .WithLabels(_controller);
            _runtime._registry.AddBeforeCollectCallback(() =>
            {
                var now = state();
                depth.Set(now.Depth);
                oldest.Set(now.OldestWait.TotalSeconds);
                failing.Set(now.Failing);
                active.Set(now.Running);
                longest.Set(now.LongestRunning.TotalSeconds);
                unfinished.Set(now.Unfinished.TotalSeconds);
            });
        }

        public void Reconciled(string result, TimeSpan took)
        {
            _runtime._reconciles.WithLabels(_controller, result).Inc();
            _runtime._reconcileTime.WithLabels(_controller).Observe(took.TotalSeconds);
        }

        public void Added() => _adds.Inc();

        public void Taken(TimeSpan waited) => _waited.Observe(waited.TotalSeconds);

        public void Finished(TimeSpan worked) => _worked.Observe(worked.TotalSeconds);

        public void Retried() => _retries.Inc();
    }
}

/// <summary>How a reconcile ended, as metrics say it.</summary>
internal static class ReconcileResults
{
    public const string Success = "success";

    public const string RequeueAfter = "requeue_after";

    public const string Conflict = "conflict";

    public const string Error = "error";
}

/// <summary>Why a whole collection is listed.</summary>
internal enum ListReason
{
    /// <summary>Nothing of it is known yet.</summary>
    Start,

    /// <summary>The API server no longer knows the version that the watch is at.</summary>
    Expired,

    /// <summary>Watches failed again and again: perhaps that version is the reason.</summary>
    Failures,
}
