using System.Net;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Sink;

/// <summary>A sink bridge that is put to the test.</summary>
internal interface ISinkUnderTest : IBridgeUnderTest
{
    /// <summary>Where it takes HTTP; null while it does not run.</summary>
    IPEndPoint? Http { get; }

    /// <summary>Where it takes Lumberjack; null while it does not run, or where it takes none.</summary>
    IPEndPoint? Lumberjack { get; }
}
