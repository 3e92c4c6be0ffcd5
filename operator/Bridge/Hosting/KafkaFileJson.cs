using System.Text.Json.Serialization;

namespace KafkaLogstash.Bridge.Hosting;

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class KafkaFileJson : JsonSerializerContext;
