namespace KafkaLogstash.Api.Schema;

/// <summary>What each text of a list must look like.</summary>
/// <param name="maximumLength">The most characters.</param>
/// <param name="pattern">A regular expression that the whole text matches, in the common subset of RE2 and .NET.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ItemAttribute(int maximumLength, string pattern) : Attribute
{
    /// <summary>The most characters.</summary>
    public int MaximumLength { get; } = maximumLength;

    /// <summary>A regular expression that the whole text matches.</summary>
    public string Pattern { get; } = pattern;
}
