using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace KafkaLogstash.Controller.Observation;

/// <summary>
/// Watches pods of one kind of all connections, beside the reconcile loop: the loop says which pods there are
/// (<see cref="Follow"/>), reads the latest answers (<see cref="Latest"/>) and is told when they change.
/// It never waits for a pod.
/// </summary>
/// <remarks>
/// A pod that is as it should be is asked rarely, one that is on its way is asked often, and one that keeps silent is asked ever more rarely. At most
/// <see cref="Parallelism"/> questions are under way at once, whatever the number of connections, and at most half of them to pods that kept silent the last time: who
/// answers does not wait for who does not.
/// </remarks>
/// <typeparam name="TAnswer">What a pod answers; answers that say the same are equal.</typeparam>
/// <param name="ask">Asks a pod. It never throws for what the pod does, and takes at most a few seconds.</param>
/// <param name="isSettled">Whether an answer is the expected one.</param>
/// <param name="time">The clock.</param>
/// <param name="changed">Called with the key of a connection when a pod's answer changed; it must return at once.</param>
internal abstract class PodObserver<TAnswer>(
    Func<ObservedPod, CancellationToken, Task<TAnswer>> ask, Func<TAnswer, string, bool> isSettled, TimeProvider time, Action<string> changed) : IAsyncDisposable
    where TAnswer : class
{
    /// <summary>How often pods are asked that are not yet as they should be.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    /// <summary>How often pods are asked that are as they should be.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(30);

    /// <summary>The pause before a silent pod is asked doubles each time up to this.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    /// <summary>A pod that takes as long over an answer that is not the expected one counts as silent. One that does not listen yet says so at once, and is asked often.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private const int Parallelism = 16;

    private readonly ConcurrentDictionary<string, Followed> _followed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _questions = new(Parallelism);
    private readonly SemaphoreSlim _questionsToSilentPods = new(Parallelism / 2);

    /// <summary>Says which pods a connection has now and what is expected of them; an empty list ends the watching.</summary>
    /// <param name="key">The connection, as <c>namespace/name</c>.</param>
    /// <param name="pods">Its pods that have an address.</param>
    /// <param name="expected">What is expected of them.</param>
    public void Follow(string key, ImmutableArray<ObservedPod> pods, string expected)
    {
        if (pods.IsEmpty)
        {
            Forget(key);
            return;
        }

        var followed = _followed.GetOrAdd(key, _ => new Followed());
        lock (followed)
        {
            foreach (var gone in followed.Loops.Keys.Except(pods).ToList())
            {
                followed.Loops.Remove(gone, out var loop);
                loop!.Stop.Cancel();
            }

            var names = followed.Answers.Keys.Except(pods.Select(pod => pod.Name), StringComparer.Ordinal).ToList();
            followed.Answers = followed.Answers.RemoveRange(names);
            followed.AskedAt = followed.AskedAt.RemoveRange(names);
            var isNew = followed.Expected != expected;
            followed.Expected = expected;
            foreach (var pod in pods)
            {
                if (!followed.Loops.TryGetValue(pod, out var loop))
                {
                    followed.Loops[pod] = loop = new Loop();
                    loop.Run = Task.Run(() => LoopAsync(key, followed, pod, loop), CancellationToken.None);
                }
                else if (isNew)
                {
                    loop.Wake.TrySetResult();
                }
            }
        }
    }

    /// <summary>Ends the watching of a connection's pods.</summary>
    public void Forget(string key)
    {
        if (_followed.TryRemove(key, out var followed))
        {
            Stop(followed);
        }
    }

    /// <summary>The latest answer of each pod of a connection, by the pod's name; a pod that was not asked yet is missing.</summary>
    public ImmutableDictionary<string, TAnswer> Latest(string key)
    {
        if (!_followed.TryGetValue(key, out var followed))
        {
            return ImmutableDictionary<string, TAnswer>.Empty;
        }

        lock (followed)
        {
            return followed.Answers;
        }
    }

    /// <summary>
    /// When each pod was last asked of those that have been asked, UTC. Who reads this before <see cref="Latest"/> sees answers that are no older than it says.
    /// </summary>
    /// <param name="key">The connection, as <c>namespace/name</c>.</param>
    public ImmutableDictionary<string, DateTimeOffset> AskedAt(string key)
    {
        if (!_followed.TryGetValue(key, out var followed))
        {
            return ImmutableDictionary<string, DateTimeOffset>.Empty;
        }

        lock (followed)
        {
            return followed.AskedAt;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Task.WhenAll(_followed.Values.SelectMany(Stop).ToList());
        _questions.Dispose();
        _questionsToSilentPods.Dispose();
    }

    private static List<Task> Stop(Followed followed)
    {
        lock (followed)
        {
            foreach (var loop in followed.Loops.Values)
            {
                loop.Stop.Cancel();
            }

            return [.. followed.Loops.Values.Select(loop => loop.Run)];
        }
    }

    private async Task LoopAsync(string key, Followed followed, ObservedPod pod, Loop loop)
    {
        var stop = loop.Stop.Token;
        var silence = TimeSpan.Zero;
        try
        {
            while (true)
            {
                string expected;
                Task wake;
                lock (followed)
                {
                    expected = followed.Expected;
                    loop.Wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    wake = loop.Wake.Task;
                }

                var (answer, askedAt, took) = silence > TimeSpan.Zero ? await AskSilentAsync(pod, stop) : await AskAsync(pod, stop);
                var settled = isSettled(answer, expected);
                silence = settled || took < Silence ? TimeSpan.Zero : Longer(silence);
                if (Record(followed, pod, loop, answer, askedAt))
                {
                    changed(key);
                }

                // Whichever comes first: the pause, or something else that is expected.
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAny(wake, Task.Delay(settled ? Settled : silence > TimeSpan.Zero ? silence : Soon, time, pause.Token));
                await pause.CancelAsync();
                stop.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            // The pod is gone, or the program ends.
        }
    }

    private static TimeSpan Longer(TimeSpan silence)
    {
        var doubled = (silence > TimeSpan.Zero ? silence : Soon) * 2;
        return doubled < LongestPause ? doubled : LongestPause;
    }

    private async Task<(TAnswer Answer, DateTimeOffset AskedAt, TimeSpan Took)> AskSilentAsync(ObservedPod pod, CancellationToken cancellationToken)
    {
        await _questionsToSilentPods.WaitAsync(cancellationToken);
        try
        {
            return await AskAsync(pod, cancellationToken);
        }
        finally
        {
            _questionsToSilentPods.Release();
        }
    }

    private async Task<(TAnswer Answer, DateTimeOffset AskedAt, TimeSpan Took)> AskAsync(ObservedPod pod, CancellationToken cancellationToken)
    {
        await _questions.WaitAsync(cancellationToken);
        try
        {
            var (askedAt, started) = (time.GetUtcNow(), time.GetTimestamp());
            return (await ask(pod, cancellationToken), askedAt, time.GetElapsedTime(started));
        }
        finally
        {
            _questions.Release();
        }
    }

    private static bool Record(Followed followed, ObservedPod pod, Loop loop, TAnswer answer, DateTimeOffset askedAt)
    {
        lock (followed)
        {
            if (followed.Loops.GetValueOrDefault(pod) != loop)
            {
                return false;
            }

            var before = followed.Answers;
            followed.Answers = before.SetItem(pod.Name, answer);
            followed.AskedAt = followed.AskedAt.SetItem(pod.Name, askedAt);
            return !ReferenceEquals(before, followed.Answers);
        }
    }

    private sealed class Followed
    {
        public Dictionary<ObservedPod, Loop> Loops { get; } = [];

        public string Expected { get; set; } = "";

        public ImmutableDictionary<string, TAnswer> Answers { get; set; } = ImmutableDictionary<string, TAnswer>.Empty;

        public ImmutableDictionary<string, DateTimeOffset> AskedAt { get; set; } = ImmutableDictionary<string, DateTimeOffset>.Empty;
    }

    private sealed class Loop
    {
        public CancellationTokenSource Stop { get; } = new();

        public TaskCompletionSource Wake { get; set; } = new();

        public Task Run { get; set; } = Task.CompletedTask;
    }
}
