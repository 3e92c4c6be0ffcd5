using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KafkaLogstash.Api.Schema;
using KafkaLogstash.Api.Validation;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Logstash.Catalogue;
using YamlDotNet.Core;

namespace KafkaLogstash.Api;

/// <summary>
/// Reads connections from YAML or JSON without an API server, strictly: a field that does not exist, or a value of the wrong type, is an error with
/// its line. Left-out fields get the defaults that an API server would give them.
/// </summary>
public static class ConnectionReader
{
    /// <summary>Reads all documents of a text, lists included.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <returns>The connections that could be read, the other objects, and what is wrong. It never throws for bad input.</returns>
    public static ManifestReadResult Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = new TextLines(text);
        var reading = new Reading(lines);
        try
        {
            foreach (var document in YamlReader.Read(text).Where(document => document.Root is not null))
            {
                reading.Add(document, document.Root!, "");
            }
        }
        catch (YamlException e)
        {
            var at = (int)e.Start.Index;
            reading.Errors.Add(new ManifestError(lines.PositionOf(at), new TextRange(at, at), new FieldError("", "not-yaml", $"This is not YAML: {e.Message}")));
        }

        return new ManifestReadResult { Connections = reading.Connections, Refused = reading.Refused, Others = reading.Others, Errors = reading.Errors };
    }

    private sealed class Reading(TextLines lines)
    {
        private const string ApiVersion = $"{KafkaLogstashConnection.GroupName}/{KafkaLogstashConnection.VersionName}";

        private static readonly string[] MetadataFields = [.. WireFormat.Options.GetTypeInfo(typeof(V1ObjectMeta)).Properties.Select(property => property.Name)];

        public List<ReadConnection> Connections { get; } = [];

        public List<ReadManifest> Refused { get; } = [];

        public List<ReadManifest> Others { get; } = [];

        public List<ManifestError> Errors { get; } = [];

        public void Add(YamlDocument document, JsonNode node, string place)
        {
            if (node is not JsonObject manifest || Text(manifest, "kind") is not { Length: > 0 } kind)
            {
                Report(new ReadManifest([], lines, document, place), new FieldError("kind", "not-a-manifest", "must be set: a Kubernetes object has apiVersion, kind and metadata"));
                return;
            }

            var read = new ReadManifest(manifest, lines, document, place);
            var isOurs = Text(manifest, "apiVersion")?.StartsWith($"{KafkaLogstashConnection.GroupName}/", StringComparison.Ordinal) == true;
            if (manifest["items"] is JsonArray items && kind.EndsWith("List", StringComparison.Ordinal))
            {
                foreach (var (index, item) in items.Index().Where(entry => entry.Item is not null))
                {
                    Add(document, item!, FieldPaths.Item(FieldPaths.Child(place, "items"), index));
                }
            }
            else if (kind == KafkaLogstashConnection.KindName)
            {
                AddConnection(read);
            }
            else if (isOurs)
            {
                Report(read, new FieldError("kind", "unknown-kind", $"there is no such kind{NearestName.Hint(kind, [KafkaLogstashConnection.KindName]).TrimEnd('.')}"));
            }
            else
            {
                Others.Add(read);
            }
        }

        private void AddConnection(ReadManifest manifest)
        {
            var errors = Check(manifest.Content).ToList();
            if (errors.Count == 0)
            {
                try
                {
                    var complete = manifest.Content.DeepClone().AsObject();
                    DropNulls(complete, ConnectionSchema.Value);
                    Connections.Add(new ReadConnection(KubernetesJson.Deserialize<KafkaLogstashConnection>(complete.ToJsonString()), manifest));
                }
                catch (Exception e) when (e is JsonException or FormatException or OverflowException)
                {
                    errors.Add(new FieldError((e as JsonException)?.Path?.TrimStart('$', '.') ?? "", "wrong-type", "has a value of the wrong type"));
                }
            }

            foreach (var error in errors)
            {
                Report(manifest, error);
            }

            if (errors.Count > 0)
            {
                Refused.Add(manifest);
            }
        }

        private static IEnumerable<FieldError> Check(JsonObject manifest)
        {
            if (Text(manifest, "apiVersion") != ApiVersion)
            {
                yield return new FieldError("apiVersion", "unknown-version", $"must be {ApiVersion}");
            }

            foreach (var error in SchemaCheck.Run(manifest, ConnectionSchema.Value, ""))
            {
                yield return error;
            }

            if (manifest["metadata"] is not JsonObject metadata)
            {
                yield break;
            }

            if (string.IsNullOrEmpty(Text(metadata, "name")))
            {
                yield return new FieldError("metadata.name", "required", "must be set");
            }

            foreach (var (name, _) in metadata.Where(field => !MetadataFields.Contains(field.Key, StringComparer.Ordinal)))
            {
                yield return new FieldError(FieldPaths.Child("metadata", name), "unknown-field", $"there is no such field here{NearestName.Hint(name, MetadataFields).TrimEnd('.')}");
            }
        }

        /// <summary>An API server takes a null for a field that was left out, except where anything may stand.</summary>
        private static void DropNulls(JsonObject map, JsonObject schema)
        {
            foreach (var (name, value) in map.ToList())
            {
                if ((schema["properties"]?[name] ?? schema["additionalProperties"]) is not JsonObject known)
                {
                    continue;
                }

                switch (value)
                {
                    case null:
                        map.Remove(name);
                        break;
                    case JsonObject nested:
                        DropNulls(nested, known);
                        break;
                    case JsonArray list when known["items"] is JsonObject items:
                        foreach (var item in list.OfType<JsonObject>())
                        {
                            DropNulls(item, items);
                        }

                        break;
                }
            }
        }

        private void Report(ReadManifest manifest, FieldError error)
        {
            var range = manifest.RangeOf(error.Path);
            Errors.Add(new ManifestError(lines.PositionOf(range.Start), range, error));
        }

        private static string? Text(JsonObject map, string name) => map[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
    }
}

