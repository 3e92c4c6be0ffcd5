using System.Runtime.CompilerServices;

namespace KafkaLogstash.Tests.Unit.Logstash;

internal static class GoldenFile
{
    /// <summary>Compares with a committed file beside the test; UPDATE_GOLDEN=1 rewrites it instead.</summary>
    public static void Matches(string name, string actual, [CallerFilePath] string test = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(test)!, "Golden", name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }
}
