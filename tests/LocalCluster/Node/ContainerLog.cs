using System.Globalization;
using System.Text;
using KafkaLogstash.LocalCluster.ApiServer;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>The output of one run of a container; of very long ones only the end.</summary>
internal sealed class ContainerLog(TimeProvider time)
{
    private const int KeptLines = 20_000;

    private readonly Lock _lock = new();
    private readonly Queue<(DateTimeOffset Time, string Text)> _lines = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _dropped;
    private bool _ended;

    /// <summary>Adds a line.</summary>
    public void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lock)
        {
            _lines.Enqueue((time.GetUtcNow(), line));
            if (_lines.Count > KeptLines)
            {
                _lines.Dequeue();
                _dropped++;
            }
        }

        Announce();
    }

    /// <summary>Says that no more lines come.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
        }

        Announce();
    }

    /// <summary>Its last lines, for a status message.</summary>
    public string Tail(int count)
    {
        lock (_lock)
        {
            return string.Join('\n', _lines.TakeLast(count).Select(line => line.Text));
        }
    }

    /// <summary>Writes what is asked for; with <see cref="PodLogRequest.Follow"/> until the run ends.</summary>
    public async Task WriteAsync(PodLogRequest request, Stream destination, CancellationToken cancellationToken)
    {
        var next = 0L;
        var room = request.LimitBytes ?? long.MaxValue;
        for (var first = true; ; first = false)
        {
            var (lines, ended, changed) = ReadFrom(ref next);
            if (first && request.TailLines is { } tail)
            {
                lines = [.. lines.TakeLast((int)Math.Min(tail, int.MaxValue))];
            }

            foreach (var (when, text) in lines.Where(line => request.SinceTime is null || line.Time >= request.SinceTime))
            {
                var stamp = request.Timestamps ? when.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) + " " : "";
                var bytes = Encoding.UTF8.GetBytes($"{stamp}{text}\n").AsMemory();
                await destination.WriteAsync(bytes[..(int)Math.Min(bytes.Length, room)], cancellationToken);
                room -= bytes.Length;
                if (room <= 0)
                {
                    return;
                }
            }

            await destination.FlushAsync(cancellationToken);
            if (ended || !request.Follow)
            {
                return;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private (IReadOnlyList<(DateTimeOffset Time, string Text)> Lines, bool Ended, Task Changed) ReadFrom(ref long next)
    {
        lock (_lock)
        {
            var lines = _lines.Skip((int)Math.Max(0, next - _dropped)).ToList();
            next = _dropped + _lines.Count;
            return (lines, _ended, _changed.Task);
        }
    }

    private void Announce()
    {
        TaskCompletionSource announced;
        lock (_lock)
        {
            announced = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        announced.TrySetResult();
    }
}
