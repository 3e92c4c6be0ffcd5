namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Kafka;

/// <summary>
/// Turns the options of Logstash's kafka plugins, which are those of the Java client, into librdkafka's. Security works with what librdkafka can read:
/// PEM files, and the mechanisms PLAIN, SCRAM and OAUTHBEARER with client credentials.
/// </summary>
internal static class ClientProperties
{
    private static readonly Dictionary<string, string> Common = new(StringComparer.Ordinal)
    {
        ["client_id"] = "client.id",
        ["connections_max_idle_ms"] = "connections.max.idle.ms",
        ["metadata_max_age_ms"] = "topic.metadata.refresh.interval.ms",
        ["reconnect_backoff_ms"] = "reconnect.backoff.ms",
        ["retry_backoff_ms"] = "retry.backoff.ms",
    };

    private static readonly Dictionary<string, string> Consumer = new(StringComparer.Ordinal)
    {
        ["auto_create_topics"] = "allow.auto.create.topics",
        ["check_crcs"] = "check.crcs",
        ["client_rack"] = "client.rack",
        ["fetch_max_bytes"] = "fetch.max.bytes",
        ["fetch_max_wait_ms"] = "fetch.wait.max.ms",
        ["fetch_min_bytes"] = "fetch.min.bytes",
        ["group_instance_id"] = "group.instance.id",
        ["group_protocol"] = "group.protocol",
        ["heartbeat_interval_ms"] = "heartbeat.interval.ms",
        ["isolation_level"] = "isolation.level",
        ["max_partition_fetch_bytes"] = "max.partition.fetch.bytes",
        ["max_poll_interval_ms"] = "max.poll.interval.ms",
        ["session_timeout_ms"] = "session.timeout.ms",
    };

    private static readonly Dictionary<string, string> Producer = new(StringComparer.Ordinal)
    {
        ["acks"] = "acks",
        ["batch_size"] = "batch.size",
        ["compression_type"] = "compression.type",
        ["linger_ms"] = "linger.ms",
        ["max_request_size"] = "message.max.bytes",
        ["request_timeout_ms"] = "request.timeout.ms",
    };

    private static readonly string[] UnusedInInput =
    [
        "auto_commit_interval_ms", "client_dns_lookup", "exclude_internal_topics", "key_deserializer_class", "max_poll_records",
        "partition_assignment_strategy", "poll_timeout_ms", "receive_buffer_bytes", "reconnect_backoff_max_ms", "request_timeout_ms", "send_buffer_bytes",
        "value_deserializer_class",
    ];

    private static readonly string[] UnusedInOutput =
    [
        "buffer_memory", "client_dns_lookup", "key_serializer", "metadata_fetch_timeout_ms", "partitioner", "receive_buffer_bytes",
        "reconnect_backoff_max_ms", "retries", "send_buffer_bytes", "value_serializer",
    ];

    private static readonly string[] UnusedSecurity =
    [
        "sasl_client_callback_handler_class", "sasl_iam_jar_paths", "sasl_kerberos_service_name", "sasl_login_callback_handler_class",
        "sasl_login_connect_timeout_ms", "sasl_login_read_timeout_ms", "sasl_login_retry_backoff_max_ms", "sasl_login_retry_backoff_ms",
        "sasl_oauthbearer_scope_claim_name", "ssl_keystore_password", "ssl_truststore_password",
    ];

    private static readonly string[] Impossible = ["jaas_path", "kerberos_config", "schema_registry_url"];

    /// <summary>The properties of a kafka input's consumers, group and topics aside.</summary>
    /// <exception cref="PipelineException">An option is wrong, or nothing that librdkafka can do.</exception>
    public static Dictionary<string, string> OfInput(PluginSettings settings) => Of(settings, Consumer, UnusedInInput);

    /// <summary>The properties of a kafka output's producer.</summary>
    /// <exception cref="PipelineException">An option is wrong, or nothing that librdkafka can do.</exception>
    public static Dictionary<string, string> OfOutput(PluginSettings settings)
    {
        _ = settings.Choice("acks", "1", "0", "1", "all");
        _ = settings.Choice("compression_type", "none", "none", "gzip", "snappy", "lz4", "zstd");
        var properties = Of(settings, Producer, UnusedInOutput);
        properties.TryAdd("acks", "1");

        // The Java client is idempotent by default and gives that up when fewer than all replicas acknowledge.
        properties["enable.idempotence"] = properties["acks"] == "all" ? "true" : "false";
        return properties;
    }

