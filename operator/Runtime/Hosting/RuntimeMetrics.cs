using Prometheus;

namespace KafkaLogstash.Runtime;

/// <summary>
/// The runtime's metrics, named as controller-runtime and client-go name theirs, behind <see cref="RuntimeOptions.MetricsPrefix"/>.
/// </summary>
internal sealed class RuntimeMetrics
{
    // From a millisecond to about four minutes.
    private static readonly double[] Seconds = Histogram.ExponentialBuckets(0.001, 2, 18);

    private readonly MetricFactory _factory;
    private readonly CollectorRegistry _registry;
    private readonly string _prefix;
    private readonly Counter _reconciles;
    private readonly Histogram _reconcileTime;
    private readonly Gauge _workers;
    private readonly Counter _writes;
    private readonly Counter _eventsLost;
    private readonly Counter _lists;
    private readonly Counter _watchFailures;
    private readonly Gauge _leader;

    public RuntimeMetrics(CollectorRegistry registry, RuntimeOptions options)
    {
        _registry = registry;
        _factory = Metrics.WithCustomRegistry(registry);
        _prefix = options.MetricsPrefix;
        _reconciles = _factory.CreateCounter(
            Name("reconcile_total"), "Reconciles by outcome: success, requeue_after, conflict, error.", ["controller", "result"]);
        _reconcileTime = _factory.CreateHistogram(
            Name("reconcile_time_seconds"), "How long reconciles took.", ["controller"], new HistogramConfiguration { Buckets = Seconds });
        _workers = _factory.CreateGauge(Name("max_concurrent_reconciles"), "How many reconciles may run side by side.", ["controller"]);
        _writes = _factory.CreateCounter(Name("object_writes_total"), "Objects created, updated and deleted.", ["kind", "verb"]);
        _eventsLost = _factory.CreateCounter(Name("events_lost_total"), "Events that could not be written.");
        _lists = _factory.CreateCounter(Name("informer_lists_total"), "Whole collections listed; a rise after the start means watches that fell behind.", ["kind"]);
        _watchFailures = _factory.CreateCounter(Name("informer_failures_total"), "Lists and watches that failed.", ["kind"]);
        _leader = _factory.CreateGauge(Name("leader_election_master_status"), "1 while this replica leads, 0 while it stands by.");
    }

    /// <summary>Sets up the metrics of one controller and of its queue.</summary>
    public ControllerMetrics ForController(string name, int workers)
    {
        _workers.WithLabels(name).Set(workers);
        return new ControllerMetrics(this, name);
    }

    public void Wrote(ResourceKind kind, string verb) => _writes.WithLabels(kind.ToString(), verb).Inc();

    public void EventLost() => _eventsLost.Inc();

    public void Listed(ResourceKind kind) => _lists.WithLabels(kind.ToString()).Inc();

    public void WatchFailed(ResourceKind kind) => _watchFailures.WithLabels(kind.ToString()).Inc();

    public void Leads(bool leads) => _leader.Set(leads ? 1 : 0);

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
            _adds = factory.CreateCounter(runtime.Name("workqueue_adds_total"), "Keys added to the queue.", ["name"]).WithLabels(controller);
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
