using KafkaLogstash.Bridge.Sink.Producing;

namespace KafkaLogstash.Tests.Unit.Bridge.Sink;

public sealed class ProducerPropertiesTests
{
    [Fact]
    public void A_record_that_goes_alone_is_compressed_as_in_its_batch()
    {
        var settings = SinkRun.Settings with { CompressionType = "zstd" };

        Assert.Equal("zstd", ProducerProperties.ForBatches(settings, new Dictionary<string, string>(StringComparer.Ordinal))["compression.type"]);
        Assert.Equal("zstd", ProducerProperties.ForSingleRecords(settings, new Dictionary<string, string>(StringComparer.Ordinal))["compression.type"]);
    }
}
