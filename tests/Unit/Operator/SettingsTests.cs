using System.Net;
using System.Net.Sockets;
using KafkaLogstash.Operator.Settings;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Tests.Unit.Operator;

public sealed class SettingsTests
{
    [Fact]
    public void The_documented_table_is_the_real_one()
    {
        var path = Path.Combine(Checkout.Root, "docs/operations.md");
        const string Begin = "<!-- settings -->\n";
        const string End = "<!-- /settings -->";
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));

        GoldenFile.Matches(text[..from] + SettingsTable.ToMarkdown() + text[to..], "docs/operations.md");
    }

    [Fact]
    public void The_defaults_are_valid()
    {
        var settings = Read([]);

        Assert.Empty(settings.Namespaces);
        Assert.True(settings.LeaderElection);
        Assert.Equal(LogFormat.Json, settings.LogFormat);
        Assert.Equal(LogLevel.Information, settings.LogLevel);
    }

    [Theory]
    [InlineData(SettingsTable.Listen)]
    [InlineData(SettingsTable.WebhookListen)]
    public void By_default_servers_are_where_pods_of_either_family_are_reached(string name) =>
        Assert.StartsWith("*:", SettingsTable.All.Single(setting => setting.Name == name).Default, StringComparison.Ordinal);

    [Theory]
    [InlineData("*:9443", "::", 9443)]
    [InlineData("0.0.0.0:9443", "0.0.0.0", 9443)]
    [InlineData("[::1]:443", "::1", 443)]
    public void The_webhook_listens_at_one_address_or_at_every(string value, string address, int port)
    {
        var listen = Read(new() { ["webhook"] = "true", ["webhook-listen"] = value }).Webhook!.Listen;

        Assert.Equal(port, listen.Port);
        Assert.Equal(address == "::" && !Socket.OSSupportsIPv6 ? IPAddress.Any : IPAddress.Parse(address), listen.Address);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("*:")]
    [InlineData("*:0")]
    [InlineData("localhost:9443")]
    public void The_webhook_does_not_listen_at_what_is_no_address(string value) =>
        Assert.Contains("'webhook-listen'", Assert.Throws<SettingsException>(() => Read(new() { ["webhook"] = "true", ["webhook-listen"] = value })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("concurrency", "0")]
    [InlineData("concurrency", "many")]
    [InlineData("log-format", "xml")]
    [InlineData("log-level", "2")]
    [InlineData("listen", "8080")]
    [InlineData("listen", ":8080")]
    [InlineData("leader-election", "yes")]
    [InlineData("logstash-image", "")]
    [InlineData("logstash-image", "https://registry.example.com/logstash")]
    [InlineData("logstash-image", "registry.example.com/logstash:9.5.2")]
    [InlineData("logstash-image", "logstash@sha256:0123")]
    public void A_value_that_makes_no_sense_is_refused_with_its_name_and_what_to_write(string name, string value)
    {
        var error = Assert.Throws<SettingsException>(() => Read(new() { [name] = value }));

        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("write", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("logstash")]
    [InlineData("registry.example.com:5000/elastic/logstash/logstash-oss")]
    public void The_image_of_Logstash_may_come_from_anywhere(string repository) =>
        Assert.Equal(repository, Read(new() { ["logstash-image"] = repository }).Policy.LogstashImage);

    [Fact]
    public void A_file_may_name_settings_and_lists()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "namespaces: [shop, audit]\nconcurrency: 8\n");
            Assert.Equal("shop,audit", SettingsFileReader.Read(file)["namespaces"]);

            File.WriteAllText(file, "namespace: shop\n");
            Assert.Contains("'namespace'", Assert.Throws<SettingsException>(() => SettingsFileReader.Read(file)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static OperatorSettings Read(Dictionary<string, string> given) =>
        OperatorSettings.Read(name => given.TryGetValue(name, out var value) ? value : SettingsTable.All.First(setting => setting.Name == name).Default);
}
