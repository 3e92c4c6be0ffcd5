using System.Text;
using CsCheck;
using KafkaLogstash.Logstash.Jaas;
using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Tests.Unit.Logstash;

public sealed class JaasTests
{
    [Fact]
    public void Each_mechanism_has_its_module_and_options()
    {
        Assert.Equal("org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"p\";", JaasConfig.Plain("u", "p").Line);
        var scram = JaasConfig.Scram(ScramDigest.Sha512, "u", "p");
        Assert.Equal(("SCRAM-SHA-512", "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"u\" password=\"p\";"), (scram.Mechanism, scram.Line));
        Assert.Equal("SCRAM-SHA-256", JaasConfig.Scram(ScramDigest.Sha256, "u", "p").Mechanism);
        Assert.Equal(
            "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId=\"i\" clientSecret=\"s\" scope=\"a b\";",
            JaasConfig.OAuthClientCredentials("i", "s", "a b").Line);
        Assert.DoesNotContain("scope", JaasConfig.OAuthClientCredentials("i", "s").Line, StringComparison.Ordinal);
    }

    [Fact]
    public void Awkward_characters_become_three_octal_digits() =>
        Assert.Equal(
            "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"a;b\" password=\"\\0421\\134\\044{X}\\0127\\351😀\";",
            JaasConfig.Plain("a;b", "\"1\\${X}\n7é😀").Line);

    [Fact]
    public void A_secret_is_not_in_the_text_of_the_object() => Assert.Equal("JAAS configuration for PLAIN", JaasConfig.Plain("user", "s3cret").ToString());

    [Fact]
    public void Any_credential_survives_every_layer()
    {
        var awkward = Gen.String[Gen.OneOf(Gen.Char["\"'\\$;{}=#%/*\n\r\t\0\u007fé€😀 017abntrfv"], Gen.Char['\0', '\uD7FF']), 0, 20];
        Gen.Select(awkward, awkward).Seeded().Sample(
            (username, password) =>
            {
                var line = JaasConfig.Plain(username, password).Line;
                return !Quoting.HasPlaceholder(line)
                    && !line.Contains('\0', StringComparison.Ordinal)
                    && !line.Contains('\n', StringComparison.Ordinal)
                    && ReadLikeJava(line) is [_, "required", "username", "=", var readName, "password", "=", var readPassword, ";"]
                    && readName == username && readPassword == password;
            },
            iter: 20000);
    }

    /// <summary>
    /// What java.io.StreamTokenizer makes of the line: quoted strings end at their mark or at a line end; a backslash takes up to three octal
    /// digits (a third only after a first of 0 to 3), or one of the letters a b f n r t v, or stands for the character after it.
    /// </summary>
    private static List<string> ReadLikeJava(string line)
    {
        var tokens = new List<string>();
        var at = 0;
        while (at < line.Length)
        {
            var c = line[at];
            if (c is ' ')
            {
                at++;
            }
            else if (c is '"' or '\'')
            {
                var token = new StringBuilder();
                for (at++; at < line.Length && line[at] != c && line[at] is not ('\n' or '\r');)
                {
                    token.Append(line[at] == '\\' ? Escape(line, ref at) : line[at++]);
                }

                at++;
                tokens.Add(token.ToString());
            }
            else if (char.IsAsciiLetterOrDigit(c))
            {
                var start = at;
                while (at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || line[at] is '.' or '-' or '_' or '$'))
                {
                    at++;
                }

                tokens.Add(line[start..at]);
            }
            else
            {
                tokens.Add(c.ToString());
                at++;
            }
        }

        return tokens;
    }

    private static char Escape(string line, ref int at)
    {
        var first = line[++at];
        at++;
        if (first is >= '0' and <= '7')
        {
            var value = first - '0';
            for (var digits = 1; digits < (first <= '3' ? 3 : 2) && at < line.Length && line[at] is >= '0' and <= '7'; digits++)
            {
                value = (value * 8) + line[at++] - '0';
            }

            return (char)value;
        }

        var letter = "abfnrtv".IndexOf(first, StringComparison.Ordinal);
        return letter < 0 ? first : "\a\b\f\n\r\t\v"[letter];
    }
}
