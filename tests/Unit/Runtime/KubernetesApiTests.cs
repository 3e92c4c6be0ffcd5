using System.Net;
using System.Text.Json;
using k8s.Models;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.Time.Testing;
using static KafkaLogstash.Tests.Unit.Runtime.RuntimeFixture;

namespace KafkaLogstash.Tests.Unit.Runtime;

public sealed class KubernetesApiTests : IDisposable
{
    private static readonly NamespacedName Name = new("shop", "a");
    private readonly FakeTimeProvider _time = new();
    private readonly StubApi _stub = new();
    private readonly KubernetesApi _api;

    public KubernetesApiTests() => _api = _stub.Connect(_time);

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task A_request_that_is_turned_away_is_sent_again_when_the_server_says(HttpStatusCode code)
    {
        var get = _api.GetAsync<V1ConfigMap>(Name, TestContext.Current.CancellationToken);
        (await _stub.NextAsync()).Refuse(code, "Busy", retryAfter: 7);
        var from = _time.GetUtcNow();

        (await _stub.NextAsync(_time)).Answer(ConfigMap("a", "1"));

        Assert.InRange(_time.GetUtcNow() - from, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(20));
        Assert.Equal("ConfigMap", (await get)!.Kind);
    }

    [Fact]
    public async Task A_server_that_keeps_refusing_ends_in_an_error_that_names_request_reason_and_wait()
    {
        var get = _api.GetAsync<V1ConfigMap>(Name, TestContext.Current.CancellationToken);
        for (var i = 0; i < 4; i++)
        {
            (await _stub.NextAsync(_time)).Refuse(HttpStatusCode.TooManyRequests, "TooManyRequests", retryAfter: 3);
        }

        var error = await Assert.ThrowsAsync<ApiException>(() => Patience.UntilAsync(get, _time));

        Assert.Equal("GET /api/v1/namespaces/shop/configmaps/a: 429 TooManyRequests: refused by the test", error.Message);
        Assert.Equal(TimeSpan.FromSeconds(3), error.RetryAfter);
    }

    [Fact]
    public async Task What_does_not_exist_is_null()
    {
        var get = _api.GetAsync<V1ConfigMap>(Name, TestContext.Current.CancellationToken);
        (await _stub.NextAsync()).Refuse(HttpStatusCode.NotFound, "NotFound");

        Assert.Null(await get);
    }

    [Fact]
    public async Task An_internal_error_is_not_repeated_blindly()
    {
        var get = _api.GetAsync<V1ConfigMap>(Name, TestContext.Current.CancellationToken);
        (await _stub.NextAsync()).Refuse(HttpStatusCode.InternalServerError, "InternalError");

        Assert.Equal(HttpStatusCode.InternalServerError, (await Assert.ThrowsAsync<ApiException>(() => get)).StatusCode);
    }

    [Fact]
    public async Task A_request_without_an_answer_ends()
    {
        var get = _api.GetAsync<V1ConfigMap>(Name, TestContext.Current.CancellationToken);
        await _stub.NextAsync();

        await Assert.ThrowsAsync<TimeoutException>(() => Patience.UntilAsync(get, _time));
    }

    [Theory]
    [InlineData("<html>log in</html>")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task An_answer_that_is_none_of_the_API_servers_is_said_to_be(string page)
    {
        using var stub = new StubApi { Automatic = _ => StubApi.Json(page) };
        using var api = stub.Connect(_time);
        var cancellation = TestContext.Current.CancellationToken;
        Func<Task>[] questions =
        [
            () => api.GetAsync<V1ConfigMap>(Name, cancellation),
            () => api.CreateAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = "shop" } }, cancellation),
            () => api.ListAsync<V1ConfigMap>("shop", null, cancellation),
        ];

        foreach (var question in questions)
        {
            Assert.Matches("^(GET|POST) /api/v1/namespaces/shop/configmaps.*: the answer can't be read.*a proxy", (await Assert.ThrowsAsync<JsonException>(question)).Message);
        }
    }

    [Fact]
    public async Task A_connection_that_is_not_made_in_time_is_no_cancellation()
    {
        using var stub = new StubApi { Automatic = _ => throw new TaskCanceledException("timed out", new TimeoutException()) };
        using var api = stub.Connect(_time);

        var error = await Assert.ThrowsAsync<TimeoutException>(() => api.GetAsync<V1ConfigMap>(Name, TestContext.Current.CancellationToken));

        Assert.StartsWith("GET /api/v1/namespaces/shop/configmaps/a: no connection", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_that_stands_for_no_kind_is_named() =>
        Assert.Contains("System.String", Assert.Throws<InvalidOperationException>(() => ResourceKind.Of<string>()).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_are_written_and_read_as_namespace_slash_name()
    {
        Assert.Equal(Name, NamespacedName.Parse("shop/a"));
        Assert.Equal("shop/a", Name.ToString());
        Assert.Equal(new NamespacedName(null, "a"), NamespacedName.Parse("a"));
    }

    public void Dispose()
    {
        _api.Dispose();
        _stub.Dispose();
    }
}
