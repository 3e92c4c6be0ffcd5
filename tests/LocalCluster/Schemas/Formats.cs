using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>The string formats that the API server checks; others are ignored. A dash in a name does not matter: <c>date-time</c> is <c>datetime</c>.</summary>
internal static partial class Formats
{
    private static readonly Dictionary<string, Func<string, bool>> Checks = new(StringComparer.Ordinal)
    {
        ["bsonobjectid"] = text => text.Length == 24 && text.All(char.IsAsciiHexDigit),
        ["uri"] = IsRequestUri,
        ["email"] = IsEmail,
        ["hostname"] = IsHostname,
        ["ipv4"] = text => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && text.Count(c => c == '.') == 3,
        ["ipv6"] = text => text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text, out _) && !text.Contains('[', StringComparison.Ordinal),
        ["cidr"] = IsCidr,
        ["mac"] = text => Mac().IsMatch(text),
        ["uuid"] = text => Uuid().IsMatch(text),
        ["uuid3"] = text => Uuid().IsMatch(text) && Digits(text)[12] == '3',
        ["uuid4"] = text => Uuid().IsMatch(text) && Digits(text)[12] == '4' && Digits(text)[16] is '8' or '9' or 'a' or 'b' or 'A' or 'B',
        ["uuid5"] = text => Uuid().IsMatch(text) && Digits(text)[12] == '5' && Digits(text)[16] is '8' or '9' or 'a' or 'b' or 'A' or 'B',
        ["isbn"] = text => IsIsbn10(text) || IsIsbn13(text),
        ["isbn10"] = IsIsbn10,
        ["isbn13"] = IsIsbn13,
        ["creditcard"] = IsCreditCard,
        ["ssn"] = text => Ssn().IsMatch(text),
        ["hexcolor"] = text => HexColor().IsMatch(text),
        ["rgbcolor"] = text => RgbColor().IsMatch(text),
        ["byte"] = text => Base64.IsValid(text, out _) && !text.Any(char.IsWhiteSpace),
        ["password"] = _ => true,
        ["date"] = text => GoTime.TryParseDate(text, out _),
        ["duration"] = text => GoTime.TryParseOpenApiDuration(text, out _),
        ["datetime"] = IsDateTime,
        ["k8sshortname"] = text => text.Length <= 63 && ShortName().IsMatch(text),
        ["k8slongname"] = text => text.Length <= 253 && text.Split('.').All(part => ShortName().IsMatch(part)),
    };

    /// <summary>Whether a format is checked on a schema of this type (<c>""</c> for none); it is ignored elsewhere.</summary>
    public static bool IsKnown(string format, string type) => type switch
    {
        "" or "string" => Checks.ContainsKey(Normalized(format)),
        "integer" => format is "int32" or "int64",
        "number" => format is "float" or "double",
        _ => false,
    };

    /// <summary>Whether a text has a string format; any text has an unknown one.</summary>
    public static bool IsValid(string format, string text) => !Checks.TryGetValue(Normalized(format), out var check) || check(text);

    /// <summary>Whether Go's <c>url.ParseRequestURI</c> takes the text: an absolute URL or an absolute path, without spaces or control characters.</summary>
    public static bool IsRequestUri(string text)
    {
        if (text.Length == 0 || text.Any(c => c <= ' ' || c == 0x7f))
        {
            return false;
        }

        var isAbsolute = Scheme().IsMatch(text);
        if (!isAbsolute)
        {
            return text[0] == '/' && BadPercent().Count(text) == 0;
        }

        var authority = Authority().Match(text);
        return BadPercent().Count(text.Split('?')[0]) == 0
            && (!authority.Success || Port().IsMatch(authority.Groups["host"].Value));
    }

    private static string Normalized(string format) => format.Replace("-", "", StringComparison.Ordinal);

    private static string Digits(string uuid) => uuid.Replace("-", "", StringComparison.Ordinal);

    private static bool IsEmail(string text) =>
        text.Length > 0 && MailAddress.TryCreate(text, out var address) && address.Address.Length > 0;

    private static bool IsHostname(string text) =>
        text.Length is > 0 and <= 255 && text.Split('.').All(part => Encoding.UTF8.GetByteCount(part) <= 63) && Hostname().IsMatch(text);

    private static bool IsCidr(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            && IPAddress.TryParse(text.AsSpan(0, slash), out var address)
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            && bits <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
    }

    private static bool IsDateTime(string text)
    {
        var parts = text.ToLowerInvariant().Split('t');
        if (text.Length < 4 || parts.Length < 2 || !GoTime.TryParseDate(parts[0], out _))
        {
            return false;
        }

        var clock = Clock().Match(parts[1]);
        return clock.Success
            && string.CompareOrdinal(clock.Groups["hours"].Value, "23") <= 0
            && string.CompareOrdinal(clock.Groups["minutes"].Value, "59") <= 0
            && string.CompareOrdinal(clock.Groups["seconds"].Value, "59") <= 0;
    }

    private static bool IsIsbn10(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        if (!Isbn10().IsMatch(digits))
        {
            return false;
        }

        var sum = digits.Index().Sum(digit => (digit.Item == 'X' ? 10 : digit.Item - '0') * (digit.Index < 9 ? digit.Index + 1 : 10));
        return sum % 11 == 0;
    }

    private static bool IsIsbn13(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        return digits.Length == 13 && digits.All(char.IsAsciiDigit)
            && digits.Index().Sum(digit => (digit.Item - '0') * (digit.Index % 2 == 0 ? 1 : 3)) % 10 == 0;
    }

    private static bool IsCreditCard(string text)
    {
        var digits = new string([.. text.Where(char.IsAsciiDigit)]);
        return CreditCard().IsMatch(digits)
            && digits.Reverse().Index().Sum(digit => Luhn(digit.Item - '0', doubled: digit.Index % 2 == 1)) % 10 == 0;
    }

    private static int Luhn(int digit, bool doubled) => !doubled ? digit : digit < 5 ? digit * 2 : (digit * 2) - 9;

    private const int TimeoutMilliseconds = 1000;

    [GeneratedRegex("^[0-9a-fA-F]{2}(?<separator>[:-])(?:[0-9a-fA-F]{2}\\k<separator>){4}[0-9a-fA-F]{2}(?:(?:\\k<separator>[0-9a-fA-F]{2}){2})?\\z|^[0-9a-fA-F]{4}(?:\\.[0-9a-fA-F]{4}){2}(?:\\.[0-9a-fA-F]{4})?\\z", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex Mac();

    [GeneratedRegex("^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\\z", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex Uuid();

    [GeneratedRegex("^[0-9]{9}[0-9X]\\z", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex Isbn10();

    [GeneratedRegex("^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35[0-9]{3})[0-9]{11})\\z", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex CreditCard();

    [GeneratedRegex("^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}\\z", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex Ssn();

    [GeneratedRegex("^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})\\z", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex HexColor();

    [GeneratedRegex("^rgb\\((?:\\s*(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\\s*[,)]){3}\\z", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex RgbColor();

    [GeneratedRegex("^(?:[a-zA-Z0-9\\p{S}\\p{L}](?:-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?|(?:[a-zA-Z0-9\\p{S}\\p{L}](?:[a-zA-Z0-9\\p{S}\\p{L}-]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?\\.)+[a-zA-Z\\p{L}]{2,63})\\z", RegexOptions.NonBacktracking, TimeoutMilliseconds)]
    private static partial Regex Hostname();

    [GeneratedRegex("^(?<hours>[0-9]{2}):(?<minutes>[0-9]{2}):(?<seconds>[0-9]{2})(?:.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})\\z", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex Clock();

    [GeneratedRegex("^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\\z", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex ShortName();

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9+.-]*:", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex Scheme();

    [GeneratedRegex("^[^:]+://(?:[^/?#@]*@)?(?<host>[^/?#]*)", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex Authority();

    [GeneratedRegex("^(?:\\[[0-9a-fA-F:.%]+\\]|[^:\\[\\]<>\"^`{}|\\\\]*)(?::[0-9]*)?\\z", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex Port();

    [GeneratedRegex("%(?![0-9a-fA-F]{2})", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex BadPercent();
}
