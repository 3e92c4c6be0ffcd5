using System.Text.Json.Nodes;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Operator.Verbs.Linting;

/// <summary>Judges the pieces of Logstash config in a connection as it is written, whatever else is wrong with the connection.</summary>
internal static class ConfigTexts
{
    /// <summary>The errors of the language.</summary>
    public static IEnumerable<ConnectionFinding> Errors(JsonObject connection) =>
        from piece in new (string Field, Func<string, IReadOnlyList<ConfigError>> Parse)[]
        {
            ("spec.pipeline.inputs", text => LogstashConfig.ParseBody(SectionKind.Input, text).Errors),
            ("spec.pipeline.filter", text => LogstashConfig.ParseBody(SectionKind.Filter, text).Errors),
            ("spec.pipeline.outputs", text => LogstashConfig.ParseBody(SectionKind.Output, text).Errors),
            ("spec.output.when", text => text.Length == 0 ? [] : LogstashConfig.ParseCondition(text).Errors),
            ("spec.input.codec", text => LogstashConfig.ParseValue(text).Errors),
            ("spec.output.codec", text => LogstashConfig.ParseValue(text).Errors),
        }
        let text = Text(connection, piece.Field)
        where text is not null
        from error in piece.Parse(text)
        select ConnectionFinding.Syntax(piece.Field, error);

    private static string? Text(JsonObject connection, string field)
    {
        JsonNode? node = connection;
        foreach (var name in field.Split('.'))
        {
            node = (node as JsonObject)?[name];
        }

        return node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
    }
}
