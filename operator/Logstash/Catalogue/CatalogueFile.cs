using System.Text;

namespace KafkaLogstash.Logstash.Catalogue;

/// <summary>Reads the tables that are embedded in this assembly: lines of columns between <c> | </c>, comments behind <c>#</c>.</summary>
internal static class CatalogueFile
{
    public static IEnumerable<string> Lines(string name)
    {
        using var stream = typeof(CatalogueFile).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The table {name} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line;
            }
        }
    }

    public static string[] Columns(string line) => line.Split(" | ", StringSplitOptions.TrimEntries);

    public static Version? VersionOrNull(string column) => column == "-" ? null : Version.Parse(column);
}
