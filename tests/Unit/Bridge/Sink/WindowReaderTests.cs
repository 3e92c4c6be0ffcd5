using System.IO.Pipelines;
using KafkaLogstash.Bridge.Lumberjack.Server;
using KafkaLogstash.Bridge.Sink;
using KafkaLogstash.Bridge.Sink.Events;
using KafkaLogstash.Bridge.Sink.Producing;
using KafkaLogstash.Logstash.Patterns;
using static KafkaLogstash.Tests.Unit.Bridge.Sink.LumberjackPeer;

namespace KafkaLogstash.Tests.Unit.Bridge.Sink;

public sealed class WindowReaderTests
{
    [Fact]
    public async Task What_is_received_counts_once_however_long_a_connection_lasts()
    {
        Assert.True(EventPattern.TryParseTopic("orders", out var topic, out _));
        var most = 0L;
        var pending = new PendingBytes(1 << 20, bytes => most = Math.Max(most, bytes));
        var buffers = new PinnedBuffers(0);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        using var reader = new LumberjackWindowReader(pipe.Reader, new Patient(), new EventReader(topic, key: null, new TopicChoice(topic, [])), buffers, mostBytes: 1 << 20);
        byte[] window = [.. Window(100), .. Enumerable.Range(1, 100).SelectMany(i => Json((uint)i, $$"""{"a":"{{new string('x', 1000)}}"}"""))];

        for (var i = 0; i < 20; i++)
        {
            await pipe.Writer.WriteAsync(window, TestContext.Current.CancellationToken);
            using var batch = new RecordBatch(buffers);
            using var share = pending.Open();
            var received = await reader.ReadAsync(batch, share, TestContext.Current.CancellationToken);
            Assert.Equal(100, received?.Events);
            Assert.Equal(window.Length, share.Bytes);
        }

        Assert.Equal(window.Length, most);
    }

    private sealed class Patient : IPeerPatience
    {
        public ValueTask<ReadResult> ReadAsync(PipeReader input, bool isWindowOpen, CancellationToken cancellationToken) => input.ReadAsync(cancellationToken);

        public ValueTask HeldUpAsync(ValueTask waiting, byte version) => waiting;
    }
}
