using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace KafkaLogstash.Controller.Observation;

/// <summary>
/// Watches pods of one kind of all connections, beside the reconcile loop: the loop says which pods there are
/// (<see cref="Follow"/>), reads the latest answers (<see cref="Latest"/>) and is told when they change.
/// It never waits for a pod.
/// </summary>
/// <remarks>
/// A connection whose pods all are as they should be is asked rarely, one that is on its way is asked often. At most
/// <see cref="Parallelism"/> questions are under way at once, whatever the number of connections.
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

    private const int Parallelism = 16;

    private readonly ConcurrentDictionary<string, Followed> _followed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _questions = new(Parallelism);
    private readonly CancellationTokenSource _stop = new();

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
            var asked = followed.Pods.SequenceEqual(pods) && followed.Expected == expected;
            followed.Pods = pods;
            followed.Expected = expected;
            followed.Answers = followed.Answers.RemoveRange(followed.Answers.Keys.Except(pods.Select(pod => pod.Name), StringComparer.Ordinal));
            if (followed.Loop is null)
            {
                followed.Stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                followed.Loop = Task.Run(() => LoopAsync(key, followed, followed.Stop.Token), CancellationToken.None);
            }
            else if (!asked)
            {
                followed.Wake.TrySetResult();
            }
        }
    }

    /// <summary>Ends the watching of a connection's pods.</summary>
    public void Forget(string key)
    {
        if (_followed.TryRemove(key, out var followed))
        {
            lock (followed)
            {
                followed.Stop?.Cancel();
            }
        }
    }

    /// <summary>The latest answer of each pod of a connection, by the pod's name; a pod that was not asked yet is missing.</summary>
    public ImmutableDictionary<string, TAnswer> Latest(string key) =>
        _followed.TryGetValue(key, out var followed) ? followed.Answers : ImmutableDictionary<string, TAnswer>.Empty;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _stop.CancelAsync();
        await Task.WhenAll(_followed.Values.Select(followed => followed.Loop ?? Task.CompletedTask));
        foreach (var followed in _followed.Values)
        {
            followed.Stop?.Dispose();
        }

        _stop.Dispose();
        _questions.Dispose();
    }

    private async Task LoopAsync(string key, Followed followed, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                ImmutableArray<ObservedPod> pods;
                string expected;
                Task wake;
                lock (followed)
                {
                    (pods, expected) = (followed.Pods, followed.Expected);
                    followed.Wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    wake = followed.Wake.Task;
                }

                var answers = await Task.WhenAll(pods.Select(pod => AskAsync(pod, cancellationToken)));
                var settled = Array.TrueForAll(answers, answer => isSettled(answer, expected));
                if (Record(followed, pods, answers))
                {
                    changed(key);
                }

                // Whichever comes first: the interval, or a change of what there is to ask.
                using var interval = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(wake, Task.Delay(settled ? Settled : Soon, time, interval.Token));
                await interval.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            // The connection is gone, or the program ends.
        }
    }

    private async Task<TAnswer> AskAsync(ObservedPod pod, CancellationToken cancellationToken)
    {
        await _questions.WaitAsync(cancellationToken);
        try
        {
            return await ask(pod, cancellationToken);
        }
        finally
        {
            _questions.Release();
        }
    }

    private static bool Record(Followed followed, ImmutableArray<ObservedPod> pods, TAnswer[] answers)
    {
        lock (followed)
        {
            var before = followed.Answers;
            foreach (var (pod, answer) in pods.Zip(answers).Where(pair => followed.Pods.Contains(pair.First)))
            {
                followed.Answers = followed.Answers.SetItem(pod.Name, answer);
            }

            return !ReferenceEquals(before, followed.Answers);
        }
    }

    private sealed class Followed
    {
        public ImmutableArray<ObservedPod> Pods { get; set; } = [];

        public string Expected { get; set; } = "";

        public ImmutableDictionary<string, TAnswer> Answers { get; set; } = ImmutableDictionary<string, TAnswer>.Empty;

        public TaskCompletionSource Wake { get; set; } = new();

        public Task? Loop { get; set; }

        public CancellationTokenSource? Stop { get; set; }
    }
}
