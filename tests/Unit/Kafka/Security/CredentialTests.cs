using System.Text;
using CsCheck;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Syntax;
using KafkaLogstash.Tests.Unit.Api;

namespace KafkaLogstash.Tests.Unit.Kafka.Security;

/// <summary>Credentials on their whole way: Secret, derived Secret, environment, Logstash's placeholders, config string, JAAS line, login module.</summary>
public sealed class CredentialTests
{
    public static TheoryData<string> Awkward =>
    [
        "plain", "\"", "'", "\"'", "\\", "ends in \\", "\\\\", "\\n", "\\044", "\\1", ";", "a;b", "required username=\"x\";", "$", "${X}", "${X:y}", "${KAFKA_SASL_JAAS_CONFIG}",
        "$(X)", "$$", "{", "}", "{}", "[a,b]", "'quoted'", "\"quoted\"", "line\nbreak", "carriage\rreturn", "tab\t", "trailing newline\n", "\u0001\u001f\u007f", "%{x}", "%{[a][b]}",
        "#", "# comment", "//", "/* */", " leading", "trailing ", "  ", "`", "=", ",", "é", "ÿ\u0080\u0085\u00a0", "€", "漢字", "😀", "\u2028\u2029", "\ufeff", "0", "00", "-1", "true", "null",
    ];

    [Theory]
    [MemberData(nameof(Awkward))]
    public void An_awkward_user_and_password_reach_the_login_module(string value)
    {
        foreach (var type in new[] { AuthenticationType.Plain, AuthenticationType.ScramSha512 })
        {
            Assert.Equal((value, value), Carried(type, value, value, escapes: false));
            Assert.Equal((value, value), Carried(type, value, value, escapes: true));
        }
    }

    [Theory]
    [MemberData(nameof(Awkward))]
    public void An_awkward_client_secret_reaches_the_login_module(string value) =>
        Assert.Equal((value, value), Carried(AuthenticationType.OAuthBearer, value, value, escapes: false));

    [Fact]
    public void Any_user_and_password_reach_the_login_module()
    {
        var character = Gen.OneOf(Gen.Char["\"'\\$;{}[]()=#%/*\n\r\t\u007fé€ 0173abntrfvX:"], Gen.Char['\u0001', '\u024f'], Gen.Char['\u0001', '\ud7ff'], Gen.Char['\ue000', '\uffff'])
            .Select(c => c.ToString());
        var text = Gen.OneOf(character, Gen.Const("😀"), Gen.Const("${X}"), Gen.Const("\\")).Array[1, 24].Select(string.Concat);

        Gen.Select(text, text, Gen.Bool).Seeded().Sample(
            (user, password, escapes) => Carried(AuthenticationType.ScramSha256, user, password, escapes) == (user, password),
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void Both_clients_get_the_same_credentials()
    {
        const string Hostile = "\\\"'${X};\n😀 ";
        var mode = SecurityMode.Documented.First(candidate => candidate.Authentication?.Type == AuthenticationType.Plain) with { Password = Encoding.UTF8.GetBytes(Hostile) };
        using var pod = RenderedPod.Of(Connection(mode.Authentication!, escapes: false), mode.Secrets);

        Assert.Equal(Hostile, pod.Client(SectionKind.Output)["sasl.password"]);
        Assert.Equal(Hostile, LibrdkafkaOptions.For(mode.Kafka, mode.Resolved)["sasl.password"]);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', 0, (byte)'b', 0 }, "holds a NUL character")]
    [InlineData(new byte[] { (byte)'a', 0xff }, "is not UTF-8")]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 }, "is not UTF-8")]
    [InlineData(new byte[0], "is empty")]
    public void What_no_login_can_carry_is_refused_with_the_reason(byte[] password, string reason)
    {
        var mode = SecurityMode.Documented.First(candidate => candidate.Authentication?.Type == AuthenticationType.ScramSha512) with { Password = password };

        var rendering = OfflineRenderer.Render(Connection(mode.Authentication!, escapes: false), mode.Secrets, [], ConnectionPolicy.None);

        var finding = Assert.Single(rendering.Findings);
        Assert.Equal(("unusable-secret", "spec.kafka.authentication.passwordFrom"), (finding.Code, finding.Field));
        Assert.StartsWith($"Secret 'orders-kafka', key 'password' {reason}", finding.Message, StringComparison.Ordinal);
        Assert.Empty(rendering.Objects);
    }

    [Fact]
    public void A_NUL_that_is_written_in_the_resource_is_refused()
    {
        var plain = SecurityMode.Documented.First(candidate => candidate.Authentication?.Type == AuthenticationType.Plain);
        var oauth = SecurityMode.Documented.First(candidate => candidate.Authentication?.Type == AuthenticationType.OAuthBearer);

        Assert.Equal("spec.kafka.authentication.username", Refused(plain.Authentication! with { Username = "a\0b" }, plain).Field);
        Assert.Equal(
            "spec.kafka.authentication.oauth.clientId",
            Refused(oauth.Authentication! with { Oauth = oauth.Authentication.Oauth! with { ClientId = "a\0b" } }, oauth).Field);

        static ConnectionFinding Refused(KafkaAuthenticationSpec login, SecurityMode mode) =>
            Assert.Single(
                OfflineRenderer.Render(Connection(login, escapes: false), mode.Secrets, [], ConnectionPolicy.None).Findings, finding => finding.Severity == Severity.Error);
    }

    private static (string User, string Password) Carried(AuthenticationType type, string user, string password, bool escapes)
    {
        var login = SecurityMode.Login(type);
        var (userKey, passwordKey) = type == AuthenticationType.OAuthBearer ? ("clientId", "clientSecret") : ("username", "password");
        login = type == AuthenticationType.OAuthBearer
            ? login with { Oauth = login.Oauth! with { ClientId = user } }
            : login with { Username = null, UsernameFrom = new() { SecretName = "user", Key = "name" } };
        var mode = new SecurityMode { Name = "", Authentication = login, Password = Encoding.UTF8.GetBytes(password) };
        var userSecret = new V1Secret { Metadata = new V1ObjectMeta { Name = "user" }, Data = new Dictionary<string, byte[]> { ["name"] = Encoding.UTF8.GetBytes(user) } };
        using var pod = RenderedPod.Of(Connection(login, escapes), [.. mode.Secrets, userSecret]);

        // The environment of a process ends a value at a NUL and knows bytes only.
        Assert.DoesNotContain('\0', pod.Environment[LogstashKafkaOptions.JaasVariable]);
        var (input, output) = (pod.Login(SectionKind.Input), pod.Login(SectionKind.Output));
        Assert.Equal(input.Options, output.Options);
        Assert.Equal(type == AuthenticationType.OAuthBearer ? 3 : 2, input.Options.Count);
        return (input.Options[userKey], input.Options[passwordKey]);
    }

    private static KafkaLogstashConnection Connection(KafkaAuthenticationSpec login, bool escapes)
    {
        var connection = Manifest.Resource(
            ("spec.output", """{"topicId": "out"}"""), ("spec.logstash.config", escapes ? """{"config.support_escapes": true}""" : "{}"));
        return connection with { Spec = connection.Spec with { Kafka = connection.Spec.Kafka with { Authentication = login } } };
    }
}
