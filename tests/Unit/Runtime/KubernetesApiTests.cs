using System.Net;
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
