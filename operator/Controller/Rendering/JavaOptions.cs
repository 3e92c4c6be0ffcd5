namespace KafkaLogstash.Controller.Rendering;

/// <summary>
/// What goes into <c>LS_JAVA_OPTS</c>, which Logstash appends to its <c>jvm.options</c> and which wins over them, but for what stands there word for word: that keeps its place. Logstash's own heap
/// setting (1 GiB) knows nothing of the container's limit.
/// </summary>
internal static class JavaOptions
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "LS_JAVA_OPTS";

    private const long Mebibyte = 1024 * 1024;

    /// <summary>The smallest heap that Logstash starts with.</summary>
    private const long SmallestHeap = 256 * Mebibyte;

    /// <summary>Builds the options.</summary>
    /// <param name="memoryLimit">The container's memory limit, bytes.</param>
    /// <param name="heapPercent">The part of it that is heap, per cent.</param>
    /// <param name="tokenEndpointUrl">Kafka's OAuth token endpoint, which Kafka's client from 4.0 on asks to be allowed by name; null without OAuth.</param>
    /// <param name="users">What the user sets the variable to; it comes last and so wins. A heap in it takes the place of the operator's.</param>
    public static string Build(long memoryLimit, int heapPercent, string? tokenEndpointUrl, string? users)
    {
        var ofUser = (users ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var heap = $"{Math.Max(SmallestHeap, memoryLimit * heapPercent / 100) / Mebibyte}m";
        var (least, most) = (Last(ofUser, "-Xms"), Last(ofUser, "-Xmx"));
        List<string> options =
        [
            // Where the JVM's statistics find the container's control group; the image's entry point, which does not run here, sets the same.
            "-Dls.cgroup.cpuacct.path.override=/",
            "-Dls.cgroup.cpu.path.override=/",
        ];

        // Logstash drops the later of two equal options, so the user's -Xmx1g, which is in its jvm.options, would come before one of the operator's and lose.
        if (least is null)
        {
            options.Add($"-Xms{most ?? heap}");
        }

        if (most is null)
        {
            options.Add($"-Xmx{heap}");
        }

        if (tokenEndpointUrl is not null)
        {
            options.Add($"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={tokenEndpointUrl}");
        }

        if (!string.IsNullOrWhiteSpace(users))
        {
            options.Add(users.Trim());
        }

        return string.Join(' ', options);
    }

    private static string? Last(string[] options, string name) =>
        options.LastOrDefault(option => option.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
}
