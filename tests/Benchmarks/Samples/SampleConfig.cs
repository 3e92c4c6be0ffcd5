using System.Text;

namespace KafkaLogstash.Benchmarks.Samples;

/// <summary>Pipelines as people write them, of any length, and the same text for the same seed.</summary>
internal static class SampleConfig
{
    private static readonly string[] Fields = ["message", "host", "level", "service", "region", "status", "duration", "user_agent", "client_ip", "trace_id", "path", "bytes"];
    private static readonly string[] Words = ["checkout", "payment", "eu-west-1", "warning", "timeout", "gateway", "orders", "login", "nginx", "audit"];
    private static readonly string[] Patterns = ["%{IPORHOST:client_ip}", "%{NUMBER:status:int}", "%{GREEDYDATA:rest}", "%{TIMESTAMP_ISO8601:time}", "\\[%{LOGLEVEL:level}\\]", "%{UUID:trace_id}"];

    /// <summary>Writes a config.</summary>
    /// <param name="seed">What chooses its pieces.</param>
    /// <param name="length">The least number of characters.</param>
    public static string Write(int seed, int length)
    {
        var random = new Random(seed);
        var text = new StringBuilder(length + 2048);
        text.Append("# Orders from Kafka.\ninput {\n  kafka {\n    bootstrap_servers => \"kafka-0:9092,kafka-1:9092\"\n    topics => [\"orders\", \"returns\"]\n    codec => json { charset => \"UTF-8\" }\n  }\n}\n\nfilter {\n");
        while (text.Length < length)
        {
            Item(text, random, depth: 1);
        }

        return text.Append("}\n\noutput {\n  if [@metadata][keep] {\n    kafka { topic_id => \"orders-%{[region]}\" acks => \"all\" }\n  }\n}\n").ToString();
    }

    private static void Item(StringBuilder text, Random random, int depth)
    {
        var indent = new string(' ', depth * 2);
        switch (random.Next(depth < 4 ? 7 : 5))
        {
            case 0:
                text.Append($"{indent}# {Pick(random, Words)}: what the {Pick(random, Words)} team asked for, see the wiki\n");
                text.Append($"{indent}grok {{\n{indent}  match => {{ \"{Pick(random, Fields)}\" => \"^{Pick(random, Patterns)} {Pick(random, Patterns)} {Pick(random, Patterns)}$\" }}\n");
                text.Append($"{indent}  tag_on_failure => [\"_{Pick(random, Words)}_failure\"]\n{indent}}}\n");
                break;
            case 1:
                text.Append($"{indent}mutate {{\n{indent}  add_field => {{\n");
                for (var i = random.Next(1, 5); i > 0; i--)
                {
                    text.Append($"{indent}    \"[{Pick(random, Fields)}][{Pick(random, Words)}]\" => \"%{{[{Pick(random, Fields)}]}}-{random.Next(1000)}\"\n");
                }

                text.Append($"{indent}  }}\n{indent}  remove_field => [\"{Pick(random, Fields)}\", \"{Pick(random, Fields)}\", \"[tmp][{Pick(random, Words)}]\"]\n{indent}}}\n");
                break;
            case 2:
                text.Append($"{indent}date {{\n{indent}  match => [\"time\", \"ISO8601\", \"yyyy-MM-dd HH:mm:ss,SSS\"]\n{indent}  timezone => \"Europe/Berlin\"\n{indent}  target => \"@timestamp\"\n{indent}}}\n");
                break;
            case 3:
                text.Append($"{indent}translate {{\n{indent}  source => \"[{Pick(random, Fields)}]\"\n{indent}  target => \"[{Pick(random, Fields)}_name]\"\n");
                text.Append($"{indent}  dictionary => {{ \"{random.Next(600)}\" => \"{Pick(random, Words)}\" \"{random.Next(600)}\" => \"{Pick(random, Words)}\" }}\n{indent}  refresh_interval => {random.Next(10, 600)}\n{indent}  override => true\n{indent}}}\n");
                break;
            case 4:
                text.Append($"{indent}# Dies hält die Größe klein – «{Pick(random, Words)}»\n{indent}prune {{ whitelist_names => ['^{Pick(random, Fields)}$', '^@'] id => \"prune_{random.Next(1_000_000)}\" }}\n");
                break;
            default:
                text.Append($"{indent}if [{Pick(random, Fields)}] == \"{Pick(random, Words)}\" and ![{Pick(random, Fields)}] {{\n");
                Block(text, random, depth + 1);
                text.Append($"{indent}}} else if [{Pick(random, Fields)}] =~ /^{Pick(random, Words)}\\/[0-9]+$/ or \"{Pick(random, Words)}\" in [tags] {{\n");
                Block(text, random, depth + 1);
                text.Append($"{indent}}} else {{\n");
                Block(text, random, depth + 1);
                text.Append($"{indent}}}\n\n");
                break;
        }
    }

    private static void Block(StringBuilder text, Random random, int depth)
    {
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            Item(text, random, depth);
        }
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
