using System.Collections.Frozen;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins;

/// <summary>The names of the plugins that Logstash 9 brings along. What the stand-in does not run but Logstash would is told from a misspelt name.</summary>
internal static class BundledPlugins
{
    /// <summary>Inputs.</summary>
    public static FrozenSet<string> Inputs { get; } = Names(
        "azure_event_hubs beats couchdb_changes dead_letter_queue elastic_agent elastic_serverless_forwarder elasticsearch exec file ganglia gelf generator "
        + "graphite heartbeat http http_poller java_generator java_stdin jdbc jms kafka logstash pipe pipeline rabbitmq redis s3 snmp snmptrap sqs stdin "
        + "syslog tcp twitter udp unix");

    /// <summary>Filters.</summary>
    public static FrozenSet<string> Filters { get; } = Names(
        "aggregate anonymize cidr clone csv date de_dot dissect dns drop elastic_integration elasticsearch fingerprint geoip grok http java_uuid jdbc_static "
        + "jdbc_streaming json kv memcached metrics mutate prune ruby sleep split syslog_pri throttle translate truncate urldecode useragent uuid xml");

    /// <summary>Outputs.</summary>
    public static FrozenSet<string> Outputs { get; } = Names(
        "cloudwatch csv elastic_app_search elasticsearch email file graphite http java_stdout kafka logstash lumberjack nagios null pipe pipeline rabbitmq redis "
        + "s3 sink sns sqs stdout tcp udp webhdfs");

    /// <summary>Codecs.</summary>
    public static FrozenSet<string> Codecs { get; } = Names(
        "avro cef collectd dots edn edn_lines es_bulk fluent graphite java_line java_plain json json_lines line msgpack multiline netflow plain rubydebug");

    private static FrozenSet<string> Names(string names) => names.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
