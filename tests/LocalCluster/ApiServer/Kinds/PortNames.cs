namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>Rules for the names and numbers of ports.</summary>
internal static class PortNames
{
    public const string Range = "must be between 1 and 65535, inclusive";

    private const int MaxLength = 15;

    /// <summary>What is wrong with the name of a container's port; null when nothing is.</summary>
    public static string? Wrong(string name)
    {
        if (name.Length > MaxLength)
        {
            return $"must be no more than {MaxLength} characters";
        }

        if (!name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'))
        {
            return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        }

        if (!name.Any(char.IsAsciiLetterLower))
        {
            return "must contain at least one letter (a-z)";
        }

        if (name.Contains("--", StringComparison.Ordinal))
        {
            return "must not contain consecutive hyphens";
        }

        return name is ['-', ..] or [.., '-'] ? "must not begin or end with a hyphen" : null;
    }
}
