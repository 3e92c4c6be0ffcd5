namespace KafkaLogstash.Bridge.Hosting;

/// <summary>A role, and what it was made of.</summary>
/// <param name="Role">The role.</param>
/// <param name="DrainTimeout">How long it may take to end.</param>
/// <param name="Owned">What ends with it, in this order.</param>
/// <param name="Changed">Is cancelled when it has to be made anew.</param>
internal sealed record StartedRole(IBridgeRole Role, TimeSpan DrainTimeout, IReadOnlyList<IAsyncDisposable> Owned, CancellationToken Changed) : IAsyncDisposable
{
    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Role.DisposeAsync();
        foreach (var owned in Owned)
        {
            await owned.DisposeAsync();
        }
    }
}
