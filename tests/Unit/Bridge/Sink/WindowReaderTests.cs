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

    [Fact]
    public async Task What_is_made_of_text_counts_however_long_it_gets()
    {
        Assert.True(EventPattern.TryParseTopic("orders", out var topic, out _));
        var buffers = new PinnedBuffers(0);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        using var reader = new LumberjackWindowReader(pipe.Reader, new Patient(), new EventReader(topic, key: null, new TopicChoice(topic, [])), buffers, mostBytes: 1 << 20);
        using var batch = new RecordBatch(buffers);
        using var share = new PendingBytes(1 << 20, _ => { }).Open();

        await pipe.Writer.WriteAsync((byte[])[.. Window(1, '1'), .. Compressed(Data(1, ("line", new string('\u0001', 100_000))), '1')], TestContext.Current.CancellationToken);
        await reader.ReadAsync(batch, share, TestContext.Current.CancellationToken);

        Assert.Equal(600_014, batch.Events.Length);
        Assert.InRange(share.Bytes, batch.Events.Length, long.MaxValue);
    }

    [Fact]
    public async Task A_connection_that_says_nothing_keeps_nothing()
    {
        const int Large = 4 << 20;
        Assert.True(EventPattern.TryParseTopic("orders", out var topic, out _));
        var buffers = new PinnedBuffers(1 << 30);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        using var reader = new LumberjackWindowReader(pipe.Reader, new Patient(), new EventReader(topic, key: null, new TopicChoice(topic, [])), buffers, mostBytes: 1 << 30);
        using var batch = new RecordBatch(buffers);
        using var share = new PendingBytes(1 << 30, _ => { }).Open();
        await pipe.Writer.WriteAsync((byte[])[.. Window(1), .. Json(1, $$"""{"marked":"{{new string('x', 3_000_000)}}"}""")], TestContext.Current.CancellationToken);
        await reader.ReadAsync(batch, share, TestContext.Current.CancellationToken);
        Assert.Equal(-1, buffers.Rent(Large).AsSpan().IndexOf("marked"u8));

        var next = reader.ReadAsync(batch, share, TestContext.Current.CancellationToken);

        Assert.NotEqual(-1, buffers.Rent(Large).AsSpan().IndexOf("marked"u8));
        await pipe.Writer.CompleteAsync();
        Assert.Null(await next);
    }

    [Fact]
    public void A_batch_that_was_large_once_is_small_again()
    {
        using var batch = new RecordBatch(new PinnedBuffers(0));
        batch.Scratch.GetSpan(10_000_000);
        for (var i = 0; i < 100_000; i++)
        {
            batch.Refuse(RefusalReason.NoTopic, "", topic: null, 0, 0);
        }

        batch.Dispose();

        Assert.InRange(batch.Scratch.Capacity, 0, 100_000);
        Assert.InRange(batch.Refused.Capacity, 0, 10_000);
    }

    private sealed class Patient : IPeerPatience
    {
        public ValueTask<ReadResult> ReadAsync(PipeReader input, bool isWindowOpen, CancellationToken cancellationToken) => input.ReadAsync(cancellationToken);

        public ValueTask HeldUpAsync(ValueTask waiting, byte version) => waiting;
    }
}
