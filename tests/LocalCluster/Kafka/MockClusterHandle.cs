using System.Runtime.InteropServices;
using System.Text;

namespace KafkaLogstash.LocalCluster.Kafka;

/// <summary>
/// Owns a native mock cluster and the client instance that it lives in. Calls in flight keep both alive until they return, whoever disposes.
/// </summary>
internal sealed class MockClusterHandle : SafeHandle
{
    private readonly nint _client;

    private MockClusterHandle(nint client, nint cluster)
        : base(nint.Zero, ownsHandle: true)
    {
        _client = client;
        SetHandle(cluster);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == nint.Zero;

    /// <summary>Starts a cluster of <paramref name="brokers"/> brokers, each listening on a loopback port.</summary>
    /// <exception cref="InvalidOperationException">librdkafka refused; the message says why.</exception>
    public static MockClusterHandle Start(int brokers)
    {
        var client = NewClient();
        var cluster = NativeMock.NewCluster(client, brokers);
        if (cluster == nint.Zero)
        {
            NativeMock.DestroyClient(client);
            throw new InvalidOperationException($"librdkafka could not start a mock cluster of {brokers} brokers.");
        }

        return new MockClusterHandle(client, cluster);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMock.DestroyCluster(handle);
        NativeMock.DestroyClient(_client);
        return true;
    }

    private static nint NewClient()
    {
        var error = new byte[512];
        var configuration = NativeMock.NewConfiguration();

        // The carrying client connects to nothing; only emergencies of it are worth a line on standard error.
        if (NativeMock.Set(configuration, "log_level", "0", error, (nuint)error.Length) != 0)
        {
            NativeMock.DestroyConfiguration(configuration);
            throw new InvalidOperationException($"librdkafka refused a setting of the mock cluster's client: {Text(error)}");
        }

        var client = NativeMock.NewClient(NativeMock.Producer, configuration, error, (nuint)error.Length);
        if (client == nint.Zero)
        {
            NativeMock.DestroyConfiguration(configuration);
            throw new InvalidOperationException($"librdkafka could not create the mock cluster's client: {Text(error)}");
        }

        return client;
    }

    private static string Text(byte[] zeroTerminated)
        => Encoding.UTF8.GetString(zeroTerminated.AsSpan(0, Math.Max(0, Array.IndexOf(zeroTerminated, (byte)0))));
}
