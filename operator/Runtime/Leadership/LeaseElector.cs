using k8s.Models;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Runtime;

/// <summary>How a term as leader ended.</summary>
internal enum TermEnd
{
    /// <summary>The program stops; the Lease was given back.</summary>
    Stopped,

    /// <summary>The Lease could not be renewed in time, or somebody else took it.</summary>
    Lost,
}

/// <summary>
/// Leader election by a Lease, as client-go does it: who holds the Lease leads; a Lease that has not changed for its duration, by the observer's own clock, is free.
/// It is given back at the end, so that the next leader need not wait. KubernetesClient's LeaderElector does not give it back and knows no other clock than the wall's.
/// </summary>
internal sealed class LeaseElector
{
    private readonly KubernetesApi _api;
    private readonly LeaderElectionOptions _options;
    private readonly string _identity;
    private readonly TimeProvider _time;
    private readonly ILogger<LeaseElector> _logger;
    private V1Lease? _observed;
    private long _observedAt;

    public LeaseElector(KubernetesApi api, LeaderElectionOptions options, string identity, TimeProvider time, ILogger<LeaseElector> logger)
    {
        if (options.RenewDeadline >= options.LeaseDuration || options.RetryPeriod >= options.RenewDeadline)
        {
            throw new ArgumentException(
                $"Leader election needs RetryPeriod ({options.RetryPeriod}) < RenewDeadline ({options.RenewDeadline}) < LeaseDuration ({options.LeaseDuration}).",
                nameof(options));
        }

        _api = api;
        _options = options;
        _identity = identity;
        _time = time;
        _logger = logger;
    }

    /// <summary>Whether this replica leads.</summary>
    public bool IsLeader { get; private set; }

    /// <summary>Who held the Lease when it was last seen.</summary>
    private string? Holder => _observed?.Spec?.HolderIdentity;

