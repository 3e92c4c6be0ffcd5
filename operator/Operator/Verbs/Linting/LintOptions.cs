using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Operator.Commands;

namespace KafkaLogstash.Operator.Verbs.Linting;

/// <summary>How <c>lint</c> reports.</summary>
internal enum LintOutput
{
    /// <summary>Lines and caret lines for people.</summary>
    Human,

    /// <summary>One JSON array.</summary>
    Json,

    /// <summary>Workflow commands that GitHub shows beside the lines.</summary>
    Github,
}

/// <summary>What <c>lint</c> looks for, and how it tells.</summary>
internal sealed record LintOptions
{
    /// <summary>How to report.</summary>
    public LintOutput Output { get; init; }

    /// <summary>When to write in colours.</summary>
    public ColorChoice Color { get; init; }

    /// <summary>Whether only the config language is judged, as Logstash's grammar judges it.</summary>
    public bool SyntaxOnly { get; init; }

    /// <summary>Whether warnings alone change the exit status too.</summary>
    public bool Strict { get; init; }

    /// <summary>The Logstash that plain configs are for.</summary>
    public LogstashVersion Version { get; init; }

    /// <summary>What the platform denies.</summary>
    public ConnectionPolicy Policy { get; init; } = ConnectionPolicy.None;
}
