using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Operator.Verbs.Overview;
using Spectre.Console;

namespace KafkaLogstash.Tests.Unit.Operator;

public sealed class OverviewTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 4, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(200, "NAMESPACE   NAME     READY   REASON   TRANSPORT   PODS   TOPICS   LAG   LAG/S   VERSION   AGE")]
    [InlineData(80, "NAMESPACE   NAME     READY   REASON   PODS   TOPICS   LAG   LAG/S   AGE")]
    [InlineData(60, "NAMESPACE   NAME     READY   PODS   LAG   LAG/S   AGE")]
    public void A_narrow_terminal_gets_fewer_columns_rather_than_broken_ones(int width, string header)
    {
        var connection = new KafkaLogstashConnection
        {
            Metadata = new V1ObjectMeta { Name = "orders", NamespaceProperty = "shop", CreationTimestamp = Now.UtcDateTime.AddHours(-73) },
            Spec = new ConnectionSpec { Input = new InputSpec { Topics = ["orders"] } },
            Status = new ConnectionStatus { ReadyRatio = "1/1", Lag = 5, Conditions = [new V1Condition { Type = "Ready", Status = "True", Reason = "Ready", Message = "fine" }] },
        };

        using var text = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        console.Write(OverviewText.Table([ConnectionSummary.Of(connection, -2.5, Now)], withRates: true, width));

        Assert.Equal(header, text.ToString().Split('\n')[0].TrimEnd());
    }
}
