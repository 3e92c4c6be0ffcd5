using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KafkaLogstash.Api;

namespace KafkaLogstash.Operator.Resources;

/// <summary>A connection read from a file.</summary>
/// <param name="Source">The file, or <c>-</c> for standard input.</param>
/// <param name="Read">The connection, with the places of its fields.</param>
internal sealed record ConnectionDocument(string Source, ReadConnection Read)
{
    /// <summary>The connection.</summary>
    public KafkaLogstashConnection Connection => Read.Resource;
}

/// <summary>Something in a file that can't be used.</summary>
/// <param name="Source">The file.</param>
/// <param name="Line">The line, from 1; null where it is about the whole file.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Code">A stable name in kebab-case, for tools.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record ResourceProblem(string Source, int? Line, int? Column, string Code, string Message);

/// <summary>What was read from files: connections, and the Secrets and ConfigMaps given with them.</summary>
internal sealed class ResourceFiles
{
    private const string DefaultNamespace = "default";

    private readonly List<V1Secret> _secrets = [];
    private readonly List<V1ConfigMap> _configMaps = [];

    /// <summary>The connections, in the order of the files.</summary>
    public List<ConnectionDocument> Connections { get; } = [];

    /// <summary>Plain Logstash configs: files that end in <c>.conf</c>.</summary>
    public List<(string Source, string Text)> Configs { get; } = [];

    /// <summary>Documents that the operator can't use.</summary>
    public List<ResourceProblem> Problems { get; } = [];

    /// <summary>Files that could not be read at all.</summary>
    public List<ResourceProblem> Unreadable { get; } = [];

    /// <summary>Reads files, folders (every <c>.yaml</c>, <c>.yml</c>, <c>.json</c> and <c>.conf</c> below them) and, for <c>-</c>, standard input.</summary>
    public static ResourceFiles Read(IEnumerable<string> paths, TextReader standardInput)
    {
        var files = new ResourceFiles();
        foreach (var path in paths)
        {
            if (path == "-")
            {
                files.Add("-", standardInput.ReadToEnd());
            }
            else if (Directory.Exists(path))
            {
                foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsResource).Order(StringComparer.Ordinal))
                {
                    files.AddFile(file);
                }
            }
            else
            {
                files.AddFile(path);
            }
        }

        return files;
    }

    /// <summary>The Secrets in a connection's namespace.</summary>
    public IEnumerable<V1Secret> SecretsFor(KafkaLogstashConnection connection) => _secrets.Where(secret => Namespace(secret) == Namespace(connection));

    /// <summary>The ConfigMaps in a connection's namespace.</summary>
    public IEnumerable<V1ConfigMap> ConfigMapsFor(KafkaLogstashConnection connection) => _configMaps.Where(map => Namespace(map) == Namespace(connection));

    private static string Namespace(IKubernetesObject<V1ObjectMeta> item) => item.Metadata.NamespaceProperty ?? DefaultNamespace;

    private static bool IsResource(string path) =>
        Path.GetExtension(path) is ".yaml" or ".yml" or ".json" or ".conf" && Path.GetFileName(path) is not "kustomization.yaml";

    private void AddFile(string path)
    {
        try
        {
            Add(path, File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unreadable.Add(new ResourceProblem(path, null, null, "unreadable", e.Message));
        }
    }

    private void Add(string source, string text)
    {
        if (Path.GetExtension(source) == ".conf")
        {
            Configs.Add((source, text));
            return;
        }

        var read = ConnectionReader.Read(text);
        Problems.AddRange(read.Errors.Select(error => new ResourceProblem(
            source, error.Position.Line, error.Position.Column, error.Error.Code, error.Error.Path.Length > 0 ? error.Error.ToString() : error.Error.Message)));
        foreach (var connection in read.Connections)
        {
            connection.Resource.Metadata.NamespaceProperty ??= DefaultNamespace;
            Connections.Add(new ConnectionDocument(source, connection));
        }

        foreach (var other in read.Others)
        {
            AddOther(source, other);
        }
    }

    private void AddOther(string source, JsonObject other)
    {
        var kind = other["kind"]?.ToString();
        try
        {
            switch (kind)
            {
                case "Secret":
                    _secrets.Add(KubernetesJson.Deserialize<V1Secret>(other.ToJsonString()));
                    break;
                case "ConfigMap":
                    _configMaps.Add(KubernetesJson.Deserialize<V1ConfigMap>(other.ToJsonString()));
                    break;
            }
        }
        catch (System.Text.Json.JsonException e)
        {
            Problems.Add(new ResourceProblem(source, null, null, "wrong-type", $"{kind} {other["metadata"]?["name"]}: {e.Path} has the wrong type."));
        }
    }
}
