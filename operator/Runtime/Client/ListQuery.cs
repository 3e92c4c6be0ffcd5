using System.Text;

namespace KafkaLogstash.Runtime;

/// <summary>What to list or watch.</summary>
internal sealed record ListQuery(string? Namespace, string? LabelSelector)
{
    public int? Limit { get; init; }

    public string? Continue { get; init; }

    /// <summary>
    /// For a list: null for the newest state, <c>0</c> for any state that the API server has at hand. For a watch: where to go on.
    /// </summary>
    public string? ResourceVersion { get; init; }

    /// <summary>When the server closes a watch, in seconds.</summary>
    public int? TimeoutSeconds { get; init; }

    public string ToListString() => Build(false);

    public string ToWatchString() => Build(true);

    private string Build(bool watch)
    {
        var query = new StringBuilder();
        Add("labelSelector", LabelSelector);
        Add("limit", Limit?.ToString());
        Add("continue", Continue);
        Add("resourceVersion", ResourceVersion);
        Add("timeoutSeconds", TimeoutSeconds?.ToString());
        if (watch)
        {
            Add("watch", "true");
            Add("allowWatchBookmarks", "true");
        }

        return query.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
    }
}
