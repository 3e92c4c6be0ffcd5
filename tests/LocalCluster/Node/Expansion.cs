using System.Text;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>Expands <c>$(NAME)</c> in commands, arguments and variables as Kubernetes does.</summary>
internal static class Expansion
{
    /// <summary>Replaces references to known names; unknown ones stay as they are, and <c>$$</c> stands for one dollar.</summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> values)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
            }
            else if (text[i + 1] == '$')
            {
                result.Append('$');
                i++;
            }
            else if (text[i + 1] == '(' && text.IndexOf(')', i) is var end and > 0)
            {
                var name = text[(i + 2)..end];
                result.Append(values.TryGetValue(name, out var value) ? value : text[i..(end + 1)]);
                i = end;
            }
            else
            {
                result.Append('$');
            }
        }

        return result.ToString();
    }
}
