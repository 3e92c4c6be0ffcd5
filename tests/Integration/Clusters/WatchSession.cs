using System.Text.Json.Nodes;

namespace KafkaLogstash.Tests.Integration.Clusters;

/// <summary>An open watch.</summary>
public sealed class WatchSession : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private WatchSession(HttpResponseMessage response, StreamReader lines)
    {
        _response = response;
        _lines = lines;
    }

    public static async Task<WatchSession> OpenAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, $"the watch was answered with {response.StatusCode}");
        return new(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>Waits for the next event; null where the server has ended the watch.</summary>
    public async Task<WatchedEvent?> TryNextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        return await _lines.ReadLineAsync(limit.Token) is { } line
            ? new WatchedEvent(JsonNode.Parse(line)!["type"]!.GetValue<string>(), JsonNode.Parse(line)!["object"]!)
            : null;
    }

    /// <summary>Waits for the next event.</summary>
    public async Task<WatchedEvent> NextAsync() => await TryNextAsync() ?? throw new InvalidOperationException("the server has ended the watch");

    /// <summary>Waits for the next event that tells of an object, past bookmarks.</summary>
    public async Task<WatchedEvent> NextChangeAsync() => await NextAsync(static change => change.Type != "BOOKMARK");

    /// <summary>Waits for the next event of a sort.</summary>
    public async Task<WatchedEvent> NextAsync(Func<WatchedEvent, bool> which)
    {
        while (true)
        {
            var next = await NextAsync();
            if (which(next))
            {
                return next;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>One event of a watch.</summary>
/// <param name="Type"><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c>, <c>BOOKMARK</c> or <c>ERROR</c>.</param>
/// <param name="Item">The object, or the Status of an error.</param>
public sealed record WatchedEvent(string Type, JsonNode Item)
{
    /// <summary>Type and name, such as <c>ADDED a</c>.</summary>
    public string Summary => $"{Type} {Item["metadata"]!["name"]}";
}
