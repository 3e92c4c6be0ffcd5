namespace KafkaLogstash.Soak.Running;

/// <summary>A bridge that is put to the test.</summary>
internal interface IBridgeUnderTest : IAsyncDisposable
{
    /// <summary>Starts it, again where it was ended.</summary>
    void Start();

    /// <summary>Ends it at once.</summary>
    Task KillAsync();

    /// <summary>Tells it to end, and waits until it has.</summary>
    Task StopAsync();
}
