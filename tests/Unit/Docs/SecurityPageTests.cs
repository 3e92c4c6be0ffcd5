using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Docs;

/// <summary>The page on security tells the rights that the chart gives.</summary>
public sealed class SecurityPageTests
{
    [Fact]
    public void The_rights_of_the_operator_are_those_of_the_chart()
    {
        var template = File.ReadAllText(Path.Join(Checkout.Root, "charts/kafka-logstash-operator/templates/_rules.tpl"));
        var rules = YamlReader.Read(string.Join('\n', template[(template.IndexOf("}}\n{{- define", StringComparison.Ordinal) + 3)..].Split('\n').Where(line => !line.StartsWith("{{", StringComparison.Ordinal))))
            .Single().Root!.AsArray();
        var given = rules.SelectMany(rule => rule!["resources"]!.AsArray().Select(resource => $"{resource}: {string.Join(", ", rule["verbs"]!.AsArray())}"));

        var rows = Page.At("docs/security.md")!.Lines.SkipWhile(line => line != "| resources | verbs | for |").Skip(2).TakeWhile(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split('|'));
        var told = rows.SelectMany(cells => cells[1].Split(',').Select(resource => $"{resource.Trim(' ', '`')}: {cells[2].Trim()}"));

        Assert.Equal(given.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }
}
