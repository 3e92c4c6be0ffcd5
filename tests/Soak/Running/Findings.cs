using System.Collections.Concurrent;

namespace KafkaLogstash.Soak.Running;

/// <summary>What was found that must not be. Each kind is told a few times only.</summary>
internal sealed class Findings
{
    private const int MostOfAKind = 5;

    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _texts = new();

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _counts.IsEmpty;

    /// <summary>What they are.</summary>
    public IEnumerable<string> Texts => _texts.Concat(_counts.Where(item => item.Value > MostOfAKind).Select(item => $"{item.Key}: {item.Value} times in all"));

    /// <summary>How often something was found.</summary>
    public int Count(string kind) => _counts.GetValueOrDefault(kind);

    /// <summary>Adds one.</summary>
    /// <param name="kind">What kind it is of.</param>
    /// <param name="text">What exactly.</param>
    public void Add(string kind, string text)
    {
        if (_counts.AddOrUpdate(kind, 1, (_, count) => count + 1) <= MostOfAKind)
        {
            _texts.Enqueue($"{kind}: {text}");
        }
    }
}
