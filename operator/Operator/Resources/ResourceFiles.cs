using System.IO.Enumeration;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Operator.Commands;

namespace KafkaLogstash.Operator.Resources;

/// <summary>A connection read from a file.</summary>
/// <param name="File">The file.</param>
/// <param name="Read">The connection, with the places of its fields.</param>
internal sealed record ConnectionDocument(SourceFile File, ReadConnection Read)
{
    /// <summary>The connection.</summary>
    public KafkaLogstashConnection Connection => Read.Resource;
}

/// <summary>An object read from a file, as it is written there.</summary>
/// <param name="File">The file.</param>
/// <param name="Manifest">The object, with the places of its fields.</param>
internal sealed record ManifestDocument(SourceFile File, ReadManifest Manifest);

/// <summary>A plain Logstash config.</summary>
/// <param name="File">The file, its text as far as it is UTF-8.</param>
/// <param name="Bytes">Its bytes, which Logstash judges.</param>
internal sealed record ConfigFile(SourceFile File, byte[] Bytes);

/// <summary>Something in a file that can't be used.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="File">The file; null where it could not be read.</param>
/// <param name="Range">Where; null where it is about the whole file.</param>
/// <param name="Code">A stable name in kebab-case, for tools.</param>
/// <param name="Field">The field; null where it is about no field.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record ResourceProblem(string Name, SourceFile? File, TextRange? Range, string Code, string? Field, string Message)
{
    /// <summary>The code of a text that is not YAML.</summary>
    public const string NotYaml = "not-yaml";

    /// <summary>The code of YAML that is no Kubernetes object.</summary>
    public const string NotAManifest = "not-a-manifest";

    /// <summary>The code of a resource whose bytes are no text.</summary>
    public const string NotUtf8 = "not-utf8";

    /// <summary>The code of a file that can't be opened.</summary>
    public const string Unreadable = "unreadable";
}

/// <summary>What was read from files: connections, the Secrets and ConfigMaps given with them, and plain Logstash configs.</summary>
internal sealed partial class ResourceFiles
{
    private const string DefaultNamespace = "default";

    private static readonly EnumerationOptions WholeFolder = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<V1Secret> _secrets = [];
    private readonly List<(V1ConfigMap Map, ManifestDocument Document)> _configMaps = [];

    private ResourceFiles()
    {
    }

    /// <summary>How many files were read.</summary>
    public int Count { get; private set; }

    /// <summary>The connections, in the order of the files.</summary>
    public List<ConnectionDocument> Connections { get; } = [];

    /// <summary>The connections that have errors.</summary>
    public List<ManifestDocument> Refused { get; } = [];

    /// <summary>Plain Logstash configs: files that end in <c>.conf</c>, and what looks like one.</summary>
    public List<ConfigFile> Configs { get; } = [];

    /// <summary>Documents that the operator can't use.</summary>
    public List<ResourceProblem> Problems { get; } = [];

    /// <summary>Files that could not be read at all.</summary>
    public List<ResourceProblem> Unreadable { get; } = [];

    /// <summary>Whether there is nothing to look at in what was given. Nothing on standard input is nothing; an empty file is a config that does nothing.</summary>
    public bool AreEmpty => Connections.Count + Refused.Count + Problems.Count + Unreadable.Count == 0
        && Configs.TrueForAll(config => config.File.Name == "-" && string.IsNullOrWhiteSpace(config.File.Lines.Text));

    /// <summary>Reads files, folders (every <c>.yaml</c>, <c>.yml</c>, <c>.json</c> and <c>.conf</c> below them) and, for <c>-</c>, standard input.</summary>
    public static ResourceFiles Read(IEnumerable<string> paths, CommandConsole console)
    {
        var files = new ResourceFiles();
        foreach (var path in paths)
        {
            if (path == "-")
            {
                files.Try(path, () => ReadToEnd(console.Input), isFromFolder: false);
            }
            else if (path.Length == 0)
            {
                files.Unreadable.Add(new ResourceProblem("''", null, null, ResourceProblem.Unreadable, null, "The name of a file is empty. Look whether a variable is not set."));
            }
            else if (Directory.Exists(path))
            {
                files.AddFolder(path);
            }
            else
            {
                files.Try(path, () => System.IO.File.ReadAllBytes(path), isFromFolder: false);
            }
        }

        return files;
    }

    /// <summary>The Secrets in a connection's namespace.</summary>
    public IEnumerable<V1Secret> SecretsFor(KafkaLogstashConnection connection) => _secrets.Where(secret => Namespace(secret) == Namespace(connection));

    /// <summary>The ConfigMaps in a connection's namespace.</summary>
    public IEnumerable<V1ConfigMap> ConfigMapsFor(KafkaLogstashConnection connection) => _configMaps.Select(entry => entry.Map).Where(map => Namespace(map) == Namespace(connection));

    /// <summary>Where a ConfigMap in a connection's namespace is written; null if it was not given.</summary>
    public ManifestDocument? ConfigMapFor(KafkaLogstashConnection connection, string name) =>
        _configMaps.LastOrDefault(entry => entry.Map.Metadata.Name == name && Namespace(entry.Map) == Namespace(connection)).Document;