    private static Dictionary<string, string> Of(PluginSettings settings, Dictionary<string, string> own, string[] unused)
    {
        if (Impossible.FirstOrDefault(settings.Has) is { } impossible)
        {
            throw new PipelineException($"The stand-in can't do what {impossible} of the {settings.Name} plugin asks for (line {settings.Line}).");
        }

        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bootstrap.servers"] = settings.Text("bootstrap_servers") ?? "localhost:9092",
        };
        foreach (var (option, property) in Common.Concat(own))
        {
            if (settings.Text(option) is { } value)
            {
                properties[property] = value;
            }
        }

        settings.Accept(unused);
        settings.Accept(UnusedSecurity);
        AddSecurity(settings, properties);
        return properties;
    }

    private static void AddSecurity(PluginSettings settings, Dictionary<string, string> properties)
    {
        var protocol = settings.Choice("security_protocol", "PLAINTEXT", "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");
        var mechanism = settings.Text("sasl_mechanism") ?? "GSSAPI";
        var jaas = settings.Text("sasl_jaas_config");
        var tokenEndpoint = settings.Text("sasl_oauthbearer_token_endpoint_url");
        var stores = ReadStores(settings);
        properties["security.protocol"] = protocol;
        if (protocol.EndsWith("SSL", StringComparison.Ordinal))
        {
            foreach (var (property, value) in stores)
            {
                properties[property] = value;
            }
        }

        if (protocol.StartsWith("SASL", StringComparison.Ordinal))
        {
            if (jaas is null || mechanism == "GSSAPI")
            {
                throw new PipelineException(
                    $"The stand-in needs sasl_mechanism and sasl_jaas_config for {protocol} (the {settings.Name} plugin on line {settings.Line}).");
            }

            AddSasl(mechanism, JaasLine.Parse(jaas), tokenEndpoint, properties);
        }
    }

    private static Dictionary<string, string> ReadStores(PluginSettings settings)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var store in new[] { "ssl_truststore", "ssl_keystore" })
        {
            if (settings.File($"{store}_location") is not { } file)
            {
                _ = settings.Text($"{store}_type");
            }
            else if (settings.Text($"{store}_type") != "PEM")
            {
                throw new PipelineException($"The stand-in reads stores of {store}_type => \"PEM\" only (the {settings.Name} plugin on line {settings.Line}).");
            }
            else if (store == "ssl_truststore")
            {
                properties["ssl.ca.location"] = file;
            }
            else
            {
                properties["ssl.certificate.location"] = file;
                properties["ssl.key.location"] = file;
            }
        }

        if (settings.Text("ssl_key_password") is { } password)
        {
            properties["ssl.key.password"] = password;
        }

        properties["ssl.endpoint.identification.algorithm"] = settings.Text("ssl_endpoint_identification_algorithm") is "" ? "none" : "https";
        return properties;
    }

    private static void AddSasl(string mechanism, JaasLine jaas, string? tokenEndpoint, Dictionary<string, string> properties)
    {
        properties["sasl.mechanism"] = mechanism;
        if (mechanism != "OAUTHBEARER")
        {
            properties["sasl.username"] = jaas.Options.GetValueOrDefault("username") ?? "";
            properties["sasl.password"] = jaas.Options.GetValueOrDefault("password") ?? "";
            return;
        }

        properties["sasl.oauthbearer.method"] = "oidc";
        properties["sasl.oauthbearer.token.endpoint.url"] = tokenEndpoint ?? "";
        properties["sasl.oauthbearer.client.id"] = jaas.Options.GetValueOrDefault("clientId") ?? "";
        properties["sasl.oauthbearer.client.secret"] = jaas.Options.GetValueOrDefault("clientSecret") ?? "";
        if (jaas.Options.TryGetValue("scope", out var scope))
        {
            properties["sasl.oauthbearer.scope"] = scope;
        }
    }
}
