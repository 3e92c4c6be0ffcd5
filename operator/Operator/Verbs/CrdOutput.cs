namespace KafkaLogstash.Operator.Verbs;

/// <summary>How the custom resource definition is printed.</summary>
internal enum CrdOutput
{
    /// <summary>As a manifest.</summary>
    Yaml,

    /// <summary>As a page of Markdown.</summary>
    Markdown,
}
