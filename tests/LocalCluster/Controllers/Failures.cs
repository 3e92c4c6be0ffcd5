using System.Text.Json;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Tells failures of the moment from faults of the program.</summary>
internal static class Failures
{
    /// <summary>Whether a failure may be gone at the next try: a conflict, another refusal, a broken connection.</summary>
    public static bool ArePassing(Exception error) =>
        error is ApiRefusalException or HttpRequestException or IOException or OperationCanceledException or JsonException;
}
