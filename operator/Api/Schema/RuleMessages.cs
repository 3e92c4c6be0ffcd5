namespace KafkaLogstash.Api.Schema;

/// <summary>What the rules over several fields say, in the CRD and offline alike.</summary>
internal static class RuleMessages
{
    public const string NameTooLong = "metadata.name may have at most 45 characters: names of created objects are derived from it and end at 63";

    public const string NameNotForServices = "metadata.name must start with a lower-case letter and hold only lower-case letters, digits and hyphens (RFC 1035): a Service is named after it";

    public const string NoDirection = "nothing would flow: set input (Kafka to Logstash), output (Logstash to Kafka), or both";

    public const string ExternalNeedsBridge = "must be Bridge when logstash.external is set: the plugins of a Logstash that is not the operator's can't be configured";

    public const string ExternalHasNoPipeline = "inputs, filter, outputs and configMaps can't be set together with logstash.external: write them where that Logstash is configured";

    public const string ExternalExcludesPods = "image, resources, config, env, envFrom, ports and podTemplate can't be set together with external: the operator runs no Logstash then";

    public const string ExternalHasNoReplicas = "replicas can't be more than 1 together with external: the operator runs no Logstash then; bridge.replicas scales the bridge";

    public const string ScalingNeedsInput = "needs input: Logstash is scaled by the lag of its consumer group";

    public const string GroupDeletionNeedsProbe = "can't be Delete while kafka.probe is Disabled: the operator has to dial Kafka to delete the consumer group";

    public const string OneOfTopicsAndPattern = "exactly one of topics and topicsPattern must be set";

    public const string TopicIsDots = "a topic can't be called '.' or '..'";

    public const string OAuthMissing = "oauth must be set with type OAuthBearer";

    public const string OAuthNotForPasswords = "oauth is for type OAuthBearer alone: remove it, or change type";

    public const string OneOfUsernames = "exactly one of username and usernameFrom must be set with types Plain, ScramSha256 and ScramSha512";

    public const string PasswordMissing = "passwordFrom must be set with types Plain, ScramSha256 and ScramSha512";

    public const string PasswordNotForOAuth = "username, usernameFrom and passwordFrom are not for type OAuthBearer: use oauth";

    public const string SameKeyTwice = "certificateKey and privateKeyKey must be different keys";

    public const string StorageClassNeedsPersisted = "storageClassName is for type persisted alone: remove it, or change type";

    public const string PortTwice = "two ports have the same port and protocol";

    public const string PortIsTaken = "port 9600 of the pods belongs to Logstash's own API: choose another targetPort";

    public const string PortRangeOutOfOrder = "endPort must not be less than port";

    public const string ReplicasOutOfOrder = "minReplicas must not be greater than maxReplicas";

    public const string OneSinkAuthentication = "exactly one of basicSecretName and bearerTokenFrom must be set";

    public const string BridgePortIsTaken = "port 8080 of bridge pods belongs to their health and metrics: choose another port and lumberjackPort";

    public const string SinkPortTwice = "lumberjackPort must differ from port: one server listens for HTTP, the other for Lumberjack";

    public const string LumberjackHasNoLogin = "Lumberjack has no login of its own, so this port would be a way around authentication: set tls.trustedClientCertificates, or remove lumberjackPort";
}
