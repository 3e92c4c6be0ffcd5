namespace KafkaLogstash.Tests.Unit.Operator;

/// <summary>Compares what people read with a committed file. UPDATE_GOLDEN=1 rewrites the file instead.</summary>
internal static class GoldenFile
{
    public static void Matches(string actual, string path)
    {
        var file = Path.Combine(Checkout.Root, path);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        Assert.True(File.Exists(file), $"{path} does not exist: 'make golden' writes it.");
        Assert.Equal(File.ReadAllText(file), actual);
    }
}
