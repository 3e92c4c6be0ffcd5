using System.Buffers;
using System.Globalization;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Checks;

/// <summary>Says why a plugin won't do in a pod what it does on a machine.</summary>
internal static class PodFitness
{
    private const int LowestFreePort = 1024;

    /// <summary>Where the fixed part of a path ends: a glob, a field or a placeholder begins.</summary>
    private static readonly SearchValues<char> Variable = SearchValues.Create("*?[{%$");

    /// <summary>Judges a plugin.</summary>
    /// <param name="section">Its section.</param>
    /// <param name="plugin">The plugin.</param>
    /// <param name="context">What is known about the pod.</param>
    public static IEnumerable<(string Code, string Message)> Of(SectionKind section, PluginSyntax plugin, PipelineContext context)
    {
        var name = plugin.Name.Text;
        if (section == SectionKind.Input && name is "stdin" or "java_stdin")
        {
            yield return ("unusable-plugin", $"`{name}` reads a terminal, which a pod does not have: it ends at once, and the pipeline with it.");
        }

        if (context.MountedPaths is { } mounts && FilesProblem(section, plugin, mounts) is { } problem)
        {
            yield return ("unusable-plugin", problem);
        }

        if (section == SectionKind.Input && context.Ports is { } ports)
        {
            foreach (var port in Listening(plugin))
            {
                if (port.Number < LowestFreePort)
                {
                    yield return ("privileged-port", $"`{name}` listens on port {port}, and Logstash may not open ports below {LowestFreePort} in its pod; set `port` to a higher one, and map it in spec.logstash.ports with targetPort.");
                }
                else if (!ports.Contains(port))
                {
                    var other = ports.Any(known => known.Number == port.Number) ? $", which has it with another protocol; set its protocol to {port.Protocol}" : "; add it, so that a Service leads to it";
                    yield return ("port-not-exposed", $"`{name}` listens on port {port}, which is not in spec.logstash.ports{other}.");
                }
            }
        }
    }

    private static string? FilesProblem(SectionKind section, PluginSyntax plugin, IReadOnlyCollection<string> mounts)
    {
        var name = plugin.Name.Text;
        return (section, name) switch
        {
            (SectionKind.Input, "exec" or "pipe") =>
                $"`{name}` starts a program inside Logstash's container, in every pod: the image holds little besides Logstash. Let a sidecar or a CronJob run it, and send what it prints to an input such as http.",
            (SectionKind.Output, "pipe") =>
                "`pipe` starts a program inside Logstash's container, in every pod: the image holds little besides Logstash. Send the events to a service instead, with http or tcp.",
            (SectionKind.Input, "file") when IsElsewhere(plugin, "path", mounts) =>
                "`file` reads files of Logstash's own container, and no volume is mounted there; mount one with spec.logstash.podTemplate, or let an agent such as Filebeat send the files to a beats input.",
            (SectionKind.Input, "unix") when IsElsewhere(plugin, "path", mounts) =>
                "`unix` uses a socket inside Logstash's container, which nothing outside of it reaches; listen with tcp, or mount a shared volume with spec.logstash.podTemplate.",
            (SectionKind.Output, "file" or "csv") when IsElsewhere(plugin, "path", mounts) =>
                $"`{name}` writes into Logstash's container, whose file system is read-only there; mount a volume with spec.logstash.podTemplate, or send the events elsewhere.",
            (SectionKind.Output, "nagios") when IsElsewhere(plugin, "commandfile", mounts) =>
                "`nagios` writes to the command file of a Nagios on the same machine, which a pod does not have.",
            _ => null,
        };
    }

    /// <summary>Whether no path of an option can be under a mount. A path that starts with a placeholder or a field is not judged.</summary>
    private static bool IsElsewhere(PluginSyntax plugin, string option, IReadOnlyCollection<string> mounts)
    {
        var paths = plugin.Attributes.Where(attribute => attribute.Name.Text == option).SelectMany(attribute => Texts(attribute.Value)).ToList();
        return paths.TrueForAll(path => path.StartsWith('/') && !mounts.Any(mount => IsUnder(path, mount)));
    }

    private static bool IsUnder(string path, string mount)
    {
        var fixedPart = path.AsSpan(0, path.AsSpan().IndexOfAny(Variable) is var end and >= 0 ? end : path.Length);
        var folder = mount.TrimEnd('/') + "/";
        return fixedPart.StartsWith(folder, StringComparison.Ordinal) || (fixedPart.Length < path.Length && folder.AsSpan().StartsWith(fixedPart, StringComparison.Ordinal));
    }

    private static IEnumerable<ListeningPort> Listening(PluginSyntax plugin)
    {
        var (fallback, protocols) = plugin.Name.Text switch
        {
            "beats" or "elastic_agent" or "elastic_serverless_forwarder" => (0, new[] { "TCP" }),
            "tcp" => (0, Has(plugin, "mode", "client") ? [] : ["TCP"]),
            "udp" => (0, ["UDP"]),
            "http" => (8080, ["TCP"]),
            "logstash" => (9800, ["TCP"]),
            "graphite" => (2003, Has(plugin, "mode", "client") ? [] : ["TCP"]),
            "syslog" => (514, ["TCP", "UDP"]),
            "gelf" => (12201, Has(plugin, "use_tcp", "true") ? Has(plugin, "use_udp", "false") ? ["TCP"] : ["TCP", "UDP"] : ["UDP"]),
            "ganglia" => (8649, ["UDP"]),
            "snmptrap" => (1062, ["UDP"]),
            _ => (0, Array.Empty<string>()),
        };
        var option = plugin.Attributes.LastOrDefault(attribute => attribute.Name.Text == "port")?.Value;
        var number = option is null ? fallback : int.TryParse(Texts(option).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0;
        return number is > 0 and <= ushort.MaxValue ? protocols.Select(protocol => new ListeningPort(number, protocol)) : [];
    }

    private static bool Has(PluginSyntax plugin, string option, string value) =>
        plugin.Attributes.Any(attribute => attribute.Name.Text == option && Texts(attribute.Value).Contains(value, StringComparer.Ordinal));

    private static IEnumerable<string> Texts(ValueSyntax value) => value is ArraySyntax array ? array.Items.SelectMany(Texts) : SingleText(value) is { } text ? [text] : [];

    private static string? SingleText(ValueSyntax value) => value switch
    {
        StringSyntax text => text.Text,
        BarewordSyntax word => word.Text,
        NumberSyntax number => number.Text,
        _ => null,
    };
}
