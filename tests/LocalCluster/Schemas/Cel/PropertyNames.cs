using System.Text;
using System.Text.RegularExpressions;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>Names of properties as CEL identifiers: <c>my-name</c> is <c>my__dash__name</c>, <c>if</c> is <c>__if__</c>.</summary>
internal static partial class PropertyNames
{
    private static readonly HashSet<string> Reserved = new(
        [
            "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
            "package", "namespace", "return", "var", "void", "while",
        ],
        StringComparer.Ordinal);

    /// <summary>The identifier of a property, or null when rules can't name it.</summary>
    public static string? Escape(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or '/')))
        {
            return null;
        }

        if (Reserved.Contains(name))
        {
            return $"__{name}__";
        }

        var escaped = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '_' && i + 1 < name.Length && name[i + 1] == '_')
            {
                escaped.Append("__underscores__");
                i++;
                continue;
            }

            escaped.Append(name[i] switch
            {
                '.' => "__dot__",
                '-' => "__dash__",
                '/' => "__slash__",
                var other => other.ToString(),
            });
        }

        return escaped.ToString();
    }

    /// <summary>The property that an identifier stands for, or null when it stands for none.</summary>
    public static string? Unescape(string identifier)
    {
        var valid = true;
        var name = Escaped().Replace(identifier, match =>
        {
            var content = match.Value[2..^2];
            var plain = content switch
            {
                "underscores" => "__",
                "dot" => ".",
                "dash" => "-",
                "slash" => "/",
                _ when Reserved.Contains(content) && match.Length == identifier.Length => content,
                _ => null,
            };
            valid &= plain is not null;
            return plain ?? "";
        });
        return valid ? name : null;
    }

    [GeneratedRegex("__[^_]+__", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escaped();
}