    private static string Namespace(IKubernetesObject<V1ObjectMeta> item) => item.Metadata.NamespaceProperty ?? DefaultNamespace;

    private static bool IsConfig(string path) => Path.GetExtension(path).Equals(".conf", StringComparison.OrdinalIgnoreCase);

    private static bool IsResource(string path) => Path.GetExtension(path).ToUpperInvariant() is ".YAML" or ".YML" or ".JSON";

    private static byte[] ReadToEnd(Stream input)
    {
        using var content = new MemoryStream();
        input.CopyTo(content);
        return content.ToArray();
    }

    private void AddFolder(string folder)
    {
        try
        {
            // Links to folders may lead round in circles, and hidden folders hold what is not meant to be looked at.
            var found = new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), WholeFolder)
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
                ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && !entry.FileName.StartsWith('.'),
            };
            foreach (var file in found.Where(file => IsResource(file) || IsConfig(file)).Order(StringComparer.Ordinal))
            {
                // As the names of a repository's files are written, which is what GitHub wants.
                var name = file.StartsWith("./", StringComparison.Ordinal) ? file[2..] : file;
                Try(name, () => System.IO.File.ReadAllBytes(file), isFromFolder: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unreadable.Add(CanNotRead(folder, e));
        }
    }

    private void Try(string name, Func<byte[]> read, bool isFromFolder)
    {
        if (!_seen.Add(name == "-" ? name : Path.GetFullPath(name)))
        {
            return;
        }

        try
        {
            Add(name, read(), isFromFolder);
            Count++;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unreadable.Add(CanNotRead(name, e));
        }
    }

    private static ResourceProblem CanNotRead(string name, Exception e) => new(name, null, null, ResourceProblem.Unreadable, null, $"It can't be read: {e.Message}");

    private void Add(string name, byte[] bytes, bool isFromFolder)
    {
        // As it is, with a byte order mark and all: Logstash does not skip one.
        var raw = Encoding.UTF8.GetString(bytes);
        if (IsConfig(name) || (!IsResource(name) && !LooksLikeResource().IsMatch(raw)))
        {
            Configs.Add(new ConfigFile(new SourceFile(name, new TextLines(raw)), bytes));
            return;
        }

        string text;
        try
        {
            using var reader = new StreamReader(new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
            text = reader.ReadToEnd();
        }
        catch (DecoderFallbackException)
        {
            Problems.Add(new ResourceProblem(name, null, null, ResourceProblem.NotUtf8, null, "This is not UTF-8; save it as UTF-8."));
            return;
        }

        AddResources(new SourceFile(name, new TextLines(text)), isFromFolder);
    }

    private void AddResources(SourceFile file, bool isFromFolder)
    {
        var read = ConnectionReader.Read(file.Lines.Text);

        // In a folder there may be all kinds of YAML; a file that was named must be what it was taken for.
        Problems.AddRange(read.Errors.Where(error => !isFromFolder || error.Error.Code != ResourceProblem.NotAManifest).Select(error => new ResourceProblem(
            file.Name, file, error.Range, error.Error.Code, error.Error.Path.Length > 0 ? error.Error.Path : null, error.Error.Message)));
        Refused.AddRange(read.Refused.Select(manifest => new ManifestDocument(file, manifest)));
        foreach (var connection in read.Connections)
        {
            connection.Resource.Metadata.NamespaceProperty ??= DefaultNamespace;
            Connections.Add(new ConnectionDocument(file, connection));
        }

        foreach (var other in read.Others)
        {
            AddOther(new ManifestDocument(file, other));
        }
    }

    private void AddOther(ManifestDocument other)
    {
        var kind = other.Manifest.Content["kind"]?.ToString();
        if (kind is "Secret" or "ConfigMap" && (other.Manifest.Content["metadata"] as JsonObject)?["name"] is null)
        {
            Problems.Add(new ResourceProblem(other.File.Name, other.File, other.Manifest.RangeOf("metadata.name"), "required", "metadata.name", $"must be set: a {kind} has a name."));
            return;
        }

        try
        {
            switch (kind)
            {
                case "Secret":
                    _secrets.Add(KubernetesJson.Deserialize<V1Secret>(other.Manifest.Content.ToJsonString()));
                    break;
                case "ConfigMap":
                    _configMaps.Add((KubernetesJson.Deserialize<V1ConfigMap>(other.Manifest.Content.ToJsonString()), other));
                    break;
            }
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            var field = (e as JsonException)?.Path?.TrimStart('$', '.') ?? "";
            Problems.Add(new ResourceProblem(
                other.File.Name, other.File, other.Manifest.RangeOf(field), "wrong-type", field.Length > 0 ? field : null, $"the {kind} has a value of the wrong type here."));
        }
    }

    /// <summary>
    /// A document marker, a brace or a field, behind comments: no Logstash config begins so, and every object does. Comments look the same in both languages.
    /// </summary>
    [GeneratedRegex(@"\A\uFEFF?(\s*#[^\n]*\n)*\s*(---|%YAML|\{|[""']?[A-Za-z][\w.-]*[""']?\s*:(\s|\z))", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LooksLikeResource();
}