/// <summary>What was read from a text.</summary>
public sealed record ManifestReadResult
{
    /// <summary>The connections, in their order.</summary>
    public required IReadOnlyList<ReadConnection> Connections { get; init; }

    /// <summary>The connections that have errors, in their order.</summary>
    public required IReadOnlyList<ReadManifest> Refused { get; init; }

    /// <summary>The objects of other kinds, for example Secrets and ConfigMaps that connections name.</summary>
    public required IReadOnlyList<ReadManifest> Others { get; init; }

    /// <summary>What is wrong; a connection with errors is not among <see cref="Connections"/>.</summary>
    public required IReadOnlyList<ManifestError> Errors { get; init; }
}

/// <summary>Something wrong in a text.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Range">The name of the field, or of the nearest one around it.</param>
/// <param name="Error">The field, and what is wrong.</param>
public sealed record ManifestError(TextPosition Position, TextRange Range, FieldError Error)
{
    /// <inheritdoc/>
    public override string ToString() => Error.Path.Length > 0 ? $"{Position}: {Error}" : $"{Position}: {Error.Message}";
}

/// <summary>A connection that was read.</summary>
/// <param name="Resource">The connection, with defaults.</param>
/// <param name="Manifest">What it was read from, with the places of its fields.</param>
public sealed record ReadConnection(KafkaLogstashConnection Resource, ReadManifest Manifest);

/// <summary>An object that was read, as it was written, with the places of its fields.</summary>
public sealed class ReadManifest
{
    private readonly TextLines _lines;
    private readonly YamlDocument _document;
    private readonly string _place;

    internal ReadManifest(JsonObject content, TextLines lines, YamlDocument document, string place)
    {
        Content = content;
        _lines = lines;
        _document = document;
        _place = place;
    }

    /// <summary>The object, without defaults.</summary>
    public JsonObject Content { get; }

    /// <summary>Where a field stands.</summary>
    /// <param name="path">The field, as in <see cref="FieldError.Path"/>.</param>
    /// <returns>Its name; for one that is not there, the name of the nearest field around it.</returns>
    public TextRange RangeOf(string path) => _document.RangeOf(Whole(path));

    /// <summary>Where a piece of a field's text stands in the text that the object was read from.</summary>
    /// <param name="path">The field.</param>
    /// <param name="start">The first character, in the field's own text.</param>
    /// <param name="length">How many UTF-16 units it has.</param>
    /// <returns>
    /// The piece; null where its place can't be told, because the field is no text or its lines are folded.
    /// </returns>
    public TextRange? RangeOf(string path, TextPosition start, int length)
    {
        if (_document.ScalarAt(Whole(path)) is not { } scalar)
        {
            return null;
        }

        var from = new TextLines(scalar.Value).OffsetOf(start);
        if (ScalarOffsets.Find(_lines.Text, scalar, from) is not { } first)
        {
            return null;
        }

        return new TextRange(first, Math.Max(first, ScalarOffsets.Find(_lines.Text, scalar, Math.Min(from + length, scalar.Value.Length)) ?? first));
    }

    private string Whole(string path) => _place.Length == 0 || path.Length == 0 || path[0] == '[' ? _place + path : $"{_place}.{path}";
}
