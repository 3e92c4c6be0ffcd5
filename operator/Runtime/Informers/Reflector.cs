using System.Net;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Runtime;

/// <summary>
/// Keeps an informer's cache equal to one collection of the API server: lists it, then watches it from there. A watch that ends goes on from the last
/// version seen; only when the server no longer knows that version (410) is the collection listed again.
/// </summary>
internal sealed class Reflector<T>(InformerContext context, ListQuery query, int pageSize, Informer<T> informer, ILogger logger)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    // Servers send a bookmark about every minute.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan TooShort = TimeSpan.FromSeconds(1);
    private static readonly BackoffPolicy Backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));
    private const int FailuresBeforeNewList = 5;

    private readonly ResourceKind _kind = ResourceKind.Of<T>();
    private string? _resourceVersion;
    private bool _synced;
    private int _failures;
    private ListReason _listReason;

    // The last watch was too far behind. If the next one is so, too, without having seen anything, a new list at once would not help.
    private bool _expired;

    /// <summary>Ends when cancelled, and only then.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (_resourceVersion is null)
                {
                    await ListAsync(cancellationToken);
                }

                await WatchAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e) when (_resourceVersion is not null && e.StatusCode == HttpStatusCode.Gone && !_expired)
            {
                logger.LogInformation("The watch of {Kind} in {Namespace} is too far behind; listing again", _kind, Where);
                _expired = true;
                ForgetVersion(ListReason.Expired);
            }
            catch (Exception e)
            {
                await WaitAfterAsync(e, cancellationToken);
            }
        }
    }

    private string Where => query.Namespace ?? "all namespaces";

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var (items, version) = await ReadAllPagesAsync(cancellationToken);
        informer.Replace(query.Namespace, items);
        _resourceVersion = version;
        context.Metrics.Listed(_kind, _listReason);
        if (!_synced)
        {
            _synced = true;
            informer.MarkSynced();
            logger.LogDebug("Listed {Count} of {Kind} in {Namespace} at {ResourceVersion}", items.Count, _kind, Where, version);
        }
    }

    private async Task<(List<Undecoded<T>> Items, string ResourceVersion)> ReadAllPagesAsync(CancellationToken cancellationToken)
    {
        var items = new List<Undecoded<T>>();
        var page = query with { Limit = pageSize };
        while (true)
        {
            ResourcePage<T> read;
            try
            {
                read = await context.Api.ListPageAsync<T>(page, cancellationToken);
            }
            catch (ApiException e) when (e.StatusCode == HttpStatusCode.Gone && page.Limit is not null)
            {
                // The pages outlived the server's memory: take the rest in one piece, from the beginning.
                items.Clear();
                page = query;
                continue;
            }

            items.AddRange(read.Items);
            if (read.Continue is null)
            {
                return (items, read.ResourceVersion);
            }

            page = page with { Continue = read.Continue };
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        // Spread, so that the watches of a program do not all end at once.
        var timeout = Random.Shared.Next(300, 600);
        var started = context.Time.GetTimestamp();
        var events = 0;
        context.Metrics.Watches(_kind);
        var watch = query with { ResourceVersion = _resourceVersion, TimeoutSeconds = timeout };
        await foreach (var change in context.Api.WatchAsync<T>(watch, Silence, cancellationToken))
        {
            Take(change);
            events++;
        }

        if (events == 0 && context.Time.GetElapsedTime(started) < TooShort)
        {
            throw new IOException("The watch ended at once, without an event.");
        }

        Recovered();
    }

    private void Take(WatchEvent<T> change)
    {
        switch (change.Kind)
        {
            case WatchEventKind.Added or WatchEventKind.Modified:
                informer.Set(change.Item);
                break;
            case WatchEventKind.Deleted:
                informer.Remove(change.Item.Key, change.Item);
                break;
            case WatchEventKind.Error:
                throw change.ToException();
        }

        _resourceVersion = change.Item.ResourceVersion ?? _resourceVersion;
        Recovered();
    }

    private void Recovered()
    {
        _failures = 0;
        _expired = false;
    }

    private async Task WaitAfterAsync(Exception e, CancellationToken cancellationToken)
    {
        _failures++;
        context.Metrics.WatchFailed(_kind);
        var delay = Backoff.Delay(_failures, Random.Shared.NextDouble());
        if (e is ApiException { RetryAfter: { } asked } && asked > delay)
        {
            delay = asked;
        }

        var level = _failures > 2 || !_synced ? LogLevel.Warning : LogLevel.Information;
        logger.Log(level, "Watching {Kind} in {Namespace} failed, again in {Delay}: {Error}{Hint}", _kind, Where, delay, e.Message, Hint(e));
        if (_failures >= FailuresBeforeNewList || e is ApiException { StatusCode: HttpStatusCode.Gone })
        {
            // A server restored from a backup refuses versions of its future, each kind of server in its own words.
            ForgetVersion(ListReason.Failures);
        }

        try
        {
            await Task.Delay(delay, context.Time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }

    private void ForgetVersion(ListReason reason)
    {
        _resourceVersion = null;
        _listReason = _synced ? reason : ListReason.Start;
    }

    private string Hint(Exception e) => (e as ApiException)?.StatusCode switch
    {
        HttpStatusCode.NotFound => $" (is the CustomResourceDefinition of {_kind} installed?)",
        HttpStatusCode.Forbidden => $" (the operator's role must allow list and watch on {_kind.Plural})",
        HttpStatusCode.Unauthorized => " (the credentials are wrong or have expired)",
        _ => "",
    };
}
