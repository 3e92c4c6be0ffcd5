using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.Operator.Webhook;

namespace KafkaLogstash.Tests.Unit.Operator.Webhook;

/// <summary>What is no review gets an answer that says why; nothing crashes, and nothing hangs.</summary>
public sealed class BadRequestTests
{
    public static TheoryData<string, string> Bodies => new()
    {
        { "", "the body is no JSON" },
        { "{", "the body is no JSON" },
        { "hello", "the body is no JSON, or is nested too deeply, at line 1, byte 1" },
        { "[]", "and is a JSON array" },
        { "{}", "its kind is not set" },
        { """{"kind": "Status", "apiVersion": "v1"}""", "its kind is 'Status'" },
        { """{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1beta1"}""", "admission.k8s.io/v1 is served, and the body's apiVersion is 'admission.k8s.io/v1beta1'" },
        { """{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1"}""", "there must be a request in it" },
        { Changed(review => review["request"]!["uid"] = ""), "request.uid must be set" },
        { Changed(review => review["request"]!.AsObject().Remove("resource")), "request.resource must be set" },
        { Changed(review => review["request"]!["operation"] = null), "request.operation must be set" },
        { Changed(review => review["request"]!["object"] = null), "request.object must be set" },
        { Changed(review => review["request"]!["object"] = "text"), "request.object must be set" },
        { Changed(review => review["request"]!["operation"] = "UPDATE"), "request.oldObject must be set" },
        { Changed(review => review["request"]!["resource"] = Resource("", "v1", "configmaps")), "not 'configmaps': mend the rules of the webhook" },
        { Changed(review => review["request"]!["resource"] = Resource("kafka-logstash.io", "v1", "kafkalogstashconnections")), "in the version v1alpha1, not in 'v1'" },
        { new string('[', 1000), "nested too deeply" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task What_is_no_review_is_refused_with_the_reason(string body, string expected)
    {
        await using var run = await WebhookRun.StartAsync();

        var (code, text) = await run.SendAsync(WebhookRun.Json(body));

        Assert.Equal(HttpStatusCode.BadRequest, code);
        var status = JsonNode.Parse(text)!;
        Assert.Equal("Status", status["kind"]!.ToString());
        Assert.StartsWith("This can't be reviewed: ", status["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains(expected, status["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains("admission_reviews_total{result=\"bad_request\"} 1", await run.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_requests_are_none_of_it()
    {
        await using var run = await WebhookRun.StartAsync();
        using var form = new StringContent("a=b", Encoding.UTF8, "application/x-www-form-urlencoded");

        Assert.Equal(HttpStatusCode.NotFound, (await run.SendAsync(null, "metrics", HttpMethod.Get)).Code);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await run.SendAsync(null, "validate", HttpMethod.Get)).Code);
        Assert.Contains("Content-Type", (await run.SendAsync(form)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_large_is_refused_whether_it_says_so_or_not(bool saysSo)
    {
        await using var run = await WebhookRun.StartAsync();
        const int Length = WebhookEndpoint.MostBytes + 1;
        var chunk = $"{Length:x}\r\n{{\"kind\": \"{new string('x', Length - 10)}";

        var (code, text) = saysSo ? await run.SendRawAsync($"Content-Length: {Length}", "") : await run.SendRawAsync("Transfer-Encoding: chunked", chunk);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, code);
        Assert.Contains(WebhookEndpoint.MostBytes.ToString(CultureInfo.InvariantCulture), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_come_ends_with_the_time_that_the_API_server_waits()
    {
        await using var run = await WebhookRun.StartAsync();

        var (code, text) = await run.SendRawAsync("Content-Length: 100", "{", "200ms");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Contains("There was no time to look at it", text, StringComparison.Ordinal);
        Assert.Contains("admission_reviews_total{result=\"timed_out\"} 1", await run.MetricsAsync(), StringComparison.Ordinal);
    }

    private static string Changed(Action<JsonObject> change)
    {
        var review = Reviews.Create(Reviews.Good);
        change(review);
        return review.ToJsonString();
    }

    private static JsonObject Resource(string group, string version, string resource) => new() { ["group"] = group, ["version"] = version, ["resource"] = resource };
}
