namespace KafkaLogstash.Tests.Integration.LocalCluster;

/// <summary>A directory that looks like an unpacked Logstash; its program is a shell script that tells what it sees.</summary>
internal static class FakeLogstash
{
    private const string Script = """
        #!/bin/sh
        echo "user $(id -u), arguments $*"
        echo "settings: $(cat /etc/logstash/settings/logstash.yml)"
        echo "names: $(head -n 1 /etc/hosts)"
        echo kept > /usr/share/logstash/data/queue && echo "data is writable"
        echo x 2>/dev/null > /usr/share/logstash/bin/logstash || echo "home is read-only"
        exec sleep 600
        """;

    /// <summary>The directory, made anew each time the tests run.</summary>
    public static string Home { get; } = Make();

    private static string Make()
    {
        var home = Path.Join(AppContext.BaseDirectory, "fake-logstash");
        Directory.CreateDirectory(Path.Join(home, "bin"));
        var program = Path.Join(home, "bin", "logstash");
        File.WriteAllText(program, Script + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, (UnixFileMode)0x1ED);
        }

        return home;
    }
}
