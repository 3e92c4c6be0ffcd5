namespace KafkaLogstash.LocalCluster.Clusters;

/// <summary>A cluster can't be had; the message says what is missing and what to do.</summary>
public sealed class TestClusterException : Exception
{
    /// <summary>With what is wrong and what to do.</summary>
    public TestClusterException(string message)
        : base(message)
    {
    }

    /// <summary>The same with the cause.</summary>
    public TestClusterException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
