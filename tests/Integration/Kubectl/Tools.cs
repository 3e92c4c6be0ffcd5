namespace KafkaLogstash.Tests.Integration.Kubectl;

/// <summary>The programs that tests run: those that scripts/install-tools put into the checkout, else those on PATH.</summary>
internal static class Tools
{
    /// <summary>The folder of the checkout.</summary>
    public static string Checkout { get; } = Above().First(static folder => File.Exists(Path.Join(folder, "Operator.sln")));

    /// <summary>Where a program is; null where there is none.</summary>
    public static string? Find(string name) => Above().Select(static folder => Path.Join(folder, ".tools", "bin"))
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        .Select(folder => Path.Join(folder, name)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Above()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return folder.FullName;
        }
    }
}
