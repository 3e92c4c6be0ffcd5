using System.Text.Json;

namespace KafkaLogstash.Tests.Integration.Images;

/// <summary>What <c>images/Dockerfile</c> says of an image.</summary>
/// <param name="User">User and group, as numbers.</param>
/// <param name="EntryPoint">The program.</param>
/// <param name="Environment">Variables.</param>
internal sealed record ImageDescription(string User, IReadOnlyList<string> EntryPoint, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Reads the stage of an image.</summary>
    public static ImageDescription Of(string program)
    {
        var stage = File.ReadLines(ImageRoot.InCheckout("images", "Dockerfile"))
            .SkipWhile(line => line != $"FROM ${{BASE}} AS {program}").Skip(1)
            .TakeWhile(line => !line.StartsWith("FROM ", StringComparison.Ordinal))
            .Select(line => line.Split(' ', 2)).Where(line => line.Length == 2).ToLookup(line => line[0], line => line[1]);
        return new(
            stage["USER"].Single(),
            JsonSerializer.Deserialize<string[]>(stage["ENTRYPOINT"].Single())!,
            stage["ENV"].Select(variable => variable.Split('=', 2)).ToDictionary(variable => variable[0], variable => variable[1], StringComparer.Ordinal));
    }
}
