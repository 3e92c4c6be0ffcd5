using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Controller.Status;
using KafkaLogstash.Logstash;

namespace KafkaLogstash.Controller;

/// <summary>Decides whether a connection is accepted, and says why not in the words of a condition.</summary>
internal static class ConnectionAdmission
{
    /// <summary>How many things a condition lists: whoever mends these sees the rest.</summary>
    private const int MostListed = 5;

    /// <summary>Decides.</summary>
    public static Verdict Judge(IReadOnlyList<ConnectionFinding> findings)
    {
        var errors = findings.Where(finding => finding.Severity == Severity.Error).ToList();
        if (errors.Count > 0)
        {
            return Refuse(errors.Select(error => error.ToString()));
        }

        var warnings = findings.Select(finding => finding.ToString()).ToList();
        return warnings.Count == 0
            ? new Verdict(true, "Accepted", "The spec is valid.")
            : new Verdict(true, "AcceptedWithWarnings", $"The spec is valid. {Listed(warnings)}");
    }

    /// <summary>Refuses for the given reasons.</summary>
    public static Verdict Refuse(IEnumerable<string> reasons) => new(false, "Invalid", Listed([.. reasons]));

    private static string Listed(List<string> messages) => messages.Count <= MostListed
        ? string.Join('\n', messages)
        : $"{string.Join('\n', messages.Take(MostListed))}\n… and {messages.Count - MostListed} more.";
}
