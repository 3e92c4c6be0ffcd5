using System.Threading.Channels;
using CsCheck;
using KafkaLogstash.Bridge.Lumberjack;
using KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

namespace KafkaLogstash.Tests.Unit.Bridge.Hostile;

/// <summary>What a connection writes and reads does not depend on how TCP cuts it.</summary>
public sealed class WireTests
{
    private static readonly Gen<int[][]> Windows = Gen.Int[1, 3000].Array[1, 20].Array[1, 6];

    /// <summary>Lengths of pieces; they are used in turn.</summary>
    private static readonly Gen<int[]> Pieces = Gen.OneOf(Gen.Int[1, 16], Gen.Int[1, 70_000]).Array[1, 20];

    [Fact]
    public async Task Whatever_is_sent_is_read_by_a_strict_reader_wherever_it_is_cut() => await Gen.Select(Windows, Gen.Int[0, 9], Pieces).Seeded().SampleAsync(
        async (windows, level, pieces) =>
        {
            await using var wire = new Wire([]);
            await RunAsync(wire, windows, level, async connection => await wire.HasSentAsync(windows.Length));

            await using var stream = new PiecewiseStream(wire.Sent, pieces);
            foreach (var window in windows)
            {
                var events = await StrictWindowReader.ReadAsync(stream, TestContext.Current.CancellationToken);
                Assert.Equal(window.Select(Event), events!);
            }

            Assert.Null(await StrictWindowReader.ReadAsync(stream, TestContext.Current.CancellationToken));
        },
        iter: 150,
        threads: 1);

    [Fact]
    public async Task Acknowledgements_count_the_same_wherever_they_are_cut() => await Gen.Select(Windows, Pieces, Gen.Int).Seeded().SampleAsync(
        async (windows, pieces, seed) =>
        {
            var random = new Random(seed);
            var answers = new List<byte>();
            foreach (var window in windows)
            {
                // Signs of life and parts of a window come in any number and order before it is acknowledged.
                for (var i = random.Next(4); i > 0; i--)
                {
                    answers.AddRange(ScriptedLogstash.Acknowledgement((uint)random.Next(window.Length)));
                }

                answers.AddRange(ScriptedLogstash.Acknowledgement((uint)window.Length));
            }

            await using var wire = new Wire(Cut([.. answers], pieces));
            var acknowledged = await RunAsync(wire, windows, level: 0, async connection =>
            {
                await wire.HasSentAsync(windows.Length);
                wire.LetReceive();
                await wire.HasReceivedAsync();

                // An acknowledgement may be taken in before the connection hears that the last window is sent; it counts then.
                await Eventually.Async(() => connection.Unacknowledged().Count == 0, "all windows are acknowledged");
            });

            Assert.Equal(windows.Select(window => window.Length), acknowledged);
        },
        iter: 300,
        threads: 1);

    [Fact]
    public async Task Every_cut_of_an_acknowledgement_and_what_follows_it_reads_the_same()
    {
        byte[] answers = [.. ScriptedLogstash.Acknowledgement(0), .. ScriptedLogstash.Acknowledgement(1), .. ScriptedLogstash.Acknowledgement(2)];
        for (var first = 1; first < answers.Length - 1; first++)
        {
            for (var second = first + 1; second < answers.Length; second++)
            {
                await using var wire = new Wire([answers[..first], answers[first..second], answers[second..]]);
                var acknowledged = await RunAsync(wire, [[4, 4]], level: 0, async connection =>
                {
                    await wire.HasSentAsync(1);
                    wire.LetReceive();
                    await wire.HasReceivedAsync();
                });
                Assert.Equal([2], acknowledged);
            }
        }
    }

    private static async Task<IReadOnlyList<int>> RunAsync(Wire wire, int[][] windows, int level, Func<LumberjackConnection, Task> until)
    {
        var pool = new BlockPool(1 << 20);
        var observer = new Counts();
        await using var connection = new LumberjackConnection(wire, level, TimeSpan.FromMinutes(1), TimeProvider.System, observer);
        using var stop = new CancellationTokenSource();
        var running = connection.RunAsync(stop.Token);
        foreach (var lengths in windows)
        {
            var window = new Window(pool);
            foreach (var text in lengths.Select(Event))
            {
                text.CopyTo(window.Reserve(text.Length));
                window.Add(text.Length);
            }

            window.Seal();
            connection.Send(window);
        }

        var first = await Task.WhenAny(running, until(connection)).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await first;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        return observer.Acknowledged;
    }

    private static byte[] Event(int length)
    {
        var text = new byte[length];
        for (var i = 0; i < length; i++)
        {
            text[i] = (byte)(i * length);
        }

        return text;
    }

    private static List<byte[]> Cut(byte[] bytes, int[] pieces)
    {
        var cut = new List<byte[]>();
        for (var (at, i) = (0, 0); at < bytes.Length; i++)
        {
            var length = Math.Min(pieces[i % pieces.Length], bytes.Length - at);
            cut.Add(bytes[at..(at + length)]);
            at += length;
        }

        return cut;
    }

    private sealed class Counts : ILumberjackObserver
    {
        private readonly List<int> _acknowledged = [];

        public IReadOnlyList<int> Acknowledged
        {
            get
            {
                lock (_acknowledged)
                {
                    return [.. _acknowledged];
                }
            }
        }

        void ILumberjackObserver.Acknowledged(LumberjackConnection connection, Window window)
        {
            lock (_acknowledged)
            {
                _acknowledged.Add(window.Count);
            }
        }

        public void KeptAlive(LumberjackConnection connection)
        {
        }
    }

    /// <summary>A transport that keeps what is sent, and receives pieces once it may.</summary>
    private sealed class Wire(IReadOnlyList<byte[]> answers) : WindowTransport
    {
        private readonly MemoryStream _sent = new();
        private readonly Channel<int> _windows = Channel.CreateUnbounded<int>();
        private readonly TaskCompletionSource _mayReceive = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ReadOnlyMemory<byte> _piece;
        private int _next;

        public byte[] Sent => _sent.ToArray();

        public void LetReceive() => _mayReceive.TrySetResult();

        /// <summary>Everything was received, and taken in.</summary>
        public Task HasReceivedAsync() => _received.Task;

        public async Task HasSentAsync(int windows)
        {
            for (var i = 0; i < windows; i++)
            {
                await _windows.Reader.ReadAsync();
            }
        }

        public override ValueTask SendAsync(IReadOnlyList<ArraySegment<byte>> blocks, Action progressed, CancellationToken cancellationToken)
        {
            foreach (var block in blocks)
            {
                _sent.Write(block);
            }

            _windows.Writer.TryWrite(blocks.Count);
            return ValueTask.CompletedTask;
        }

        public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            await _mayReceive.Task.WaitAsync(cancellationToken);
            if (_piece.IsEmpty)
            {
                if (_next == answers.Count)
                {
                    _received.TrySetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                }

                _piece = answers[_next++];
            }

            var length = Math.Min(buffer.Length, _piece.Length);
            _piece[..length].CopyTo(buffer);
            _piece = _piece[length..];
            return length;
        }

        public override ValueTask DisposeAsync() => _sent.DisposeAsync();
    }

    /// <summary>A stream that gives its bytes in pieces.</summary>
    private sealed class PiecewiseStream(byte[] bytes, int[] pieces) : MemoryStream(bytes)
    {
        private int _next;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieces[_next++ % pieces.Length])], cancellationToken);
    }
}
