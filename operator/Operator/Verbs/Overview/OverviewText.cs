using System.Globalization;
using k8s.Models;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace KafkaLogstash.Operator.Verbs.Overview;

/// <summary>Lays connections out for people.</summary>
internal static class OverviewText
{
    private const string RateColumn = "LAG/S";

    /// <summary>The blanks between columns.</summary>
    private const int Gap = 3;

    private static readonly Style Heading = new(decoration: Decoration.Bold);
    private static readonly Style Good = new(Color.Green);
    private static readonly Style Bad = new(Color.Maroon, decoration: Decoration.Bold);
    private static readonly Style Doubtful = new(Color.Olive);

    /// <summary>The columns of the overview, in their order; of a narrow terminal those with the highest numbers are left out first.</summary>
    private static readonly IReadOnlyList<OverviewColumn> Overview =
    [
        new("NAMESPACE", 0, summary => summary.Namespace),
        new("NAME", 0, summary => summary.Name),
        new("READY", 0, summary => summary.Ready.ToString(), summary => StyleOf(summary.Ready)),
        new("REASON", 4, summary => summary.Reason, summary => StyleOf(summary.Ready)),
        new("TRANSPORT", 5, summary => summary.Transport),
        new("PODS", 0, summary => summary.Pods),
        new("TOPICS", 3, summary => summary.Topics.Length == 0 ? "-" : summary.Topics),
        new("LAG", 0, summary => Number(summary.Lag)),
        new(RateColumn, 1, summary => Rate(summary.LagRate), summary => summary.LagRate > 0 ? Doubtful : Style.Plain),
        new("VERSION", 6, summary => summary.Version),
        new("AGE", 2, summary => Duration(summary.Age)),
    ];

    /// <summary>One row a connection, and below it what is wrong.</summary>
    /// <param name="summaries">The connections.</param>
    /// <param name="withRates">Whether rates are known.</param>
    /// <param name="width">How wide it may be, in characters.</param>
    public static IRenderable Table(IReadOnlyList<ConnectionSummary> summaries, bool withRates, int width)
    {
        var columns = Overview.Where(column => withRates || column.Name != RateColumn).ToList();
        while (columns.Sum(column => column.Width(summaries) + Gap) > width && columns.MaxBy(column => column.Rank) is { Rank: > 0 } last)
        {
            columns.Remove(last);
        }

        var table = Columns([.. columns.Select(column => column.Name)]);
        foreach (var summary in summaries)
        {
            table.AddRow(columns.Select(column => Cell(column.Text(summary), column.Style?.Invoke(summary))));
        }

        var troubles = summaries.Where(summary => summary.Trouble is not null)
            .Select(summary => new Paragraph($"{summary.Namespace}/{summary.Name}", StyleOf(summary.Ready)).Append($": {summary.Trouble}")).ToList();
        return troubles.Count == 0 ? table : new Rows([table, Text.Empty, .. troubles]);
    }

    /// <summary>All about each connection.</summary>
    /// <param name="summaries">The connections.</param>
    /// <param name="withRates">Whether rates are known.</param>
    /// <param name="now">The time.</param>
    public static IRenderable Details(IReadOnlyList<ConnectionSummary> summaries, bool withRates, DateTimeOffset now) =>
        new Rows(summaries.SelectMany((summary, index) => index == 0 ? Detail(summary, withRates, now) : [Text.Empty, .. Detail(summary, withRates, now)]));

    private static IEnumerable<IRenderable> Detail(ConnectionSummary summary, bool withRates, DateTimeOffset now)
    {
        var status = summary.Connection.Status;
        yield return new Paragraph($"{summary.Namespace}/{summary.Name}", Heading).Append(": ").Append($"{(summary.Ready == Readiness.True ? "ready" : "not ready")} ({summary.Reason})", StyleOf(summary.Ready));
        if (summary is { Trouble: { } trouble, Ready: Readiness.Unknown })
        {
            yield return new Text(trouble);
        }

        var facts = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2).PadLeft(2)).AddColumn(new GridColumn().PadLeft(0));
        foreach (var (name, value) in new[]
        {
            ("Transport", summary.Transport),
            ("Pods", $"{summary.Pods} ready"),
            ("Version", summary.Version),
            ("Topics", summary.Topics),
            ("Group", status?.GroupId),
            ("Lag", summary.Lag is null ? null : $"{Number(summary.Lag)}{(withRates && summary.LagRate is { } rate ? $" ({Rate(rate)} a second)" : "")}"),
            ("Pipeline", status?.PipelineHash),
            ("Age", Duration(summary.Age)),
        })
        {
            if (!string.IsNullOrEmpty(value))
            {
                facts.AddRow(Cell(name), new Text(value));
            }
        }

        yield return facts;
        if (status is { Topics.Count: > 0 })
        {
            var topics = Columns("TOPIC", "PARTITIONS", "LAG");
            foreach (var topic in status.Topics)
            {
                topics.AddRow(Cell(topic.Name), Cell(Number(topic.Partitions)), Cell(Number(topic.Lag)));
            }

            yield return Text.Empty;
            yield return topics;
        }

        if (summary.Conditions.Count > 0)
        {
            yield return Text.Empty;
            yield return Conditions(summary.Conditions, now);
        }
    }

    private static Table Conditions(IEnumerable<V1Condition> conditions, DateTimeOffset now)
    {
        var table = Columns("CONDITION", "STATUS", "SINCE", "REASON");
        table.AddColumn(new TableColumn(new Text("MESSAGE", Heading)).PadLeft(0));
        foreach (var condition in conditions)
        {
            // Reconciling and Stalled are good where they are False.
            var isBad = condition.Status == (condition.Type is "Reconciling" or "Stalled" ? "True" : "False");
            var style = condition.Status == "Unknown" ? Doubtful : isBad ? Bad : Good;
            var since = condition.LastTransitionTime is { } time && time.ToUniversalTime() < now.UtcDateTime ? Duration(now.UtcDateTime - time.ToUniversalTime()) : "-";
            table.AddRow(Cell(condition.Type), Cell(condition.Status, style), Cell(since), Cell(condition.Reason), new Text(condition.Message));
        }

        return table;
    }

    private static Table Columns(params ReadOnlySpan<string> names)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var name in names)
        {
            AddColumn(table, name);
        }

        return table;
    }

    private static void AddColumn(Table table, string name) => table.AddColumn(new TableColumn(new Text(name, Heading)).PadLeft(0).PadRight(Gap).NoWrap());

    private static Text Cell(string text, Style? style = null) => new(text, style);

    private static Style StyleOf(Readiness ready) => ready switch { Readiness.True => Good, Readiness.False => Bad, _ => Doubtful };

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Rate(double? rate) => rate is { } known
        ? known.ToString(Math.Abs(known) < 100 ? "+0.#;-0.#;0" : "+0;-0;0", CultureInfo.InvariantCulture)
        : "-";

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalMinutes: < 2 } => $"{(int)time.TotalSeconds}s",
        { TotalHours: < 3 } => $"{(int)time.TotalMinutes}m",
        { TotalDays: < 2 } => $"{(int)time.TotalHours}h",
        _ => $"{(int)time.TotalDays}d",
    };

    private sealed record OverviewColumn(string Name, int Rank, Func<ConnectionSummary, string> Text, Func<ConnectionSummary, Style>? Style = null)
    {
        public int Width(IEnumerable<ConnectionSummary> summaries) => summaries.Select(summary => Text(summary).Length).Append(Name.Length).Max();
    }
}
