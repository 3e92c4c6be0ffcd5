namespace KafkaLogstash.Logstash.Catalogue;

/// <summary>What is known about a release of Logstash, as far as Kafka is concerned.</summary>
/// <param name="Version">The release that was asked for.</param>
/// <param name="KafkaPlugin">Version of logstash-integration-kafka inside.</param>
/// <param name="KafkaClient">Version of the Kafka client inside.</param>
/// <param name="Assumption">Null where the release was looked at; else a sentence that says which release stands in for it.</param>
public sealed record LogstashRelease(LogstashVersion Version, Version KafkaPlugin, Version KafkaClient, string? Assumption)
{
    private static readonly Lazy<Table> Known = new(Table.Read);

    /// <summary>
    /// Whether the kafka output fails at start with any SASL login, because its plugin version declares <c>sasl_jaas_config</c> as one type and
    /// uses it as another.
    /// </summary>
    public bool OutputSaslIsBroken =>
        (KafkaPlugin >= new Version(11, 8, 5) && KafkaPlugin <= new Version(11, 8, 7)) || (KafkaPlugin >= new Version(12, 0, 5) && KafkaPlugin <= new Version(12, 1, 0));

    /// <summary>
    /// Whether the Kafka client asks for the token endpoint's URL in the JVM property <c>org.apache.kafka.sasl.oauthbearer.allowed.urls</c>
    /// (clients from 4.0 on).
    /// </summary>
    public bool NeedsOAuthUrlAllowed => KafkaClient.Major >= 4;

    /// <summary>Whether the kafka plugins can fetch OAuth tokens from an endpoint: their options for it exist from 11.6.0 on (Logstash 8.18.0).</summary>
    public bool SupportsOAuth => KafkaPlugin >= new Version(11, 6, 0);

    /// <summary>
    /// Whether the Kafka client can't log in with OAUTHBEARER without jose4j on its class path (from 4.1 on, KAFKA-20184), a library that the plugin does not bundle.
    /// </summary>
    public bool OAuthNeedsJose4j => KafkaClient >= new Version(4, 1);

    /// <summary>Finds what is known about a version.</summary>
    /// <param name="version">The version. One that is newer than what is known is taken for the nearest lower one.</param>
    /// <returns>The release; null for versions before <see cref="LogstashVersion.OldestSupported"/>.</returns>
    public static LogstashRelease? Find(LogstashVersion version)
    {
        if (version < LogstashVersion.OldestSupported)
        {
            return null;
        }

        var table = Known.Value;
        var (from, plugin) = table.Releases.Last(release => release.From <= version);
        var client = table.Clients.Last(entry => entry.From <= plugin).Client;
        var sameMinor = from.Major == version.Major && from.Minor == version.Minor;
        var newestSeen = table.NewestSeen.TryGetValue((from.Major, from.Minor), out var newest) ? newest : version;
        var assumption = sameMinor && version <= newestSeen
            ? null
            : $"Logstash {version} is newer than the releases this operator knows; its kafka plugin is taken to be that of {(sameMinor ? newestSeen : from)} ({plugin}).";
        return new LogstashRelease(version, plugin, client, assumption);
    }

    /// <summary>The first release after a version that bundles a version of the kafka plugin, or a newer one.</summary>
    /// <param name="version">The version.</param>
    /// <param name="plugin">The plugin version that is wanted.</param>
    /// <returns>The release; null where none is known.</returns>
    public static LogstashVersion? FirstWith(LogstashVersion version, Version plugin) => Known.Value.Releases
        .Where(release => release.From > version && release.Plugin >= plugin)
        .Select(release => (LogstashVersion?)release.From)
        .FirstOrDefault();

    private sealed record Table(
        IReadOnlyList<(LogstashVersion From, Version Plugin)> Releases,
        IReadOnlyList<(Version From, Version Client)> Clients,
        IReadOnlyDictionary<(int Major, int Minor), LogstashVersion> NewestSeen)
    {
        public static Table Read()
        {
            var releases = new List<(LogstashVersion, Version)>();
            var clients = new List<(Version, Version)>();
            var newest = new Dictionary<(int, int), LogstashVersion>();
            foreach (var columns in CatalogueFile.Lines("logstash-releases").Select(CatalogueFile.Columns))
            {
                if (columns[0].StartsWith("client ", StringComparison.Ordinal))
                {
                    clients.Add((System.Version.Parse(columns[0].AsSpan(7)), System.Version.Parse(columns[1])));
                    continue;
                }

                var from = LogstashVersion.Parse(columns[0]);
                releases.Add((from, System.Version.Parse(columns[1])));
                if (columns.Length > 2)
                {
                    newest[(from.Major, from.Minor)] = LogstashVersion.Parse(columns[2]);
                }
            }

            return new Table(releases, clients, newest);
        }
    }
}
