using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>
/// What files hold, read again whenever their content changes. They are looked at once in a while: the kubelet exchanges a whole directory by a symbolic link, which file system
/// events tell badly. New content that can't be used is logged, and the old one stays.
/// </summary>
/// <typeparam name="T">What they are read as.</typeparam>
internal sealed partial class ReloadingFiles<T> : IAsyncDisposable
    where T : class
{
    /// <summary>How often files are looked at unless said otherwise. The kubelet takes a minute or so to bring a new Secret.</summary>
    private static readonly TimeSpan StandardInterval = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<string> _paths;
    private readonly Func<IReadOnlyList<byte[]>, T> _read;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private CancellationTokenSource _change = new();
    private byte[] _digest;
    private volatile T _current;
    private byte[]? _fresh;
    private byte[]? _refused;
    private string? _problem;
    private Task _watching = Task.CompletedTask;

    private ReloadingFiles(IReadOnlyList<string> paths, Func<IReadOnlyList<byte[]>, T> read, TimeProvider time, TimeSpan interval, ILogger logger)
    {
        _paths = paths;
        _read = read;
        _time = time;
        _interval = interval;
        _logger = logger;
        var contents = Contents();
        _digest = Digest(contents);
        _current = read(contents);
    }

    /// <summary>What they hold now.</summary>
    public T Current => _current;

    /// <summary>Is cancelled when they hold something else than <see cref="Current"/> held when this was asked for.</summary>
    public CancellationToken Changed
    {
        get
        {
            lock (_gate)
            {
                return _change.Token;
            }
        }
    }

    /// <summary>Reads files and begins to watch them.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="read">Makes something of their contents; throws <see cref="FormatException"/> with a message for people where it can't.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="interval">How often they are looked at; null for every two seconds.</param>
    /// <exception cref="IOException">One can't be read.</exception>
    /// <exception cref="FormatException">What they hold can't be used.</exception>
    public static ReloadingFiles<T> Open(
        IReadOnlyList<string> paths, Func<IReadOnlyList<byte[]>, T> read, TimeProvider time, ILogger logger, TimeSpan? interval = null)
    {
        var files = new ReloadingFiles<T>(paths, read, time, interval ?? StandardInterval, logger);
        files._watching = files.WatchAsync(files._ending.Token);
        return files;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _watching;
        _ending.Dispose();
        _change.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private void Look()
    {
        byte[]? digest = null;
        try
        {
            var contents = Contents();
            digest = Digest(contents);
            if (digest.AsSpan().SequenceEqual(_digest) || digest.AsSpan().SequenceEqual(_refused))
            {
                _problem = null;
                return;
            }

            // Where files are exchanged one after the other, only what is there at the next look, too, belongs together.
            if (!digest.AsSpan().SequenceEqual(_fresh))
            {
                _fresh = digest;
                return;
            }

            _current = _read(contents);
        }
        catch (Exception failure)
        {
            _refused = digest;
            if (_problem != failure.Message)
            {
                _problem = failure.Message;
                LogRefused(_logger, string.Join(", ", _paths), failure.Message);
            }

            return;
        }

        (_digest, _refused, _problem) = (digest, null, null);
        LogChanged(_logger, string.Join(", ", _paths));
        CancellationTokenSource change;
        lock (_gate)
        {
            change = _change;
            _change = new CancellationTokenSource();
        }

        change.Cancel();
        change.Dispose();
    }

    private byte[][] Contents() => [.. _paths.Select(File.ReadAllBytes)];

    private static byte[] Digest(byte[][] contents)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var content in contents)
        {
            digest.AppendData(SHA256.HashData(content));
        }

        return digest.GetHashAndReset();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Files} changed and is used from now on")]
    private static partial void LogChanged(ILogger logger, string files);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Files} changed, but can't be used, so what it held before still counts: {Reason}")]
    private static partial void LogRefused(ILogger logger, string files, string reason);
}
