using System.Collections.Concurrent;
using System.Threading.Channels;
using Confluent.Kafka;
using KafkaLogstash.Api;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>
/// Looks at one Kafka cluster with one set of credentials, again and again, for every connection that uses them.
/// </summary>
internal sealed class ClusterProbe : IAsyncDisposable
{
    /// <summary>Connections come many at once when the operator starts: the first look waits for them this long.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// After so many looks without an answer the client is made anew: it begins at the bootstrap servers again, and has forgotten brokers that are no more.
    /// </summary>
    private const int LooksWithOneClient = 3;

    private readonly ConcurrentDictionary<string, KafkaQuestion> _questions = new(StringComparer.Ordinal);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly KafkaQuestion _question;
    private readonly KafkaProberOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<string, KafkaQuestion, KafkaFacts> _found;
    private readonly IProbeObserver? _observer;
    private readonly ClientLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private readonly string _namespace;
    private readonly ClusterReader _reader;
    private Task _closing = Task.CompletedTask;
    private KafkaSpec _kafka;
    private ClusterClient? _client;
    private KafkaFinding? _failure;
    private bool _hasAnswered;

    public ClusterProbe(
        string ns, KafkaQuestion question, KafkaProberOptions options, TimeProvider time, ILogger logger, Action<string, KafkaQuestion, KafkaFacts> found, IProbeObserver? observer)
    {
        (_namespace, _question, _options, _time, _logger, _found, _observer) = (ns, question, options, time, logger, found, observer);
        _kafka = question.Kafka;
        _reader = new ClusterReader(options, time, ExplainAsync);
        _log = new ClientLog(question.Kafka.BootstrapServers, question.Secrets, options.RepeatedLineInterval, time, logger);
        _loop = Task.Run(() => LoopAsync(_stop.Token));
    }

    /// <summary>How many connections use it.</summary>
    public int Connections => _questions.Count;

    /// <summary>
    /// Adds a connection, or replaces what it wants to know. It is looked at soon; where the cluster does not answer, only when the next attempt is due.
    /// </summary>
    /// <returns>What is known at once: that the cluster does not answer; null else.</returns>
    public KafkaFacts? Follow(string connection, KafkaQuestion question)
    {
        _questions[connection] = question;
        _wake.Writer.TryWrite(true);
        return Volatile.Read(ref _failure) is { } failure ? Unanswered(question, failure) : null;
    }

    /// <summary>Drops a connection.</summary>
    public void Forget(string connection) => _questions.TryRemove(connection, out _);

    /// <summary>Ends the looking at once, and closes the client in bounded time.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        var closing = Task.WhenAll(_closing, _client?.DisposeAsync().AsTask() ?? Task.CompletedTask);
        if (await Task.WhenAny(closing, Task.Delay(_options.Timeout, _time)) != closing)
        {
            _logger.LogWarning("The client of Kafka at {BootstrapServers} takes long to close, and is left to itself", _question.Kafka.BootstrapServers);
        }

        _stop.Dispose();
    }

    private async Task LoopAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        try
        {
            await Task.Delay(Gathering, _time, cancellationToken);
            while (true)
            {
                var started = _time.GetTimestamp();
                _wake.Reader.TryRead(out _);
                failures = await LookAsync(failures, cancellationToken) ? 0 : failures + 1;
                if ((failures > 0 && failures % LooksWithOneClient == 0) || _client?.IsKeptWaiting(_options.GroupInterval) == true)
                {
                    Renew();
                }

                await PauseAsync(started, failures, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody asks any more, or the program ends.
        }
    }

    private async Task PauseAsync(long started, int failures, CancellationToken cancellationToken)
    {
        var wait = _options.PauseAfter(failures, Random.Shared.NextDouble());
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ends = Task.Delay(wait, _time, pause.Token);
        if (failures == 0)
        {
            await Task.WhenAny(ends, _wake.Reader.WaitToReadAsync(pause.Token).AsTask());
        }
        else
        {
            await ends;
        }

        await pause.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        var rest = _options.ShortestInterval - _time.GetElapsedTime(started);
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, _time, cancellationToken);
        }
    }

    /// <summary>Drops the client, unless the one before it is still being closed.</summary>
    private void Renew()
    {
        if (_client is not null && _closing.IsCompleted)
        {
            _closing = _client.DisposeAsync().AsTask();
            _client = null;
        }
    }

    /// <summary>Looks once. One question without an answer says little, so that what was known holds until the next look fails as well.</summary>
    /// <param name="failures">Looks before that the cluster did not answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether the cluster answered.</returns>
    private async Task<bool> LookAsync(int failures, CancellationToken cancellationToken)
    {
        var questions = _questions.ToDictionary(StringComparer.Ordinal);
        if (questions.Count == 0)
        {
            return true;
        }

        var started = _time.GetTimestamp();
        var failure = await TryLookAsync(questions, cancellationToken);
        _observer?.Looked(failure?.Reason ?? KafkaFindings.Reachable.Reason, _time.GetElapsedTime(started));
        if (failure is not null && failures == 0 && _hasAnswered)
        {
            return false;
        }

        Volatile.Write(ref _failure, failure);
        if (failure is null)
        {
            _hasAnswered = true;
            return true;
        }

        foreach (var (connection, question) in _questions)
        {
            _found(connection, question, Unanswered(question, failure));
        }

        return false;
    }

    private async Task<KafkaFinding?> TryLookAsync(Dictionary<string, KafkaQuestion> questions, CancellationToken cancellationToken)
    {
        try
        {
            if (_client is null)
            {
                _kafka = await ServiceNames.QualifyAsync(_question.Kafka, _namespace, _options, cancellationToken);
                _client = new ClusterClient(_kafka, _question.Secrets, _options, _time, _log);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            return KafkaFindings.Unusable(_log.Redact(e.Message));
        }

        try
        {
            _log.Begin();
            if (await _reader.LookAsync(_client, questions, _found, cancellationToken))
            {
                _log.ForgetTroubles();
            }

            return null;
        }
        catch (KafkaException e)
        {
            return await ExplainAsync(e.Error.Code, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it is, it must not end the looking for good.
            _logger.LogError(e, "Looking at Kafka at {BootstrapServers} failed", _question.Kafka.BootstrapServers);
            return new KafkaFinding(false, "ProbeFailed", "The operator failed to look at Kafka: its log says why.");
        }
    }

    private async Task<KafkaFinding> ExplainAsync(ErrorCode code, CancellationToken cancellationToken)
    {
        var troubles = _log.Troubles;
        var finding = KafkaFindings.Unreachable(_kafka, _question.Secrets.Username, code, troubles);
        return finding.Reason == KafkaFindings.CertificateUntrusted
            && _question.Kafka.Tls is { } tls
            && troubles.FirstOrDefault(trouble => trouble.IsAboutCertificate)?.Broker is { } broker
                ? await TlsInspection.LookAsync(broker, tls, _question.Secrets, _time, _options.Timeout, cancellationToken) ?? finding
                : finding;
    }

    private KafkaFacts Unanswered(KafkaQuestion question, KafkaFinding failure) => new()
    {
        Reachable = failure,
        TopicsAvailable = new KafkaFinding(null, "Unknown", "Topics can't be looked at while Kafka does not answer."),
        Topics =
        [
            .. question.Topics.Concat(question.WrittenTopics).Distinct(StringComparer.Ordinal)
                .Select(topic => new TopicFacts(topic, null, null) { IsRead = question.Topics.Contains(topic, StringComparer.Ordinal) }),
        ],
        LagUnknown = question.GroupId is null ? null : "Kafka does not answer.",
        At = _time.GetUtcNow(),
    };
}
