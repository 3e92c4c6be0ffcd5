namespace KafkaLogstash.Logstash.Catalogue;

/// <summary>Finds the name that somebody meant.</summary>
public static class NearestName
{
    /// <summary>The known name with the fewest edits, if they are few enough to be a slip.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="known">The names there are.</param>
    /// <returns>The name, or null.</returns>
    public static string? Find(string name, IEnumerable<string> known)
    {
        if (name.Length > 100)
        {
            return null;
        }

        var limit = Math.Max(1, name.Length / 3);
        return known
            .Select(candidate => (Name: candidate, Distance: Distance(name, candidate)))
            .Where(candidate => candidate.Distance <= limit)
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    /// <summary>As the end of a sentence: <c>; did you mean `x`?</c>, or a full stop.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="known">The names there are.</param>
    /// <returns>The end of a sentence.</returns>
    public static string Hint(string name, IEnumerable<string> known) => Find(name, known) is { } nearest ? $"; did you mean `{nearest}`?" : ".";

    /// <summary>Edits, a swap of neighbours counting one (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var last = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last) = (last, row);
        }

        return last[b.Length];
    }
}
