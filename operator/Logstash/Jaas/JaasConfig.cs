using System.Text;

namespace KafkaLogstash.Logstash.Jaas;

/// <summary>Which digest a SCRAM login uses. Both use the same login module; the mechanism's name tells them apart.</summary>
public enum ScramDigest
{
    /// <summary>SCRAM-SHA-256</summary>
    Sha256,

    /// <summary>SCRAM-SHA-512</summary>
    Sha512,
}

/// <summary>
/// The line that the Kafka client reads as <c>sasl.jaas.config</c>. Any character at all survives: those that JAAS, Logstash's placeholders or
/// an environment could touch are written as octal escapes, which Java's StreamTokenizer turns back.
/// </summary>
/// <remarks>
/// Hand the line to Logstash as one environment variable, and write exactly one placeholder around which nothing stands. Logstash looks for
/// <c>${NAME}</c> in the value again after replacing it; that is why <c>$</c> is escaped. Java reads its environment in the locale's encoding:
/// characters up to U+00FF are escaped and survive any locale, those beyond have no escape and need a UTF-8 locale, which Logstash's image sets.
/// </remarks>
public sealed class JaasConfig
{
    private const string PlainModule = "org.apache.kafka.common.security.plain.PlainLoginModule";
    private const string ScramModule = "org.apache.kafka.common.security.scram.ScramLoginModule";
    private const string OAuthModule = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule";

    private JaasConfig(string mechanism, string module, params ReadOnlySpan<(string Name, string? Value)> options)
    {
        Mechanism = mechanism;
        var line = new StringBuilder(module).Append(" required");
        foreach (var (name, value) in options)
        {
            if (value is not null)
            {
                line.Append(' ').Append(name).Append('=').Append(Quote(value));
            }
        }

        Line = line.Append(';').ToString();
    }

    /// <summary>The class that fetches tokens from an endpoint; the value for <c>sasl_login_callback_handler_class</c> with OAUTHBEARER.</summary>
    public static string OAuthLoginCallbackHandler => "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler";

    /// <summary>The mechanism's name, the value for <c>sasl_mechanism</c>.</summary>
    public string Mechanism { get; }

    /// <summary>The whole line: printable ASCII, and those characters of the values that are beyond U+00FF. It is a secret.</summary>
    public string Line { get; }

    /// <summary>A login with the mechanism PLAIN.</summary>
    /// <param name="username">The user's name.</param>
    /// <param name="password">The password.</param>
    /// <returns>The configuration.</returns>
    public static JaasConfig Plain(string username, string password) =>
        new("PLAIN", PlainModule, (nameof(username), Required(username, nameof(username))), (nameof(password), Required(password, nameof(password))));

    /// <summary>A login with SCRAM.</summary>
    /// <param name="digest">Which digest.</param>
    /// <param name="username">The user's name.</param>
    /// <param name="password">The password.</param>
    /// <returns>The configuration.</returns>
    public static JaasConfig Scram(ScramDigest digest, string username, string password) =>
        new(
            digest == ScramDigest.Sha256 ? "SCRAM-SHA-256" : "SCRAM-SHA-512",
            ScramModule,
            (nameof(username), Required(username, nameof(username))),
            (nameof(password), Required(password, nameof(password))));

    /// <summary>A login with OAUTHBEARER and OAuth's client credentials grant.</summary>
    /// <param name="clientId">The client's id.</param>
    /// <param name="clientSecret">The client's secret.</param>
    /// <param name="scope">The scope to ask for; null for none.</param>
    /// <returns>The configuration. The token endpoint's URL is an option of the plugin, not of this line.</returns>
    public static JaasConfig OAuthClientCredentials(string clientId, string clientSecret, string? scope = null) =>
        new(
            "OAUTHBEARER",
            OAuthModule,
            (nameof(clientId), Required(clientId, nameof(clientId))),
            (nameof(clientSecret), Required(clientSecret, nameof(clientSecret))),
            (nameof(scope), string.IsNullOrEmpty(scope) ? null : scope));

    /// <summary>Names the mechanism only: the line is a secret.</summary>
    /// <returns>For example <c>JAAS configuration for PLAIN</c>.</returns>
    public override string ToString() => $"JAAS configuration for {Mechanism}";

    private static string Required(string value, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return value;
    }

    /// <summary>Always three octal digits, so that a digit that follows can't be taken for part of the escape.</summary>
    private static string Quote(string value)
    {
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            if (c is '"' or '\'' or '\\' or '$' or '%' or '#' or '`' or < ' ' or (>= '\u007f' and <= '\u00ff'))
            {
                quoted.Append('\\').Append((char)('0' + (c >> 6))).Append((char)('0' + ((c >> 3) & 7))).Append((char)('0' + (c & 7)));
            }
            else
            {
                quoted.Append(c);
            }
        }

        return quoted.Append('"').ToString();
    }
}