    /// <summary>Waits for the Lease, then leads until stopped or until the Lease is lost.</summary>
    /// <param name="lead">
    /// What a leader does. The first token asks it to finish in peace (the Lease is still renewed while it does); the second says that another may lead already.
    /// </param>
    /// <param name="stopping">Ends the term.</param>
    public async Task<TermEnd> RunAsync(Func<CancellationToken, CancellationToken, Task> lead, CancellationToken stopping)
    {
        if (!await AcquireAsync(stopping))
        {
            return TermEnd.Stopped;
        }

        _logger.LogInformation("{Identity} leads now (Lease {Lease})", _identity, _options.Lease);
        IsLeader = true;
        using var lost = new CancellationTokenSource();
        using var finished = new CancellationTokenSource();
        var renewing = RenewAsync(lost, finished.Token);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, lost.Token);
            await lead(either.Token, lost.Token);
        }
        finally
        {
            IsLeader = false;
            await finished.CancelAsync();
            await renewing;
        }

        if (lost.IsCancellationRequested)
        {
            return TermEnd.Lost;
        }

        await ReleaseAsync();
        return TermEnd.Stopped;
    }

    private async Task<bool> AcquireAsync(CancellationToken stopping)
    {
        var told = "";
        try
        {
            while (!await TryHoldAsync(stopping, stopping))
            {
                if (Holder is { Length: > 0 } holder && holder != told)
                {
                    told = holder;
                    _logger.LogInformation("{Holder} leads; {Identity} stands by (Lease {Lease})", holder, _identity, _options.Lease);
                }

                await Task.Delay(_options.RetryPeriod * (1 + (0.2 * Random.Shared.NextDouble())), _time, stopping);
            }

            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task RenewAsync(CancellationTokenSource lost, CancellationToken finished)
    {
        var renewed = _time.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(_options.RetryPeriod, _time, finished);
                using var deadline = new CancellationTokenSource(Positive(_options.RenewDeadline - _time.GetElapsedTime(renewed)), _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(finished, deadline.Token);
                var started = _time.GetTimestamp();
                if (await TryHoldAsync(either.Token, finished))
                {
                    renewed = started;
                }
                else if (Holder is { Length: > 0 } holder && holder != _identity)
                {
                    _logger.LogError("{Holder} has taken the Lease {Lease} from {Identity}", holder, _options.Lease, _identity);
                    break;
                }
                else if (_time.GetElapsedTime(renewed) >= _options.RenewDeadline)
                {
                    _logger.LogError("The Lease {Lease} could not be renewed for {Deadline}; {Identity} stops leading", _options.Lease, _options.RenewDeadline, _identity);
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (finished.IsCancellationRequested)
        {
            // The term is over; nothing to renew.
        }
        finally
        {
            // However the renewing ended: who no longer renews must not lead.
            if (!finished.IsCancellationRequested)
            {
                IsLeader = false;
                await lost.CancelAsync();
            }
        }
    }

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.FromMilliseconds(1);

    /// <summary>Takes or renews the Lease.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="end">Ends the attempts altogether.</param>
    /// <returns>False when another holds it, or when the attempt failed, in whatever way; the reason is logged.</returns>
    private async Task<bool> TryHoldAsync(CancellationToken cancellationToken, CancellationToken end)
    {
        try
        {
            var lease = await _api.GetAsync<V1Lease>(_options.Lease, cancellationToken);
            if (lease is null)
            {
                Observe(await _api.CreateAsync(NewLease(), cancellationToken));
                return true;
            }

            Observe(lease);
            lease.Spec ??= new V1LeaseSpec();
            var holder = lease.Spec.HolderIdentity;
            var isMine = holder == _identity;
            if (!isMine && !string.IsNullOrEmpty(holder)
                && _time.GetElapsedTime(_observedAt) < TimeSpan.FromSeconds(lease.Spec.LeaseDurationSeconds ?? _options.LeaseDuration.TotalSeconds))
            {
                return false;
            }

            var now = _time.GetUtcNow().UtcDateTime;
            lease.Spec.HolderIdentity = _identity;
            lease.Spec.LeaseDurationSeconds = (int)_options.LeaseDuration.TotalSeconds;
            lease.Spec.RenewTime = now;
            lease.Spec.AcquireTime = isMine ? lease.Spec.AcquireTime : now;
            lease.Spec.LeaseTransitions = (lease.Spec.LeaseTransitions ?? 0) + (isMine ? 0 : 1);
            Observe(await _api.ReplaceAsync(lease, cancellationToken));
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !end.IsCancellationRequested)
        {
            // Also what nobody expects, an answer of somebody else in the API server's place for instance: the next attempt may succeed, and the caller looks at the clock.
            var level = e is ApiException { IsConflict: true } ? LogLevel.Debug : LogLevel.Warning;
            _logger.Log(level, "The Lease {Lease} could not be taken or renewed: {Error}", _options.Lease, e.Message);
            return false;
        }
    }

    /// <summary>A Lease that changed was alive at this moment, whatever its holder's clock says.</summary>
    private void Observe(V1Lease lease)
    {
        if (_observed?.Metadata.ResourceVersion != lease.Metadata.ResourceVersion)
        {
            _observedAt = _time.GetTimestamp();
        }

        _observed = lease;
    }

    private V1Lease NewLease()
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return new V1Lease
        {
            ApiVersion = "coordination.k8s.io/v1",
            Kind = "Lease",
            Metadata = new V1ObjectMeta { Name = _options.Lease.Name, NamespaceProperty = _options.Lease.Namespace },
            Spec = new V1LeaseSpec
            {
                HolderIdentity = _identity,
                LeaseDurationSeconds = (int)_options.LeaseDuration.TotalSeconds,
                AcquireTime = now,
                RenewTime = now,
                LeaseTransitions = 0,
            },
        };
    }

    private async Task ReleaseAsync()
    {
        try
        {
            using var bound = new CancellationTokenSource(_options.RetryPeriod, _time);
            if (await _api.GetAsync<V1Lease>(_options.Lease, bound.Token) is { Spec: { } spec } lease && spec.HolderIdentity == _identity)
            {
                spec.HolderIdentity = "";
                spec.LeaseDurationSeconds = 1;
                spec.RenewTime = _time.GetUtcNow().UtcDateTime;
                await _api.ReplaceAsync(lease, bound.Token);
                _logger.LogInformation("{Identity} gave back the Lease {Lease}", _identity, _options.Lease);
            }
        }
        catch (Exception e)
        {
            _logger.LogWarning("The Lease {Lease} could not be given back; it runs out by itself: {Error}", _options.Lease, e.Message);
        }
    }
}
