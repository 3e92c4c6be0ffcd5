using System.Collections.Concurrent;
using System.Net;
using k8s.Models;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static KafkaLogstash.Tests.Unit.Runtime.RuntimeFixture;

namespace KafkaLogstash.Tests.Unit.Runtime;

/// <summary>Config maps play the entities; services are owned by them, secrets referred to in the annotation <c>secret</c>.</summary>
public sealed class EntityLoopTests : IAsyncDisposable
{
    private static readonly NamespacedName A = new("shop", "a");

    private readonly FakeTimeProvider _time = new();
    private readonly StubApi _api;
    private readonly Recorder _controller = new();
    private readonly Finalizer _finalizer = new();
    private readonly ConcurrentDictionary<string, StubWatch> _watches = new();
    private readonly CancellationTokenSource _watching = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly List<Task> _running = [];
    private string[] _listed = [];
    private EntityLoop<V1ConfigMap>? _loop;
    private IIndexedCache<V1ConfigMap>? _entities;

    public EntityLoopTests() => _api = new StubApi
    {
        Automatic = request =>
        {
            if (request.Method != "GET")
            {
                return null;
            }

            if (!request.IsWatch)
            {
                return StubApi.Json(request.Path.EndsWith("configmaps", StringComparison.Ordinal) ? List("10", _listed) : List("10"));
            }

            var watch = _watches[request.Path] = new StubWatch();
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = watch.Content };
        },
    };

    [Fact]
    public async Task Every_entity_is_reconciled_at_the_start()
    {
        await StartAsync(ConfigMap("a", "1"), ConfigMap("b", "2"));

        Assert.Equal(["shop/a", "shop/b"], new[] { await _controller.NextAsync(), await _controller.NextAsync() }.Order());
    }

    [Fact]
    public async Task A_change_of_an_owned_object_wakes_its_owner_and_nobody_else()
    {
        await StartAsync(ConfigMap("a", "1"), ConfigMap("b", "2"));
        await _controller.TakeAsync(2);

        await SendAsync("services", "ADDED", ConfigMap("s", "11", more: Owner("Deployment", "apps/v1", "b")));
        await SendAsync("services", "ADDED", ConfigMap("s2", "12", more: Owner("ConfigMap", "v1", "a")));

        Assert.Equal("shop/a", await _controller.NextAsync());
        Assert.True(_controller.IsQuiet);
    }

    [Fact]
    public async Task A_change_of_a_referenced_object_wakes_those_who_refer_to_it()
    {
        await StartAsync(ConfigMap("a", "1", more: ""","annotations":{"secret":"x"}"""), ConfigMap("b", "2"));
        await _controller.TakeAsync(2);

        await SendAsync("secrets", "ADDED", ConfigMap("x", "11"));

        Assert.Equal("shop/a", await _controller.NextAsync());
    }

    [Fact]
    public async Task A_trigger_from_elsewhere_wakes_an_entity()
    {
        await StartAsync(ConfigMap("a", "1"));
        await _controller.TakeAsync(1);

        new ReconcileTrigger<V1ConfigMap>(new Lazy<EntityLoop<V1ConfigMap>>(_loop!)).Enqueue(A);

        Assert.Equal("shop/a", await _controller.NextAsync());
    }

    [Fact]
    public async Task A_failure_is_retried_and_leaves_the_others_alone()
    {
        var failures = 3;
        _controller.OnReconcile = entity => entity.Metadata.Name == "a" && failures-- > 0
            ? throw new InvalidOperationException("no")
            : ReconcileResult.Done;
        await StartAsync(ConfigMap("a", "1"), ConfigMap("b", "2"));

        var seen = new List<string>();
        while (seen.Count(k => k == "shop/a") < 4)
        {
            seen.Add(await Patience.UntilAsync(_controller.NextAsync(), _time));
        }

        Assert.Single(seen, "shop/b");
    }

    [Fact]
    public async Task A_wish_for_later_is_granted()
    {
        _controller.OnReconcile = _ => ReconcileResult.RequeueAfter(TimeSpan.FromMinutes(1));
        await StartAsync(ConfigMap("a", "1"));
        await _controller.TakeAsync(1);
        var from = _time.GetUtcNow();

        await Patience.UntilAsync(_controller.NextAsync(), _time);

        Assert.InRange(_time.GetUtcNow() - from, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1.5));
    }

    [Fact]
    public async Task A_deletion_is_told_with_the_last_state()
    {
        await StartAsync(ConfigMap("a", "1"));
        await _controller.TakeAsync(1);

        await SendAsync("configmaps", "DELETED", ConfigMap("a", "12"));

        Assert.Equal("deleted shop/a 12", await _controller.NextAsync());
    }

    [Fact]
    public async Task A_namesake_of_a_deleted_entity_is_reconciled_after_the_deletion_was_told()
    {
        using var gate = new SemaphoreSlim(0);
        _controller.OnReconcile = _ =>
        {
            gate.Wait(TestContext.Current.CancellationToken);
            return ReconcileResult.Done;
        };
        await StartAsync(ConfigMap("a", "1"));
        await _controller.TakeAsync(1);

        await SendAsync("configmaps", "DELETED", ConfigMap("a", "12"));
        await SendAsync("configmaps", "ADDED", ConfigMap("a", "13").Replace("uid-a", "uid-new", StringComparison.Ordinal));
        await Patience.UntilAsync(() => _entities!.Get(A)?.Metadata.Uid == "uid-new");
        gate.Release(2);

        Assert.Equal("deleted shop/a 12", await _controller.NextAsync());
        Assert.Equal("shop/a", await _controller.NextAsync());
    }

    [Fact]
    public async Task A_finalizer_is_put_on_before_the_reconcile_and_taken_off_after_its_work()
    {
        await StartAsync(ConfigMap("a", "1", more: ""","labels":{"finalize":"yes"}"""));
        var attach = await _api.NextAsync();
        Assert.Equal("""{"metadata":{"resourceVersion":"1","finalizers":["x/y"]}}""", attach.Body!.ToJsonString());
        Assert.True(_controller.IsQuiet);
        attach.Answer(ConfigMap("a", "2"));
        await _controller.TakeAsync(1);

        await SendAsync("configmaps", "MODIFIED", ConfigMap("a", "12", more: ""","finalizers":["z/z","x/y"],"deletionTimestamp":"2026-01-01T00:00:00Z" """));
        var detach = await _api.NextAsync();

        Assert.Equal("12", _finalizer.Finalized?.Metadata.ResourceVersion);
        Assert.Equal("""{"metadata":{"resourceVersion":"12","finalizers":["z/z"]}}""", detach.Body!.ToJsonString());
        detach.Answer(ConfigMap("a", "13"));
    }

    [Fact]
    public async Task A_finalizer_whose_work_takes_longer_stays_on_and_is_run_again()
    {
        _finalizer.Again = TimeSpan.FromSeconds(5);
        await StartAsync(ConfigMap("a", "12", more: ""","finalizers":["x/y"],"deletionTimestamp":"2026-01-01T00:00:00Z" """));
        await Patience.UntilAsync(() => _finalizer.Finalized is not null && _finalizer.Again is null);

        var detach = await Patience.UntilAsync(_api.NextAsync(), _time);

        Assert.Equal("""{"metadata":{"resourceVersion":"12","finalizers":[]}}""", detach.Body!.ToJsonString());
        detach.Answer(ConfigMap("a", "13"));
    }

    [Fact]
    public async Task A_stop_lets_running_reconciles_finish()
    {
        using var gate = new SemaphoreSlim(0);
        var finished = false;
        _controller.OnReconcile = _ =>
        {
            gate.Wait(TestContext.Current.CancellationToken);
            finished = true;
            return ReconcileResult.Done;
        };
        await StartAsync(ConfigMap("a", "1"));
        await _controller.TakeAsync(1);

        await _stopping.CancelAsync();
        Assert.False(_running[1].IsCompleted);
        gate.Release();
        await _running[1].WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        Assert.True(finished);
    }

    [Fact]
    public async Task A_reconcile_that_hangs_is_cancelled_and_tried_again()
    {
        _controller.Waits = static token => Task.Delay(Timeout.Infinite, token);
        await StartAsync(ConfigMap("a", "1"));
        await _controller.TakeAsync(1);

        Assert.Equal("shop/a", await Patience.UntilAsync(_controller.NextAsync(), _time));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _abort.CancelAsync();
        await _watching.CancelAsync();
        await Task.WhenAll(_running).WaitAsync(Patience.Limit);
        _loop?.Dispose();
        _api.Dispose();
        _watching.Dispose();
        _stopping.Dispose();
        _abort.Dispose();
    }

    private async Task StartAsync(params string[] entities)
    {
        _listed = entities;
        var catalogue = new InformerCatalogue();
        var runtime = new ControllerRuntimeBuilder(new ServiceCollection(), catalogue);
        runtime.Informer<V1ConfigMap>();
        var settings = new ControllerBuilder<V1ConfigMap>(runtime)
            .Owns<V1Service>()
            .References<PartialObjectMetadata<V1Secret>>(static e =>
                e.Metadata.Annotations?.TryGetValue("secret", out var name) == true ? [new NamespacedName(e.Metadata.NamespaceProperty, name)] : []);
        var context = Context(_api, _time);
        var informers = new InformerSet(catalogue, context);
        _entities = informers.For<V1ConfigMap>().Cache;
        _loop = new EntityLoop<V1ConfigMap>(
            settings, _controller, new FinalizerSet<V1ConfigMap>(context.Api, [_finalizer]), informers, Options, context.Metrics, _time, NullLogger.Instance);
        _running.Add(informers.RunAsync(_watching.Token));
        _running.Add(_loop.RunAsync(_stopping.Token, _abort.Token));
        await Patience.UntilAsync(() => _watches.Count == 3);
    }

    private Task SendAsync(string plural, string type, string json) => _watches[$"/api/v1/{plural}"].SendAsync(type, json);

    private static string Owner(string kind, string apiVersion, string name) =>
        $$""","ownerReferences":[{"apiVersion":"{{apiVersion}}","kind":"{{kind}}","name":"{{name}}","uid":"u","controller":true}]""";

    private sealed class Recorder : IEntityController<V1ConfigMap>
    {
        private readonly System.Threading.Channels.Channel<string> _calls = System.Threading.Channels.Channel.CreateUnbounded<string>();

        public Func<V1ConfigMap, ReconcileResult> OnReconcile { get; set; } = static _ => ReconcileResult.Done;

        public Func<CancellationToken, Task> Waits { get; set; } = static _ => Task.CompletedTask;

        public bool IsQuiet => !_calls.Reader.TryPeek(out _);

        public Task<string> NextAsync() => _calls.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask();

        public async Task TakeAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await NextAsync().WaitAsync(Patience.Limit);
            }
        }

        public async Task<ReconcileResult> ReconcileAsync(V1ConfigMap entity, CancellationToken cancellationToken)
        {
            await Task.Yield();
            _calls.Writer.TryWrite(entity.Key().ToString());
            await Waits(cancellationToken);
            return OnReconcile(entity);
        }

        public Task DeletedAsync(V1ConfigMap entity, CancellationToken cancellationToken)
        {
            _calls.Writer.TryWrite($"deleted {entity.Key()} {entity.Metadata.ResourceVersion}");
            return Task.CompletedTask;
        }
    }

    private sealed class Finalizer : IEntityFinalizer<V1ConfigMap>
    {
        public string Identifier => "x/y";

        public V1ConfigMap? Finalized { get; private set; }

        public bool AppliesTo(V1ConfigMap entity) => entity.Metadata.Labels?.ContainsKey("finalize") == true;

        public TimeSpan? Again { get; set; }

        public Task<ReconcileResult> FinalizeAsync(V1ConfigMap entity, CancellationToken cancellationToken)
        {
            var result = new ReconcileResult(Again);
            (Finalized, Again) = (entity, null);
            return Task.FromResult(result);
        }
    }
}
