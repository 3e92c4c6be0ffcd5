using System.Net;
using KafkaLogstash.Operator.Verbs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Tests.Unit.Operator;

public sealed class ReadyVerbTests : IAsyncLifetime
{
    private WebApplication _app = null!;

    /// <summary>How often the stand-in says that it is not ready, before it is.</summary>
    private int _refusals;

    private string Address => _app.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelCore().UseUrls($"http://{IPAddress.Loopback}:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapGet("/readyz", () => Interlocked.Decrement(ref _refusals) >= 0 ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable) : Results.Ok());
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task An_operator_that_is_ready_is_a_success()
    {
        var run = await CommandRun.OfAsync("ready", Address);

        Assert.Equal((ExitCodes.Success, $"The operator at {Address}/ is ready.\n", ""), (run.Code, run.Output, run.Errors));
    }

    [Fact]
    public async Task An_operator_that_is_not_ready_is_a_failure_at_once()
    {
        _refusals = 1;

        var run = await CommandRun.OfAsync("ready", Address);

        Assert.Equal(ExitCodes.Findings, run.Code);
        Assert.Contains($"{Address}/readyz answers 503", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_waited_for_where_that_is_asked_for()
    {
        _refusals = 1;

        Assert.Equal(ExitCodes.Success, (await CommandRun.OfAsync("ready", "--timeout", "30s", Address)).Code);
    }

    [Fact]
    public async Task An_address_where_nobody_listens_is_named()
    {
        var address = Address;
        await _app.StopAsync(TestContext.Current.CancellationToken);

        var run = await CommandRun.OfAsync("ready", address);

        Assert.Equal(ExitCodes.Findings, run.Code);
        Assert.Contains($"No operator answers at {address}/readyz", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is no URL", "operator:8080")]
    [InlineData("is no duration", "--timeout", "long")]
    public async Task What_makes_no_sense_is_refused(string complaint, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(["ready", .. arguments]);

        Assert.Equal(ExitCodes.Unusable, run.Code);
        Assert.Contains(complaint, run.Errors, StringComparison.Ordinal);
    }
}
