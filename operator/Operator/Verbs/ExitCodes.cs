namespace KafkaLogstash.Operator.Verbs;

/// <summary>The exit statuses of the verbs, as linters have them.</summary>
internal static class ExitCodes
{
    /// <summary>All is well.</summary>
    public const int Success = 0;

    /// <summary>Something is wrong with what was looked at.</summary>
    public const int Findings = 1;

    /// <summary>It could not be looked at, or the command line makes no sense.</summary>
    public const int Unusable = 2;
}
