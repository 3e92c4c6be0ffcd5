namespace KafkaLogstash.Bridge.Hosting;

/// <summary>One half of a bridge, source or sink. It runs once; the supervisor makes it anew when Kafka's client file changes, and after a failure.</summary>
internal interface IBridgeRole : IAsyncDisposable
{
    /// <summary>Its name in logs, metrics and reports: <c>source</c> or <c>sink</c>.</summary>
    string Name { get; }

    /// <summary>How it is. May be read from any thread, at any time.</summary>
    RoleState State { get; }

    /// <summary>Whether its loop turns; a role whose work is done by others' loops is alive. May be read from any thread, at any time.</summary>
    bool IsAlive => true;

    /// <summary>Runs until it is to stop, and returns once it has drained.</summary>
    /// <param name="stopping">Stops it.</param>
    /// <exception cref="RoleException">It can't go on; the message says why.</exception>
    Task RunAsync(CancellationToken stopping);
}

/// <summary>How a role is.</summary>
/// <param name="Ready">Whether it does what it is for.</param>
/// <param name="Message">The same for people; where it does not, what is wrong and what to do.</param>
internal sealed record RoleState(bool Ready, string Message);

/// <summary>A role can't go on. The message is for people: it says what is wrong and what to do, and holds no secret.</summary>
internal sealed class RoleException(string message, Exception? inner = null) : Exception(message, inner);
